internal import Yams

extension NetFileError {
  /// What the reader of YAML found wrong.
  init(_ error: YamlError, file: String) {
    var (mark, expected, found): (Mark?, String, String) = (nil, "YAML", "\(error)")
    switch error {
    case .scanner(_, let problem, let place, _), .parser(_, let problem, let place, _),
      .composer(_, let problem, let place, _):
      (mark, found) = (place, problem)
    case .reader(let problem, _, _, _):
      found = problem
    case .duplicatedKeysInMapping(let duplicates, let context):
      mark = context.mark
      expected = "each key once"
      found = "\(duplicates.sorted().listed(by: "and")) again"
    default: break
    }
    self.init(
      code: .malformed, file: file, line: mark?.line ?? 1, column: mark?.column ?? 1,
      expected: expected, found: found, suggestion: nil)
  }
}
