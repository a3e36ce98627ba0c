/// The line that says that a server is ready, or that it would be.
struct ReadyReport: Encodable {
  /// A model and the device that it is ready on.
  struct Model: Encodable {
    let name: String
    let version: String
    let device: String
  }

  let ready = true
  var address: String?
  var tls: String?
  var unix: String?
  var admin: String?
  var http: String?
  let models: [Model]
}
