import ApusData
import ApusNN
import ApusTraining
import Testing

@Suite struct InputFieldTests {
  @Test func fieldsOfATransformAreThoseOfANet() throws {
    let table = try Table(columns: [
      Column(name: "x", kind: .real, numbers: [1.5, 2, 2.5, 9]),
      Column(name: "item", kind: .category, strings: ["a", "b", "a", "c"]),
      Column(name: "seen", kind: .text, strings: ["a|b", "c", nil, "a|c|d"]),
      Column(name: "title", kind: .text, strings: ["Red hat", "red shoe", "hat", "Shoe"]),
      Column(name: "y", kind: .boolean, numbers: [0, 1, 0, 1]),
    ])
    let transform = try FeatureTransform(
      fitting: table, rows: [0, 1, 2, 3], label: Label(fitting: table, named: "y"),
      options: FeatureOptions(
        minimumCategoryRows: 1,
        forms: [
          "item": ColumnForm(.identifier),
          "seen": ColumnForm(.sequence, tokenizer: .separated(by: "|")),
          "title": ColumnForm(.bag, tokenizer: .words),
        ]))
    #expect(
      transform.inputFields == [
        InputField(name: "x", columns: 0..<1, kind: .numeric),
        InputField(name: "item", columns: 1..<2, kind: .identifiers(vocabulary: 4)),
        InputField(name: "seen", columns: 2..<5, kind: .sequence(vocabulary: 5)),
        InputField(name: "title", columns: 5..<7, kind: .identifiers(vocabulary: 4)),
      ])
    #expect(transform.width == 7)
  }
}
