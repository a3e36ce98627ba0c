import ApusCompute
import Foundation
import Testing

@Suite("Graph")
struct GraphTests {
  /// relu(x W + b), with x of 3 columns and 2 units.
  private func dense() throws -> (graph: Graph, sum: Graph.NodeID) {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    let weight = try graph.add(.variable(Variable(name: "w", shape: .fixed(3, 2))), [])
    let bias = try graph.add(.variable(Variable(name: "b", shape: .fixed(2))), [])
    let product = try graph.add(.matmul(MatMul()), [x, weight])
    let sum = try graph.add(.binary(.add), [product, bias])
    graph.outputs = [try graph.add(.activation(.relu), [sum])]
    return (graph, sum)
  }

  @Test("folds bias and activation into the product")
  func fusion() throws {
    let fused = try dense().graph.fused()
    #expect(fused.nodes.count == 4)
    #expect(
      fused[fused.outputs[0]].operation
        == .matmul(MatMul(hasBias: true, epilogue: .activation(.relu))))
  }

  @Test("keeps a tensor that is an output or has another reader")
  func fusionKeepsReaders() throws {
    var (graph, sum) = try dense()
    graph.outputs.append(sum)
    let fused = graph.fused()
    #expect(fused.outputs.count == 2)
    #expect(fused[fused.outputs[0]].operation == .activation(.relu))
    #expect(fused[fused.outputs[1]].operation == .matmul(MatMul(hasBias: true)))
  }

  @Test("drops what nobody needs, but no input")
  func deadNodes() throws {
    var (graph, _) = try dense()
    _ = try graph.add(.input(name: "unused", shape: .batch(1)), [])
    _ = try graph.add(.softmax, [graph.outputs[0]])
    let fused = graph.fused()
    #expect(fused.inputs.count == 2)
    #expect(!fused.nodes.contains { $0.operation == .softmax })
  }

  @Test("computes a weight's gradient right before the update, but not one of a weight")
  func updateOrder() throws {
    var graph = Graph()
    let rule = UpdateRule.sgd(momentum: 0, nesterov: false)
    let x = try graph.add(.input(name: "x", shape: .fixed(2, 2)), [])
    let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    let weights = try ["a", "b"].map {
      try graph.add(.variable(Variable(name: $0, shape: .fixed(2, 2))), [])
    }
    let plain = try graph.add(.matmul(MatMul(.tn)), [x, x])
    let ofWeight = try graph.add(.matmul(MatMul(.tn)), [weights[0], x])
    let other = try graph.add(.activation(.relu), [x])
    let updates = try zip(weights, [plain, ofWeight]).map { weight, gradient in
      try graph.add(.update(rule), [weight, gradient, schedule])
    }
    graph.outputs = [other] + updates
    let ordered = graph.movingGradientsToUpdates()
    #expect(
      ordered.nodes.map(\.operation).suffix(5) == [
        .matmul(MatMul(.tn)), .activation(.relu), .matmul(MatMul(.tn)), .update(rule),
        .update(rule),
      ])
    // What is computed of a weight stays before every update.
    #expect(ordered[ordered.nodes.count - 5].operands.first == weights[0])
    #expect(ordered.nodes.indices.filter(ordered.isMovedAlong) == [ordered.nodes.count - 3])
    #expect(ordered.outputs.count == 3 && ordered[ordered.outputs[0]].operation != .update(rule))
  }

  @Test("survives JSON, shapes inferred again")
  func codable() throws {
    let graph = try dense().graph
    let data = try JSONEncoder().encode(graph)
    #expect(try JSONDecoder().decode(Graph.self, from: data) == graph)
    let text = String(decoding: data, as: UTF8.self)
    let damaged = text.replacing("[3,2]", with: "[4,2]")
    #expect(damaged != text)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(Graph.self, from: Data(damaged.utf8))
    }
  }

  @Test(
    "shapes that no graph can have are refused when they are read",
    arguments: [[0], [-1, 2], [1 << 31, 1 << 31], [Int](repeating: 1, count: 9)])
  func damagedShapes(_ dimensions: [Int]) {
    let text = "{\"isBatched\":false,\"dimensions\":\(dimensions)}"
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Shape.self, from: Data(text.utf8))
    }
  }

  @Test("refuses operands that do not fit, naming the shapes")
  func mismatches() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    let weight = try graph.add(.variable(Variable(name: "w", shape: .fixed(4, 2))), [])
    let error = #expect(throws: ComputeError.self) {
      try graph.add(.matmul(MatMul()), [x, weight])
    }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.message.contains("rows x 3") == true)
    #expect(error?.message.contains("4 x 2") == true)
    #expect(throws: ComputeError.self) { try graph.add(.softmax, []) }
    #expect(throws: ComputeError.self) { try graph.add(.softmax, [7]) }
    #expect(throws: ComputeError.self) { try graph.add(.loss(.meanSquaredError), [x, weight]) }
  }

  @Test("has no gradient for what does not reach the loss")
  func notDifferentiable() throws {
    var (graph, _) = try dense()
    let stranger = try graph.add(.variable(Variable(name: "s", shape: .fixed(2))), [])
    let loss = try graph.add(.reduce(Reduction(.sum, .all)), [graph.outputs[0]])
    let error = #expect(throws: ComputeError.self) {
      try graph.gradients(of: loss, withRespectTo: [stranger])
    }
    #expect(error?.code == .notDifferentiable)
  }

  @Test("Adam's schedule corrects the bias of the first steps")
  func schedule() {
    let rule = UpdateRule.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
    let first = rule.schedule(learningRate: 0.001, step: 1)
    #expect(first[0] == 0.001)
    #expect(abs(first[1] - 10) < 1e-5 && abs(first[2] - 1000) < 0.02)
    let tenth = rule.schedule(learningRate: 0.001, step: 10)
    #expect(abs(Double(tenth[1]) - 1 / (1 - 0.34867844)) < 1e-5)
    #expect(
      UpdateRule.rmsprop(rho: 0.9, epsilon: 0).schedule(learningRate: 0.5, step: 3) == [0.5, 1, 1])
  }
}
