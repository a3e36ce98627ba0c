import ApusCPU
import ApusCompute
import ApusNN
import ApusTraining

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Trains a net on rows of a file and prints one JSON line: the seconds of each epoch, and the loss
/// after the last.
///
/// `17,64,64` is a net of dense layers on 17 inputs, `gru:50,16,64` a dense layer behind a GRU of
/// 64 units over 50 steps of 16 inputs, and `embedding:26,1000000,16,64` a layer of 64 units behind
/// 26 identifiers, which share a table of a million vectors of 16. The file holds rows x inputs
/// features and then rows targets, 32-bit floats of this machine.
@main
struct BenchmarkTraining {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 8, let rows = Int(arguments[2]), let batchSize = Int(arguments[4]),
      let epochs = Int(arguments[7]), let threads = Int(arguments[8])
    else {
      print(
        "usage: apus-bench-training FILE ROWS INPUTS,UNITS,UNITS|gru:STEPS,INPUTS,UNITS"
          + "|embedding:COLUMNS,VOCABULARY,WIDTH,UNITS BATCH rmsprop|adam|adagrad mse|bce EPOCHS"
          + " THREADS")
      return
    }
    let network = try network(arguments[3])
    let inputs = network.graph[network.features].shape.columns
    let examples = try examples(file: arguments[1], rows: rows, width: inputs)
    let trainer = try Trainer(
      network,
      configuration: TrainingConfiguration(
        loss: arguments[6] == "mse" ? .meanSquaredError : .binaryCrossEntropy,
        optimizer: optimizer(arguments[5]), epochs: epochs, batchSize: batchSize, seed: 1,
        patience: nil),
      backend: CPUBackend(threads: threads))
    let result = try trainer.fit(examples, validation: examples.selecting([]))
    let loss = try trainer.metrics(of: examples)["loss"] ?? .nan
    print("{\"epochs\": \(result.epochs.map(\.seconds)), \"loss\": \(loss)}")
  }

  private static func optimizer(_ name: String) -> Optimizer {
    switch name {
    case "rmsprop": .rmsprop()
    case "adagrad": .adagrad(learningRate: 0.01, initialSum: 0.1)
    default: .adam()
    }
  }

  private static func network(_ text: String) throws -> Network {
    let parts = text.split(separator: ":")
    let numbers = (parts.last ?? "").split(separator: ",").compactMap { Int($0) }
    switch parts.count > 1 ? parts[0] : "dense" {
    case "gru":
      return try Network(
        inputs: numbers[0] * numbers[1],
        Sequential {
          Reshape(numbers[0], numbers[1])
          GRU(numbers[2])
          Dense(1)
        })
    case "embedding":
      return try Network(
        inputs: numbers[0],
        Sequential {
          Embedding(vocabulary: numbers[1], width: numbers[2])
          Dense(numbers[3], activation: .relu)
          Dense(1)
        })
    default:
      return try Network(
        inputs: numbers[0],
        Sequential.perceptron(hidden: Array(numbers[1...]), outputs: 1, activation: .relu))
    }
  }

  private static func examples(file: String, rows: Int, width: Int) throws -> Examples {
    let data = try Data(contentsOf: URL(filePath: file))
    let values = (0..<rows * (width + 1)).map { index in
      let bits = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(data[4 * index + $1]) }
      return Float(bitPattern: bits)
    }
    return Examples(
      features: Array(values[..<(rows * width)]), targets: Array(values[(rows * width)...]),
      width: width)
  }
}
