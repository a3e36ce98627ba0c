import ApusCPU
import ApusData
import ApusNN
import ApusTraining
import Foundation
import Testing

@Suite("The table of a search")
struct SearchTableTests {
  @Test("rows are encoded once for all nets, and again for other features")
  func encodings() throws {
    let rows = 0..<400
    let table = try Table(columns: [
      Column(name: "x", kind: .integer, numbers: rows.map { Double($0 * 37 % 101) }),
      Column(name: "c", kind: .category, strings: rows.map { "c\($0 * 7 % 9)" }),
      Column(name: "y", kind: .boolean, numbers: rows.map { $0 * 37 % 101 > 50 ? 1 : 0 }),
    ])
    let shared = SearchTable(CleanTable(table))
    let folder = NSTemporaryDirectory() + "apus-search-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var runs = 0
    func course(_ table: SearchTable, _ hidden: [Int], oneHotLimit: Int) throws -> [Double] {
      var recipe = TrainingRecipe(label: "y")
      recipe.hidden = hidden
      recipe.features.oneHotLimit = oneHotLimit
      recipe.epochs = 2
      runs += 1
      return try recipe.course(
        on: table, backend: CPUBackend(threads: 1),
        checkpoints: CheckpointPlan(folder: "\(folder)/\(runs)", resumes: false)
      ).map(\.trainingLoss)
    }
    let small = try course(shared, [4], oneHotLimit: 64)
    let large = try course(shared, [8], oneHotLimit: 64)
    #expect(shared.encodingCount == 1)
    let hashed = try course(shared, [8], oneHotLimit: 2)
    #expect(shared.encodingCount == 2)
    func alone(_ hidden: [Int], _ limit: Int) throws -> [Double] {
      try course(SearchTable(CleanTable(table)), hidden, oneHotLimit: limit)
    }
    #expect(try small == alone([4], 64) && large == alone([8], 64) && hashed == alone([8], 2))
    #expect(small != large && large != hashed)
  }
}
