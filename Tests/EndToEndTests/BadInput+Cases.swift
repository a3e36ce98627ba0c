import Foundation

extension BadInput {
  private static let rows = Visits.csv(rows: 50)

  private static func replacing(_ old: String, with new: String) -> String {
    rows.replacingOccurrences(of: old, with: new)
  }

  /// The rows and one more, whose fields after `id` and `time` are given.
  private static func adding(_ fields: String) -> String {
    rows + "visit-x,2026-02-01 12:30:00,\(fields)\n"
  }

  /// What can be wrong with the data or the options of `apus train`.
  static let training: [BadInput] = [
    BadInput("train: no such file", words: ["absent.csv"], unwritten: ["models"]) { workspace, _ in
      [
        "train", "--data", workspace.path("absent.csv"), "--label", "bought", "--output",
        workspace.path("models/bad"),
      ]
    },
    training(on: "", "train: an empty file", words: "bad.csv", "empty"),
    training(on: Visits.header + "\n", "train: only a header", words: "bad.csv", "no"),
    training(on: rows + "visit-x,3\n", "train: a ragged row", words: "bad.csv:52", "8", "2"),
    training(options: ["--label", "sold"], "train: an unknown label", words: "sold", "bought"),
    training(
      on: replacing(",no\n", with: ",yes\n"), "train: a label of one class", words: "bought",
      "only one"),
    training(
      on: adding("1,2,mail,true,0.1,"), "train: a missing label", words: "bad.csv:52", "bought"),
    training(
      on: adding("1,inf,mail,true,0.1,no"), "train: an infinite number", words: "bad.csv:52",
      "seconds"),
    training(
      on: adding("1,2,\(String(repeating: "x", count: 10_000_000)),true,0.1,no"),
      "train: a field of 10 MB", words: "bad.csv:52", "too long"),
    training(
      on: Array("\(rows)visit-x,2026-02-01 12:30:00,1,2,".utf8) + [0xFF, 0xFE]
        + Array(",true,0.1,no\n".utf8),
      "train: invalid UTF-8", words: ["bad.csv:52", "channel", "UTF-8"]),
    training(on: adding("1,2,m\0,true,0.1,no"), "train: a NUL byte", words: "bad.csv:52", "NUL"),
    training(
      on: adding("1,2,\"mail,true,0.1,no"), "train: a quote left open", words: "bad.csv:52",
      "quote"),
    training(
      on: replacing("pages,", with: "seconds,"), "train: two columns of one name",
      words: "seconds", "twice"),
    training(options: ["--drop", "price"], "train: an unknown column to drop", words: "price"),
    training(
      on: "bought\nyes\nno\nyes\nno\n", "train: a label and nothing else", words: "column"),
    training(options: ["--epochs", "0"], "train: no epochs", words: "epochs"),
    training(options: ["--batch-size", "-1"], "train: a negative batch", words: "batch-size"),
    training(
      options: ["--net", "net.yaml", "--dropout", "0.1"], "train: a size beside a net's file",
      words: "--dropout", "net.yaml"),
    training(
      options: ["--drop", "id,bought"], "train: a label that is left out", words: "--drop",
      "bought"),
    training(
      options: ["--nesterov"], "train: Nesterov's momentum without sgd", words: "--nesterov",
      "adam"),
    training(
      options: ["--momentum", "0.9"], "train: a momentum without sgd", words: "--momentum", "adam"),
    training(
      options: ["--cross-layers", "2"], "train: cross layers in no dcn", words: "--cross-layers",
      "dcn", "mlp"),
    training(
      options: ["--second-tower", "pages"], "train: a second tower of none",
      words: "--second-tower", "two-tower", "mlp"),
    training(
      options: ["--net", "dcn", "--sequence-units", "8"], "train: units of no sequence",
      words: "--sequence-units", "gru", "--net is dcn"),
    training(
      options: ["--output", "/proc/models/visits"], "train: an output that takes no folder",
      words: "/proc/models/visits"),
    training(
      options: ["--checkpoint-dir", "/proc/run"], "train: checkpoints where no folder can be",
      words: "/proc/run"),
    training(options: ["--hidden", "64,x"], "train: a layer of x units", words: "hidden"),
    training(
      options: ["--learning-rate", "fast"], "train: a rate that is no number", words: "fast"),
    training(options: ["--activation", "swoosh"], "train: no such activation", words: "swoosh"),
    training(options: ["--optimizer", "magic"], "train: no such optimizer", words: "magic"),
    training(options: ["--loss", "love"], "train: no such loss", words: "love"),
    training(options: ["--precision", "int3"], "train: no such precision", words: "int3"),
    training(
      options: ["--max-precision-loss", "0.1"], "train: a bound on the loss of float32",
      words: "max-precision-loss", "float32"),
    training(
      options: ["--precision", "int8", "--max-precision-loss=-1"], "train: a negative loss",
      words: "max-precision-loss", "-1"),
    training(options: ["--device", "abacus"], "train: no such device", words: "abacus"),
    training(
      options: ["--test", "0.6", "--validation", "0.5"], "train: nothing left to train on",
      words: "0.6", "0.5"),
    training(
      options: ["--net", "absent.yaml"], "train: no file of that net", words: "absent.yaml"),
    described("layers: [dens: 3]", "train: no such layer", words: "net.yaml:2:12", "dense"),
    described("layers: [cross: 65]", "train: too many layers", words: "net.yaml:2:19", "64"),
    described("head: none", "train: a net without its output", words: "net.yaml:1:9", "rows x"),
    BadInput("train: a bad name for a model", words: ["Bad Name"], unwritten: ["models"]) {
      workspace, trained in
      TrainedModel.arguments(data: trained.data, output: workspace.path("models/Bad Name"))
    },
    BadInput("train: the output is below a file", words: ["file/models"]) { workspace, trained in
      let file = try workspace.write("", to: "file")
      return TrainedModel.arguments(data: trained.data, output: "\(file)/models/visits")
    },
  ]

