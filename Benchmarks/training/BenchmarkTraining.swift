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
/// `17,64,64` is a net of dense layers on 17 inputs, and `gru:50,16,64` a dense layer behind a GRU
/// of 64 units over 50 steps of 16 inputs. The file holds rows x inputs features and then rows
/// targets, 32-bit floats of this machine.
@main
struct BenchmarkTraining {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 8, let rows = Int(arguments[2]), let batchSize = Int(arguments[4]),
      let epochs = Int(arguments[7]), let threads = Int(arguments[8])
    else {
      print(
        "usage: apus-bench-training FILE ROWS INPUTS,UNITS,UNITS|gru:STEPS,INPUTS,UNITS BATCH"
          + " rmsprop|adam mse|bce EPOCHS THREADS")
      return
    }
    let network = try network(arguments[3])
    let inputs = network.graph[network.features].shape.columns
    let examples = try examples(file: arguments[1], rows: rows, width: inputs)
    let trainer = try Trainer(
      network,
      configuration: TrainingConfiguration(
        loss: arguments[6] == "mse" ? .meanSquaredError : .binaryCrossEntropy,
        optimizer: arguments[5] == "rmsprop" ? .rmsprop() : .adam(), epochs: epochs,
        batchSize: batchSize, seed: 1, patience: nil),
      backend: CPUBackend(threads: threads))
    let result = try trainer.fit(examples, validation: examples.selecting([]))
    let loss = try trainer.metrics(of: examples)["loss"] ?? .nan
    print("{\"epochs\": \(result.epochs.map(\.seconds)), \"loss\": \(loss)}")
  }

  private static func network(_ text: String) throws -> Network {
    let isRecurrent = text.hasPrefix("gru:")
    let widths = text.dropFirst(isRecurrent ? 4 : 0).split(separator: ",").compactMap { Int($0) }
    guard isRecurrent else {
      return try Network(
        inputs: widths[0],
        Sequential.perceptron(hidden: Array(widths[1...]), outputs: 1, activation: .relu))
    }
    return try Network(
      inputs: widths[0] * widths[1],
      Sequential {
        Reshape(widths[0], widths[1])
        GRU(widths[2])
        Dense(1)
      })
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
