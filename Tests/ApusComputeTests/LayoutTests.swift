import ApusCompute
import Testing

@Suite("Layouts")
struct LayoutTests {
  @Test("variables are aligned, apart and found by name")
  func variables() throws {
    let layout = VariableLayout([
      Variable(name: "w", shape: .fixed(3, 5)), Variable(name: "b", shape: .fixed(17)),
      Variable(name: "s", shape: .scalar),
    ])
    #expect(layout.offsets == [0, 16, 48])
    #expect(layout.count == 64)
    #expect(try layout.range(of: "b") == 16..<33)
    #expect(throws: ComputeError.self) { try layout.range(of: "x") }
    #expect(throws: ComputeError.self) { try layout.range(of: "b", count: 16) }
    #expect(throws: ComputeError.self) {
      try layout.offset(of: Variable(name: "b", shape: .fixed(1, 17)))
    }
  }

  @Test("tensors that live at the same time never overlap", arguments: 1...40)
  func arena(_ seed: UInt64) throws {
    let graph = try randomGraph(seed: seed)
    let rows = Int(seed % 5) + 1
    let layout = ArenaLayout(graph, batchCapacity: rows) { $0 % 3 == 0 ? 5 : 0 }
    struct Life {
      let memory: Range<Int>
      let time: ClosedRange<Int>
    }
    var lives: [Life] = []
    for (id, offset) in layout.offsets {
      let users = graph.nodes.indices.filter { graph[$0].operands.contains(id) }
      let size = graph[id].shape.count(batchSize: rows)
      var (first, last) = (id, users.max() ?? id)
      if graph.outputs.contains(id) { last = graph.nodes.count }
      if graph[id].operands.isEmpty { (first, last) = (0, graph.nodes.count) }
      #expect(offset % ArenaLayout.alignment == 0 && offset + size <= layout.count)
      lives.append(Life(memory: offset..<offset + size, time: first...last))
    }
    for (id, offset) in layout.scratchOffsets {
      lives.append(Life(memory: offset..<offset + 5, time: id...id))
    }
    for (index, one) in lives.enumerated() {
      for other in lives[(index + 1)...] where one.time.overlaps(other.time) {
        #expect(!one.memory.overlaps(other.memory), "seed \(seed)")
      }
    }
  }

  @Test("memory is used again when a tensor is dead")
  func reuse() throws {
    var graph = Graph()
    var node = try graph.add(.input(name: "x", shape: .batch(16)), [])
    for _ in 0..<10 { node = try graph.add(.activation(.relu), [node]) }
    graph.outputs = [node]
    #expect(ArenaLayout(graph, batchCapacity: 4).count <= 4 * 64)
  }

  private func randomGraph(seed: UInt64) throws -> Graph {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var graph = Graph()
    _ = try graph.add(.input(name: "x", shape: .batch(draw(40) + 1)), [])
    _ = try graph.add(.constant(2), [])
    for _ in 0..<20 {
      let operand = draw(graph.nodes.count)
      switch draw(3) {
      case 0: _ = try graph.add(.activation(.tanh), [operand])
      case 1: _ = try graph.add(.binary(.add), [operand, operand])
      default: _ = try graph.add(.reduce(Reduction(.sum, .columns)), [operand])
      }
    }
    graph.outputs = [graph.nodes.count - 1, draw(graph.nodes.count)]
    return graph
  }
}
