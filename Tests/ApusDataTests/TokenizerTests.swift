import ApusData
import Testing

@Suite struct TokenizerTests {
  @Test(arguments: [
    ("Don't buy 2 Äpfel!", ["don't", "buy", "2", "äpfel"]),
    ("rock'n'roll ''quoted'' it's'", ["rock'n'roll", "quoted", "it's"]),
    ("l’été, ÇA VA?", ["l'été", "ça", "va"]),
    ("Straße straßen-bahn", ["straße", "straßen", "bahn"]),
    ("東京 2026", ["東", "京", "2026"]),
    ("हिन्दी में", ["हिन्दी", "में"]),
    ("e\u{301}te\u{301}", ["e\u{301}te\u{301}"]),
    ("  ...  ", []),
    ("", []),
  ])
  func wordsAreRunsOfLettersAndDigits(text: String, words: [String]) {
    #expect(Tokenizer.words.tokens(of: text) == words)
  }

  @Test(arguments: [
    ("a|b|c", ["a", "b", "c"]), ("a| b||c |", ["a", "b", "c"]), ("b|a|b", ["b", "a", "b"]),
    ("one two", ["one two"]), ("|", []), ("  ", []),
  ])
  func separatorsAreNoTokens(text: String, tokens: [String]) {
    #expect(Tokenizer.separated(by: "|").tokens(of: text) == tokens)
  }

  @Test func aWholeTextIsOneToken() {
    #expect(Tokenizer.whole.tokens(of: "a|b c") == ["a|b c"])
  }

  @Test(arguments: [
    ("|", Tokenizer.separated(by: "|")), ("space", .separated(by: " ")),
    ("comma", .separated(by: ",")), ("words", .words), ("whole", .whole),
  ])
  func tokenizersAreText(text: String, tokenizer: Tokenizer) {
    #expect(Tokenizer(rawValue: text) == tokenizer)
    #expect(tokenizer.rawValue == text)
  }

  @Test(arguments: [
    ("identifier", ColumnForm(.identifier)),
    ("hashed-identifier", ColumnForm(.identifier, isHashed: true)),
    ("multi-hot:|", ColumnForm(.multiHot, tokenizer: .separated(by: "|"))),
    ("bag", ColumnForm(.bag)),
    ("hashed-bag:words", ColumnForm(.bag, isHashed: true, tokenizer: .words)),
    ("sequence:space", ColumnForm(.sequence, tokenizer: .separated(by: " "))),
    ("sequence::", ColumnForm(.sequence, tokenizer: .separated(by: ":"))),
  ])
  func formsAreText(text: String, form: ColumnForm) {
    #expect(ColumnForm(rawValue: text) == form)
    #expect(form.rawValue == text)
  }

  @Test(arguments: [
    "", "bags", "bag:", "bag:ab", "identifier:words", "bag:whole", "hashed-", "Bag",
  ])
  func otherTextIsNoForm(text: String) {
    #expect(ColumnForm(rawValue: text) == nil)
  }
}
