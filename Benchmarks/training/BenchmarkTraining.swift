import ApusCPU
import ApusCompute
import ApusNN
import ApusTraining

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Trains a net of dense layers on rows of a file and prints one JSON line: the seconds of each
/// epoch, and the loss after the last.
///
/// The file holds rows x inputs features and then rows targets, 32-bit floats of this machine.
@main
struct BenchmarkTraining {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 8, let rows = Int(arguments[2]), let batchSize = Int(arguments[4]),
      let epochs = Int(arguments[7]), let threads = Int(arguments[8])
    else {
      print(
        "usage: apus-bench-training FILE ROWS INPUTS,UNITS,UNITS BATCH rmsprop|adam mse|bce EPOCHS"
          + " THREADS")
      return
    }
    let widths = arguments[3].split(separator: ",").compactMap { Int($0) }
    let examples = try examples(file: arguments[1], rows: rows, width: widths[0])
    let network = try Network(
      inputs: widths[0],
      Sequential.perceptron(hidden: Array(widths[1...]), outputs: 1, activation: .relu))
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
