import ApusCompute
import ApusNN
import ApusNetFile
import Testing

/// What is wrong in a file is said with its place.
@Suite("Faults of files that describe nets")
struct NetFileFaultTests {
  @Test(
    "each fault names line, column, what was expected and what was found",
    arguments: [
      ("", "1:1: expected the keys parts and output, found nothing"),
      ("a list", "1:1: expected the keys parts and output, found a list"),
      ("output: {columns: numeric", "2:1: expected YAML, found did not find expected ',' or '}'"),
      ("parts: {}", "1:1: expected the key output, found none"),
      ("output:\n  layers: []", "2:3: expected the key columns or from, found neither"),
      (
        "output: {columns: numeric, from: x}",
        "1:34: expected either columns or from, found both"
      ),
      (
        "output: {columns: numbers}",
        "1:19: expected numeric, identifiers or sequences, or a list of columns, found numbers;"
          + " did you mean numeric?"
      ),
      (
        "output:\n  columns: identifiers",
        "2:12: expected an embedding beside it, such as embedding: 16, found none"
      ),
      (
        "output: {columns: numeric, embedding: 3}",
        "1:19: expected identifiers or sequences, which an embedding is for, found numeric"
      ),
      (
        "output: {columns: identifiers, embedding: {width: 3, combin: sum}}",
        "1:54: expected width, combine or initializer, found combin; did you mean combine?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dens: 64",
        "4:7: expected activation, attention, batch-norm, conv1d, conv2d, cross, dense, dropout,"
          + " global-pooling, gru, layer-norm, lstm, pooling, positional-encoding, reshape,"
          + " residual, sum, transformer-encoder or output, found dens; did you mean dense?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense:\n        unit: 64",
        "5:9: expected units, activation, initializer or bias-initializer, found unit;"
          + " did you mean units?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: {untis: 64}",
        "4:15: expected units, activation, initializer or bias-initializer, found untis;"
          + " did you mean units?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: {activation: relu}",
        "4:7: expected the key units, found none"
      ),
      (
        "output: {columns: numeric, layers: [reshape: {extent: [2, 2]}]}",
        "1:47: expected extents, found extent; did you mean extents?"
      ),
      (
        "ouput: {columns: numeric}",
        "1:1: expected parts or output, found ouput; did you mean output?"
      ),
      (
        "output: {colums: numeric}",
        "1:10: expected columns, from, embedding, combine, layers or head, found colums;"
          + " did you mean columns?"
      ),
      (
        "output: {columns: identifiers, embedding: {widht: 3}}",
        "1:44: expected width, combine or initializer, found widht; did you mean width?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: {units: 64, activate: relu}",
        "4:26: expected units, activation, initializer or bias-initializer, found activate;"
          + " did you mean activation?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: lots",
        "4:14: expected a whole number from 1 to 65536, found lots"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: {units: 8, activation: rellu}",
        "4:37: expected identity, relu, sigmoid, tanh, softplus or gelu, found rellu;"
          + " did you mean relu?"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - dense: 8\n      activation: relu",
        "4:7: expected one layer, such as dense: 64, found 2 keys: indent options deeper than the"
          + " name"
      ),
      (
        "output: {columns: numeric, layers: [dropout: 1]}",
        "1:46: expected a number from 0 to below 1, found 1"
      ),
      (
        "output: {columns: numeric, layers: [dense: {units: 8, initializer: normal}]}",
        "1:68: expected a deviation, such as normal: 0.02, found normal alone"
      ),
      (
        "output: {columns: numeric, layers: [layer-norm: 3]}",
        "1:49: expected options of the form `key: value`, or nothing, found 3"
      ),
      (
        "output: {columns: numeric, layers: dense}",
        "1:36: expected a list of layers, such as [dense: 64], found dense"
      ),
      (
        "output: {columns: numeric, head: wide}", "1:34: expected dense or none, found wide"
      ),
      (
        "parts:\n  deep: {columns: numeric}\noutput: {from: [deep, dep]}",
        "3:23: expected deep, found dep; did you mean deep?"
      ),
      (
        "parts:\n  a: {from: b}\n  b: {columns: numeric}\noutput: {from: [a, b]}",
        "2:13: expected parts before this one, found b"
      ),
      (
        "parts:\n  a: {columns: numeric}\noutput: {from: a, combine: average}",
        "3:28: expected concatenate, add, multiply, dot or fm, found average"
      ),
      (
        "parts:\n  a: {columns: numeric}\n  b: {columns: numeric}\noutput: {from: a}",
        "3:3: expected a part from which a later one or the output is made, found b, which none is"
          + " made from"
      ),
      (
        "parts:\n  a.b: {columns: numeric}\noutput: {from: a.b}",
        "2:3: expected a part's name: a letter, then letters, digits, - and _, found a.b"
      ),
      (
        "parts:\n  a: {columns: numeric}\n  a: {columns: numeric}\noutput: {from: a}",
        "2:3: expected each key once, found a again"
      ),
    ])
  func faults(_ text: String, _ message: String) {
    let text = text == "a list" ? "- a" : text
    let error = #expect(throws: NetFileError.self) { try NetFile.parse(text, file: "net.yaml") }
    #expect(error?.description == "net.yaml:\(message)")
  }