  /// What can be wrong with the data of `apus score` and `apus evaluate`.
  static let scoring: [BadInput] = [
    scoring(
      adding("many,2,mail,true,0.1,no"), "score: text for a number", words: "bad.csv:52", "pages",
      "many"),
    scoring(
      adding("1,-inf,mail,true,0.1,no"), "score: an infinite number", words: "bad.csv:52",
      "seconds"),
    scoring(replacing("pages,", with: "leaves,"), "score: a missing column", words: "pages"),
    scoring(Visits.header + "\n", "score: only a header", words: "bad.csv"),
    BadInput("score: no such model", words: ["nowhere"], unwritten: ["scores.csv"]) {
      workspace, trained in
      score(["--model", workspace.path("nowhere")], trained.data, in: workspace)
    },
    BadInput("score: no folder for the output", words: ["nowhere/scores.csv"]) {
      workspace, trained in
      [
        "score", "--model", trained.model, "--data", trained.data, "--output",
        workspace.path("nowhere/scores.csv"), "--device", "cpu",
      ]
    },
    BadInput("score: neither a model nor a server", words: ["--model"], unwritten: ["scores.csv"]) {
      workspace, trained in score([], trained.data, in: workspace)
    },
    BadInput("score: an address without a port", words: ["localhost"], unwritten: ["scores.csv"]) {
      workspace, trained in
      score(["--connect", "localhost", "--model", "visits"], trained.data, in: workspace)
    },
    BadInput("score: no server there", words: ["127.0.0.1:1"], unwritten: ["scores.csv"]) {
      workspace, trained in
      score(["--connect", "127.0.0.1:1", "--model", "visits"], trained.data, in: workspace)
    },
    BadInput("score: a device beside a server", words: ["--device"], unwritten: ["scores.csv"]) {
      workspace, trained in
      score(
        ["--connect", "127.0.0.1:1", "--model", "visits", "--device", "cpu"], trained.data,
        in: workspace)
    },
    BadInput("evaluate: no label in the data", words: ["bought"]) { workspace, trained in
      let data = try workspace.write(replacing(",bought\n", with: ",sold\n"), to: "bad.csv")
      return ["evaluate", "--model", trained.model, "--data", data, "--device", "cpu"]
    },
  ]

