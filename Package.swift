// swift-tools-version: 6.3
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let ssl = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let package = Package(
  name: "apus",
  products: [
    .executable(name: "apus", targets: ["apus"]),
    .library(
      name: "Apus",
      targets: [
        "ApusCPU", "ApusCompute", "ApusData", "ApusModel", "ApusNN", "ApusOpenCL", "ApusTraining",
      ]),
    .library(name: "ApusClient", targets: ["ApusClient", "ApusWire"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Compute: the graph, and the two devices that run it.
    .target(name: "CKernels", cSettings: cSettings),
    .target(name: "COpenCL", cSettings: cSettings),
    .target(name: "CSIMD", cSettings: cSettings),
    room("ApusCompute"),
    room("ApusCPU", ["ApusCompute", "CSIMD"]),
    room("ApusOpenCL", ["ApusCompute", "CKernels", "COpenCL", crypto, logging]),

    room("ApusRandom"),
    room("ApusMetrics"),

    // Models: data in, trained network out, sealed.
    room("ApusData", ["ApusRandom", "CChecksum", crypto]),
    room("ApusNN", ["ApusCompute", "ApusRandom"]),
    room("ApusNetFile", ["ApusCompute", "ApusNN", yams]),
    room("ApusModel", ["ApusCompute", "ApusData", crypto]),
    room(
      "ApusTraining",
      ["ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusNN", "ApusRandom"]),
    room(
      "ApusReport",
      [
        "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusRandom", "ApusTraining",
        "CChecksum",
      ]),
    room("ApusSimulation", ["ApusMetrics", "ApusRandom"]),

    // Serving: frames, server, client.
    .target(name: "CChecksum", cSettings: cSettings),
    .target(name: "CLinux", cSettings: cSettings),
    room("ApusSystem", ["CLinux"]),
    room("ApusWire", ["CChecksum", nio("NIOCore")]),
    room(
      "ApusServing",
      [
        "ApusCompute", "ApusData", "ApusModel", "ApusSystem", "ApusWire", "CLinux", collections,
        crypto, logging, nio("NIOCore"), nio("NIOPosix"), ssl,
      ]),
    room("ApusOperations", ["ApusServing", hummingbird, logging, nio("NIOCore")]),
    room(
      "ApusClient",
      ["ApusWire", collections, crypto, logging, nio("NIOCore"), nio("NIOPosix"), ssl]),
    room(
      "ApusBench",
      ["ApusSystem", "ApusWire", "CLinux", histogram, nio("NIOCore"), nio("NIOPosix")]),

    .executableTarget(
      name: "apus",
      dependencies: [
        "ApusBench", "ApusCPU", "ApusClient", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel",
        "ApusNN", "ApusNetFile", "ApusOpenCL", "ApusOperations", "ApusReport", "ApusServing",
        "ApusSimulation", "ApusTraining", "ApusWire", argumentParser, logging, unixSignals,
        nio("NIOCore"), nio("NIOPosix"), yams,
      ],
      swiftSettings: swiftSettings
    ),

    .executableTarget(
      name: "apus-bench-scoring",
      dependencies: [
        "ApusBench", "ApusCPU", "ApusClient", "ApusData", "ApusModel", "ApusWire", nio("NIOCore"),
      ],
      path: "Benchmarks/scoring/Sources",
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "apus-bench-csv", dependencies: ["ApusData"], path: "Benchmarks/csv",
      exclude: ["bench.py", "run.sh"], swiftSettings: swiftSettings),
    .executableTarget(
      name: "apus-bench-kernels",
      dependencies: ["ApusCPU", "ApusCompute", "ApusData", "ApusModel", "ApusNN", "ApusOpenCL"],
      path: "Benchmarks/kernels/Sources",
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "apus-bench-training",
      dependencies: ["ApusCPU", "ApusCompute", "ApusNN", "ApusTraining"],
      path: "Benchmarks/training", exclude: ["bench.py", "peers", "run.sh"],
      swiftSettings: swiftSettings
    ),

    // Counts allocations of the tests, which all are one program.
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: cSettings),
    .target(name: "CFuzzer", path: "Tests/CFuzzer", cSettings: cSettings),
    .executableTarget(
      name: "apus-fuzz", dependencies: ["ApusServing", "ApusWire", "CFuzzer", nio("NIOCore")],
      path: "Tests/Fuzz", exclude: ["Corpus"], swiftSettings: swiftSettings),
    tests("ApusBenchTests", ["ApusBench", "ApusWire", nio("NIOCore")]),
    tests("ApusClientTests", ["ApusClient", "ApusWire", nio("NIOCore")]),
    tests("ApusComputeTests", ["ApusCompute"]),
    tests(
      "ApusConformanceTests",
      ["ApusCPU", "ApusCompute", "ApusNN", "ApusOpenCL", "ApusRandom", logging]),
    tests("ApusDataTests", ["ApusData", "ApusRandom"]),
    tests("ApusMetricsTests", ["ApusMetrics", "ApusRandom"]),
    tests("ApusModelTests", ["ApusCPU", "ApusCompute", "ApusData", "ApusModel", "ApusNN"]),
    tests("ApusNetFileTests", ["ApusCompute", "ApusNN", "ApusNetFile"]),
    tests("ApusRandomTests", ["ApusRandom"]),
    tests(
      "ApusReportTests",
      [
        "ApusCPU", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusReport",
        "ApusTraining",
      ]),
    tests("ApusOperationsTests", ["ApusOperations", "ApusServing", "ApusWire", nio("NIOCore")]),
    tests(
      "ApusServingTests",
      [
        "ApusCPU", "ApusClient", "ApusCompute", "ApusData", "ApusModel", "ApusNN", "ApusServing",
        "ApusSystem", "ApusWire", "CAllocations", "CLinux", crypto,
        nio("NIOCore"), nio("NIOPosix"), ssl,
      ]),
    tests("ApusSimulationTests", ["ApusMetrics", "ApusSimulation"]),
    tests(
      "ApusTrainingTests",
      [
        "ApusCPU", "ApusCompute", "ApusData", "ApusMetrics", "ApusModel", "ApusNN", "ApusRandom",
        "ApusTraining",
      ]),
    tests("ApusWireTests", ["ApusWire", nio("NIOCore")]),
    tests("CSIMDTests", ["ApusRandom", "CSIMD"]),
    tests("EndToEndTests", []),
    tests("TidyTests", []),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
