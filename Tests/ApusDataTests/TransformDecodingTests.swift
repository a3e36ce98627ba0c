import ApusData
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Transforms that were tampered with are refused when they are read, not when they are used.
@Suite struct TransformDecodingTests {
  private static let scaling = #"{"isSquashed":false,"mean":1,"deviation":2}"#

  /// Decodes a transform of one column, whose kind and encoder are given as JSON.
  private func decode(
    kind: String,
    encoding: String,
    fill: String = #"{"number":{"_0":1}}"#
  ) throws -> FeatureTransform {
    let encoder = #"{"encoding":\#(encoding),"fill":\#(fill),"hasIndicator":true}"#
    return try decode(columns: [("x", kind)], encoders: [encoder])
  }

  private func decode(
    columns: [(name: String, kind: String)],
    encoders: [String]
  ) throws -> FeatureTransform {
    let columns = columns.map {
      #"{"name":"\#($0.name)","kind":"\#($0.kind)","missingRule":"mostFrequent"}"#
    }
    let label = #"{"name":"y","kind":"boolean","task":"binary","classes":["false","true"]}"#
    let schema = #"{"columns":[\#(columns.joined(separator: ","))],"label":\#(label)}"#
    let text =
      #"{"schema":\#(schema),"encoders":[\#(encoders.joined(separator: ","))],"notes":[]}"#
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf",
      negativeInfinity: "-inf",
      nan: "nan"
    )
    return try decoder.decode(FeatureTransform.self, from: Data(text.utf8))
  }

  /// The message of the error that decoding ends with, nil when there is none.
  private func fault(_ decode: () throws -> FeatureTransform) throws -> String? {
    do {
      _ = try decode()
      return nil
    } catch DecodingError.dataCorrupted(let context) {
      return context.debugDescription
    }
  }

  private static let category = #"{"category":{"_0":"a"}}"#

  @Test(arguments: [
    ("real", #"{"scaled":{"_0":\#(scaling)}}"#, nil),
    ("boolean", #"{"scaled":{"_0":\#(scaling)}}"#, nil),
    ("integer", #"{"oneHotNumbers":{"values":[1,2,7]}}"#, nil),
    ("timestamp", #"{"timestamp":{"_0":\#(scaling)}}"#, nil),
    ("category", #"{"oneHot":{"categories":["a","b"]}}"#, category),
    ("category", #"{"hashed":{"buckets":8}}"#, category),
  ]) func whatFittingMakesIsTaken(kind: String, encoding: String, fill: String?) throws {
    let transform =
      try fill.map { try decode(kind: kind, encoding: encoding, fill: $0) }
      ?? decode(kind: kind, encoding: encoding)
    #expect(transform.width == transform.featureNames.count)
  }

  @Test(arguments: [
    ("category", #"{"scaled":{"_0":\#(scaling)}}"#),
    ("timestamp", #"{"scaled":{"_0":\#(scaling)}}"#),
    ("real", #"{"oneHotNumbers":{"values":[1]}}"#),
    ("integer", #"{"timestamp":{"_0":\#(scaling)}}"#),
    ("real", #"{"oneHot":{"categories":["a"]}}"#),
    ("integer", #"{"hashed":{"buckets":8}}"#),
    ("text", #"{"hashed":{"buckets":8}}"#),
  ]) func encoderOfAnotherKind(kind: String, encoding: String) throws {
    let message = try fault { try decode(kind: kind, encoding: encoding) }
    #expect(message?.contains("another kind of column") == true, "\(message ?? "none")")
  }

  @Test func fillOfAnotherKind() throws {
    let number = try fault {
      try decode(
        kind: "real",
        encoding: #"{"scaled":{"_0":\#(Self.scaling)}}"#,
        fill: Self.category
      )
    }
    #expect(number?.contains("cannot be filled in") == true)
    let category = try fault {
      try decode(kind: "category", encoding: #"{"oneHot":{"categories":["a"]}}"#)
    }
    #expect(category?.contains("cannot be filled in") == true)
  }

  @Test(arguments: [
    #"{"isSquashed":false,"mean":1,"deviation":0}"#,
    #"{"isSquashed":false,"mean":1,"deviation":-2}"#,
    #"{"isSquashed":false,"mean":1,"deviation":"inf"}"#,
    #"{"isSquashed":false,"mean":1,"deviation":"nan"}"#,
    #"{"isSquashed":false,"mean":"nan","deviation":1}"#,
  ]) func scalingThatDoesNotScale(scaling: String) throws {
    for (kind, name) in [("real", "scaled"), ("timestamp", "timestamp")] {
      let message = try fault {
        try decode(kind: kind, encoding: #"{"\#(name)":{"_0":\#(scaling)}}"#)
      }
      #expect(message?.contains("deviation") == true, "\(kind): \(message ?? "none")")
    }
  }

  @Test func fillThatIsNotFinite() throws {
    let message = try fault {
      try decode(
        kind: "real",
        encoding: #"{"scaled":{"_0":\#(Self.scaling)}}"#,
        fill: #"{"number":{"_0":"inf"}}"#
      )
    }
    #expect(message?.contains("not finite") == true)
  }

  @Test(arguments: ["[2,1]", "[1,1]", #"[1,"nan"]"#, #"["inf"]"#])
  func valuesOutOfOrder(values: String) throws {
    let message = try fault {
      try decode(kind: "integer", encoding: #"{"oneHotNumbers":{"values":\#(values)}}"#)
    }
    #expect(message?.contains("ascending") == true)
  }

  @Test func repeatedCategories() throws {
    let message = try fault {
      try decode(
        kind: "category",
        encoding: #"{"oneHot":{"categories":["a","b","a"]}}"#,
        fill: Self.category
      )
    }
    #expect(message?.contains("occurs twice") == true)
  }

  @Test(arguments: [0, -1, 1 << 40]) func impossibleBuckets(buckets: Int) throws {
    let message = try fault {
      try decode(
        kind: "category",
        encoding: #"{"hashed":{"buckets":\#(buckets)}}"#,
        fill: Self.category
      )
    }
    #expect(message?.contains("buckets") == true)
  }

  @Test func countsThatDiffer() throws {
    let encoder =
      #"{"encoding":{"scaled":{"_0":\#(Self.scaling)}},"fill":{"number":{"_0":1}},"#
      + #""hasIndicator":false}"#
    let shapes: [([(name: String, kind: String)], [String])] = [
      ([("x", "real")], []),
      ([("x", "real")], [encoder, encoder]),
      ([("x", "real"), ("z", "real")], [encoder]),
      ([], []),
    ]
    for (columns, encoders) in shapes {
      let message = try fault { try decode(columns: columns, encoders: encoders) }
      #expect(message?.contains("encoders for") == true, "\(columns.count)")
    }
    let repeated = try fault {
      try decode(columns: [("x", "real"), ("x", "real")], encoders: [encoder, encoder])
    }
    #expect(repeated?.contains("same name") == true)
  }
}
