import ApusCompute
import ApusOpenCL
import Foundation
import Testing

/// Profiles as data and as files; no device is involved.
@Suite("OpenCL profiles")
struct TuningProfileTests {
  private static let key = ProgramCache.Key(["device", "driver", "kernels"])

  private static func profile() throws -> DeviceProfile {
    var profile = DeviceProfile(device: "a device", driver: "1.0")
    profile.checks = ["plain-8x16": .init(failure: nil), "wide": .init(failure: "it is wrong")]
    profile.timings = ["nn 64x32x16 +": ["plain-8x16": 12.5, "plain-16x1": 0.1 + 0.2]]
    profile.costs = DeviceCosts(
      launchMicroseconds: 40,
      queuedLaunchMicroseconds: 2,
      write: .init(latencyMicroseconds: 3, microsecondsPerMegabyte: 100),
      read: .init(latencyMicroseconds: 4, microsecondsPerMegabyte: 90)
    )
    return profile
  }

  @Test("What is stored is loaded, under its own key only")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let store = ProfileStore(folder: folder.path + "/a/b")
    #expect(throws: ProfileStore.Miss.absent) { try store.load(Self.key) }
    let profile = try Self.profile()
    try store.store(profile, for: Self.key)
    #expect(try store.load(Self.key) == profile)
    let other = ProgramCache.Key(["other"])
    try FileManager.default.copyItem(
      atPath: store.path(of: Self.key), toPath: store.path(of: other))
    #expect(throws: ProfileStore.Miss.damaged) { try store.load(other) }
  }

  @Test("A file with any byte changed is damaged, or says the same; one cut anywhere is damaged")
  func damage() throws {
    let folder = try TemporaryFolder()
    let store = ProfileStore(folder: folder.path)
    try store.store(try Self.profile(), for: Self.key)
    let url = URL(filePath: store.path(of: Self.key))
    let sound = try Data(contentsOf: url)
    for index in sound.indices {
      var entry = sound
      entry[index] ^= 1
      try entry.write(to: url)
      // The last digit of a number may not matter.
      let loaded = try? store.load(Self.key)
      #expect(try loaded == nil || loaded == Self.profile(), "byte \(index)")
      try sound.prefix(index).write(to: url)
      #expect(throws: ProfileStore.Miss.damaged, "\(index) bytes") { try store.load(Self.key) }
    }
    try sound.write(to: url)
    #expect(try store.load(Self.key) == Self.profile())
  }

  @Test("Names of products are read back", arguments: MatMul.Transposition.allCases)
  func names(transposition: MatMul.Transposition) {
    for hasEpilogue in [false, true] {
      let product = ProductShape(transposition, m: 4096, n: 1, k: 17, hasEpilogue: hasEpilogue)
      #expect(ProductShape(name: product.name) == product)
    }
    #expect(ProductShape(.tn, m: 1, n: 2, k: 3, hasEpilogue: true).name == "tn 1x2x3 +")
  }

  @Test(
    "What is no product's name is refused",
    arguments: [
      "", "nn", "nn 1x2", "nn 1x2x3x4", "nn 0x2x3", "nn -1x2x3", "xx 1x2x3", "nn 1x2x3 -",
      "nn 1x2x3 + +", "nn 1x2x99999999999", "nn 1x2x ", " 1x2x3", "nn  1x2x3",
    ])
  func noNames(name: String) {
    #expect(ProductShape(name: name) == nil)
  }

  @Test("The usual variant stays unless another is faster by a margin")
  func winner() throws {
    let product = ProductShape(.nn, m: 64, n: 64, k: 64)
    let candidates = Array(MatMulVariant.all.prefix(3))
    var profile = DeviceProfile(device: "", driver: "")
    #expect(profile.winner(for: product, among: candidates) == nil)
    func choice(_ times: [Double]) -> MatMulVariant? {
      profile.timings[product.name] = Dictionary(
        uniqueKeysWithValues: zip(candidates.map(\.name), times))
      return profile.winner(for: product, among: candidates)
    }
    #expect(choice([10, 9.9, 20]) == candidates[0])
    #expect(choice([10, 9, 8]) == candidates[2])
    #expect(choice([10, 5, 8]) == candidates[1])
    profile.timings[product.name] = [candidates[2].name: 7, "gone": 1]
    #expect(profile.winner(for: product, among: candidates) == candidates[2])
  }

  @Test("The nearest product differs by less than an octave in each extent")
  func nearest() {
    var profile = DeviceProfile(device: "", driver: "")
    let shapes = [
      ProductShape(.nn, m: 64, n: 64, k: 64), ProductShape(.nn, m: 256, n: 64, k: 64),
      ProductShape(.tn, m: 64, n: 64, k: 64),
    ]
    for shape in shapes { profile.timings[shape.name] = ["plain-8x16": 1] }
    #expect(profile.nearest(to: ProductShape(.nn, m: 60, n: 70, k: 64)) == shapes[0])
    #expect(profile.nearest(to: ProductShape(.nn, m: 200, n: 64, k: 64)) == shapes[1])
    #expect(profile.nearest(to: ProductShape(.tn, m: 128, n: 64, k: 64)) == shapes[2])
    #expect(profile.nearest(to: ProductShape(.nn, m: 1, n: 64, k: 64)) == nil)
    #expect(profile.nearest(to: ProductShape(.nt, m: 64, n: 64, k: 64)) == nil)
  }

  @Test("Every profile that comes with the program names known kernels and products")
  func shipped() {
    #expect(!DeviceProfile.shipped.isEmpty)
    let names = Set(MatMulVariant.all.map(\.name))
    for profile in DeviceProfile.shipped {
      #expect(!profile.timings.isEmpty, "\(profile.device)")
      let nets = profile.timings.filter { $0.key.hasPrefix("net ") }
      #expect(nets.values.allSatisfy { Set($0.keys) == ["joined", "separate"] })
      for (product, timings) in profile.timings where nets[product] == nil {
        #expect(ProductShape(name: product)?.name == product)
        #expect(timings.keys.allSatisfy(names.contains), "\(timings.keys)")
        #expect(timings.values.allSatisfy { $0 > 0 })
      }
    }
  }
}
