/// Who may import whom.
enum ImportRules {
  /// The rooms of the house: each folder of `Sources` and `Tests`, and the rooms it may import.
  ///
  /// Only `apus`, the conformance tests and tests that train may import a device (`ApusCPU`,
  /// `ApusOpenCL`); only the devices see their C, and the tests of that C; `ApusWire` sees no
  /// other room but a checksum.
  static let rooms: [String: Set<String>] = [
    "CKernels": [],
    "COpenCL": [],
    "CSIMD": [],
    "ApusCompute": [],
    "ApusCPU": ["ApusCompute", "CSIMD"],
    "ApusOpenCL": ["ApusCompute", "CKernels", "COpenCL"],

    "ApusRandom": [],
    "ApusMetrics": [],
    "ApusData": ["ApusRandom", "CChecksum"],
    "ApusNN": ["ApusCompute", "ApusRandom"],
    "ApusNetFile": ["ApusCompute", "ApusNN"],
    "ApusModel": ["ApusCompute", "ApusData"],
    "ApusTraining": [
      "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusNN", "ApusRandom",
    ],
    "ApusReport": [
      "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusRandom", "ApusTraining",
      "CChecksum",
    ],
    "ApusSimulation": ["ApusMetrics", "ApusRandom"],

    "CChecksum": [],
    "CLinux": [],
    "ApusSystem": ["CLinux"],
    "ApusWire": ["CChecksum"],
    "ApusServing": [
      "ApusCompute", "ApusData", "ApusModel", "ApusSystem", "ApusWire", "CLinux",
    ],
    "ApusOperations": ["ApusServing"],
    "ApusClient": ["ApusWire"],
    "PythonClient": [],
    "ApusBench": ["ApusSystem", "ApusWire", "CLinux"],

    "apus": [
      "ApusBench", "ApusCPU", "ApusClient", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel",
      "ApusNN", "ApusNetFile", "ApusOpenCL", "ApusOperations", "ApusReport", "ApusServing",
      "ApusSimulation", "ApusTraining", "ApusWire",
    ],

    "ApusBenchTests": ["ApusBench", "ApusWire"],
    "ApusClientTests": ["ApusClient", "ApusWire"],
    "ApusComputeTests": ["ApusCompute"],
    "ApusConformanceTests": ["ApusCPU", "ApusCompute", "ApusNN", "ApusOpenCL", "ApusRandom"],
    "ApusDataTests": ["ApusData", "ApusRandom"],
    "ApusMetricsTests": ["ApusMetrics", "ApusRandom"],
    "ApusModelTests": ["ApusCPU", "ApusCompute", "ApusData", "ApusModel", "ApusNN"],
    "ApusNetFileTests": ["ApusCompute", "ApusNN", "ApusNetFile"],
    "ApusRandomTests": ["ApusRandom"],
    "ApusReportTests": [
      "ApusCPU", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusReport",
      "ApusTraining",
    ],
    "ApusOperationsTests": ["ApusOperations", "ApusServing", "ApusWire"],
    "ApusServingTests": [
      "ApusCPU", "ApusClient", "ApusCompute", "ApusData", "ApusModel", "ApusNN", "ApusServing",
      "ApusSystem", "ApusWire", "CAllocations", "CLinux",
    ],
    "CAllocations": [],
    "CFuzzer": [],
    "Fuzz": ["ApusServing", "ApusWire", "CFuzzer"],
    "ApusSimulationTests": ["ApusMetrics", "ApusSimulation"],
    "ApusTrainingTests": [
      "ApusCPU", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusNN", "ApusRandom",
      "ApusTraining",
    ],
    "ApusWireTests": ["ApusWire"],
    "CSIMDTests": ["ApusRandom", "CSIMD"],
    "EndToEndTests": [],
    "TidyTests": [],
  ]

  /// Modules from elsewhere that only some rooms may import: sockets, and the command line.
  static let guarded: [String: Set<String>] = [
    "ArgumentParser": ["apus"],
    "Hummingbird": ["ApusOperations"],
    "Yams": ["ApusNetFile", "apus"],
    "NIOPosix": [
      "ApusBench", "ApusClient", "ApusClientTests", "ApusServing", "ApusServingTests",
      "EndToEndTests", "apus",
    ],
  ]

  /// Returns the imports of a Swift file in `Sources` or `Tests` that the tables do not allow.
  static func forbiddenImports(in file: SourceTree.File) -> [String] {
    let path = file.path.split(separator: "/")
    guard file.suffix == "swift", path.count > 2, ["Sources", "Tests"].contains(path[0]) else {
      return []
    }
    let room = String(path[1])
    guard let allowed = rooms[room] else {
      return ["\(file.path): the room \(room) is not in the table of imports"]
    }
    return file.lines.compactMap { number, line in
      guard let module = importedModule(of: line) else { return nil }
      let isOwn = rooms[module] != nil
      let isAllowed = isOwn ? allowed.contains(module) : guarded[module]?.contains(room) ?? true
      return isAllowed ? nil : "\(file.path):\(number): \(room) may not import \(module)"
    }
  }

  /// Returns the module that a line imports, or nil where it imports none.
  static func importedModule(of line: Substring) -> String? {
    let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    let kinds: Set<Substring> = [
      "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
    ]
    let words = line.split(whereSeparator: \.isWhitespace)
      .drop { word in word.hasPrefix("@") || modifiers.contains(word) }
    guard words.first == "import" else { return nil }
    return words.dropFirst().first { word in !kinds.contains(word) }?
      .split(separator: ".").first.map(String.init)
  }
}
