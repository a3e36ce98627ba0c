package import ApusData
package import ApusNN

extension FeatureTransform {
  /// What each run of features means to a net, in the order of a row.
  package var inputFields: [InputField] {
    var start = 0
    return zip(schema.columns, encoders).map { column, encoder in
      defer { start += encoder.width }
      return InputField(
        name: column.name, columns: start..<start + encoder.width, kind: .numeric)
    }
  }
}