  @Test("a column of the second tower that is not there is named")
  func unknownColumnOfATower() {
    var settings = NetSettings(fields: NetFileTests.fields, outputs: 1)
    settings.secondTower = ["item", "nosuch"]
    let error = #expect(throws: ComputeError.self) { try NamedNet.twoTower.network(settings) }
    #expect(
      error?.message == "there is no column \"nosuch\" among the features; the columns are"
        + " numbers, item, tags, price")
  }

  @Test(
    "what does not fit the columns names the layer's or the part's place",
    arguments: [
      (
        "output: {columns: [prise]}",
        "1:9: there is no column prise among the features, which are numbers, item, tags, price"
      ),
      (
        "output: {columns: [item]}",
        "1:9: column item holds identifiers; give the part an embedding"
      ),
      (
        "output: {columns: [price], embedding: 3}",
        "1:9: column price holds numbers; leave out the embedding"
      ),
      (
        "output:\n  columns: numeric\n  layers:\n    - residual: [dense: 3]",
        "4:7: residual does not fit what comes to it, rows x 4: add cannot take operands of shapes"
          + " [rows x 4, rows x 3]"
      ),
      (
        "parts:\n  a: {columns: numeric}\n  b: {columns: [price]}\noutput: {from: [a, b],"
          + " combine: add}",
        "4:9: its parts cannot be joined: add cannot take operands of shapes [rows x 4, rows x 1]"
      ),
      (
        "parts:\n  a: {columns: numeric}\noutput: {from: a, combine: dot}",
        "3:9: expected two results for dot, found 1"
      ),
      (
        "parts:\n  a: {columns: numeric}\noutput: {from: a, combine: fm}",
        "3:9: expected vectors, whose pairs fm multiplies, found numbers"
      ),
      (
        "parts:\n  a: {columns: [tags], embedding: 2}\n  b: {columns: [item], embedding: 3}\n"
          + "output: {from: [a, b], combine: fm}",
        "4:9: its vectors are of several widths: add cannot take operands of shapes [rows x 2,"
          + " rows x 3]"
      ),
      (
        "output: {columns: [price], layers: [gru: 3]}",
        "1:37: gru does not fit what comes to it, rows x 1: a layer over steps takes rows x steps x"
          + " channels, not rows x 1"
      ),
      (
        "output: {columns: sequences, embedding: {width: 3, combine: steps},"
          + " layers: [attention: 2]}",
        "1:78: attention does not fit what comes to it, rows x 3 x 3: 2 heads of attention cannot"
          + " share 3 channels equally"
      ),
      (
        "output: {columns: numeric, head: none}",
        "1:9: expected a net that ends with rows x 1, the outputs that the label and the loss ask"
          + " for, found rows x 4"
      ),
    ])
  func misfits(_ text: String, _ message: String) throws {
    let error = #expect(throws: ComputeError.self) { try NetFileTests.network(text) }
    #expect(error?.description == "net.yaml:\(message)")
  }
}