  /// An artifact that is not as it was sealed.
  static let artifacts: [BadInput] =
    ["manifest.json", "weights.safetensors", "golden.safetensors"].flatMap { file in
      let path = "models/visits/1/\(file)"
      return [
        damaged("artifact: a byte of \(file) flipped", words: file) { workspace in
          var bytes = try workspace.bytes(path)
          bytes[bytes.count / 2] ^= 1
          _ = try workspace.write(bytes, to: path)
        },
        damaged("artifact: \(file) truncated", words: file) { workspace in
          let bytes = try workspace.bytes(path)
          _ = try workspace.write(bytes.dropLast(bytes.count / 3), to: path)
        },
        // A version without a manifest is no version, so its folder is named instead.
        damaged("artifact: \(file) missing", words: "models/visits") { workspace in
          try FileManager.default.removeItem(atPath: workspace.path(path))
        },
      ]
    } + [
      damaged("artifact: a newer format", words: "manifest.json", "999") { workspace in
        let path = "models/visits/1/manifest.json"
        let manifest = try workspace.text(path)
        let newer = manifest.replacing(/"formatVersion"\s*:\s*\d+/, with: "\"formatVersion\" : 999")
        _ = try workspace.write(newer, to: path)
      }
    ]

  /// What can be wrong with `apus serve`, `inspect`, `simulate`, `demo` and the command itself.
  static let others: [BadInput] = [
    BadInput("serve: no folder of models", words: ["nowhere"]) { workspace, _ in
      ["serve", "--models", workspace.path("nowhere"), "--listen", "127.0.0.1:0"]
    },
    BadInput("serve: a folder without models", words: ["models"]) { workspace, _ in
      try FileManager.default.createDirectory(
        atPath: workspace.path("models"), withIntermediateDirectories: true)
      return ["serve", "--models", workspace.path("models"), "--listen", "127.0.0.1:0"]
    },
    BadInput("serve: a damaged model", words: ["weights.safetensors"]) { workspace, trained in
      _ = try workspace.copy(trained.models, to: "models")
      _ = try workspace.write([], to: "models/visits/1/weights.safetensors")
      return [
        "serve", "--models", workspace.path("models"), "--listen", "127.0.0.1:0", "--device", "cpu",
      ]
    },
    BadInput("serve: an address without a port", words: ["here"]) { _, trained in
      ["serve", "--models", trained.models, "--listen", "here"]
    },
    BadInput(
      "prepare: negatives of an event", words: ["--negatives", "next-item"],
      unwritten: ["rows.csv"]
    ) { workspace, trained in
      [
        "prepare", "--data", trained.data, "--target", "purchase", "--negatives", "4", "--output",
        workspace.path("rows.csv"),
      ]
    },
    BadInput(
      "prepare: cut-offs without number", words: ["--every", "299999 cut-offs"],
      unwritten: ["rows.csv"]
    ) { workspace, _ in
      let log = try workspace.write(
        "user,item,event,timestamp\n1,a,view,0\n1,b,purchase,300000\n", to: "log.csv")
      return [
        "prepare", "--data", log, "--target", "purchase", "--every", "1s", "--horizon", "1s",
        "--output", workspace.path("rows.csv"),
      ]
    },
    BadInput("dump: an empty file", words: ["empty.bin", "frame"]) { workspace, _ in
      ["dump", try workspace.write("", to: "empty.bin")]
    },
    BadInput("dump: a text", words: ["text.bin", "frame"]) { workspace, _ in
      ["dump", try workspace.write(Visits.csv(rows: 9), to: "text.bin")]
    },
    BadInput("inspect: no such model", words: ["nowhere"]) { workspace, _ in
      ["inspect", workspace.path("nowhere")]
    },
    BadInput("simulate: no users", words: ["users"], unwritten: ["shop"]) { workspace, _ in
      ["simulate", "shop", "--users", "0", "--days", "1", "--output", workspace.path("shop")]
    },
    BadInput("simulate: a folder of something else", words: ["visits.csv"]) { workspace, _ in
      _ = try workspace.write("", to: "visits.csv")
      return [
        "simulate", "shop", "--users", "1", "--days", "1", "--output", workspace.path("visits.csv"),
      ]
    },
    BadInput("demo: data without a label", words: ["--label"]) { _, trained in
      ["demo", "--data", trained.data]
    },
    BadInput("demo: an unknown label", words: ["sold", "bought"]) { workspace, trained in
      ["demo", "--data", trained.data, "--label", "sold", "--keep", workspace.path("demo")]
    },
    BadInput("apus: no such command", words: ["fly"]) { _, _ in ["fly"] },
  ]
}
