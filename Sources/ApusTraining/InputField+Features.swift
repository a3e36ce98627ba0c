package import ApusData
package import ApusNN

extension FeatureTransform {
  /// What each run of features means to a net, in the order of a row.
  package var inputFields: [InputField] {
    fields.map { field in
      let kind: InputField.Kind =
        switch field.kind {
        case .numeric: .numeric
        case .identifiers(let vocabulary): .identifiers(vocabulary: vocabulary)
        case .sequence(let vocabulary): .sequence(vocabulary: vocabulary)
        }
      return InputField(name: field.name, columns: field.columns, kind: kind)
    }
  }
}
