import NIOCore
import NIOSSL

/// How a connection is encrypted, and whom it trusts.
public struct ClientTLS: Sendable {
  /// A file of certificates in PEM that the server's must come from; `nil` for the system's.
  public var rootsPath: String?

  /// A file with the client's own certificate, and its chain, in PEM; for servers that ask for one.
  public var certificatePath: String?

  /// A file with the key of the client's own certificate, in PEM.
  public var keyPath: String?

  /// The name that the server's certificate must have; `nil` for the host that is connected to.
  public var serverName: String?

  /// Creates settings.
  ///
  /// - Parameters:
  ///   - rootsPath: A file of certificates that the server's must come from.
  ///   - certificatePath: A file with the client's own certificate.
  ///   - keyPath: A file with the key of the client's own certificate.
  ///   - serverName: The name that the server's certificate must have.
  public init(
    rootsPath: String? = nil,
    certificatePath: String? = nil,
    keyPath: String? = nil,
    serverName: String? = nil
  ) {
    self.rootsPath = rootsPath
    self.certificatePath = certificatePath
    self.keyPath = keyPath
    self.serverName = serverName
  }
}

extension ClientTLS {
  /// Files that were read, ready for any number of connections.
  struct Context: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    /// Reads the files.
    init(_ settings: ClientTLS, for endpoint: Endpoint) throws(ClientError) {
      do {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let path = settings.rootsPath { configuration.trustRoots = .file(path) }
        if let path = settings.certificatePath {
          configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path)
            .map { .certificate($0) }
        }
        if let path = settings.keyPath {
          configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
        }
        context = try NIOSSLContext(configuration: configuration)
      } catch {
        throw ClientError(
          code: .badConfiguration,
          message: "the files for TLS cannot be used: \(error); check that they exist, are PEM and "
            + "that the key belongs to the certificate"
        )
      }
      switch endpoint {
      case .tcp(let host, _): serverName = settings.serverName ?? host
      case .unix: serverName = settings.serverName
      }
    }

    /// Makes the handler of one connection.
    ///
    /// An address cannot be asked for by name, but is compared with the certificate all the same.
    func makeHandler() throws -> NIOSSLClientHandler {
      do {
        return try NIOSSLClientHandler(context: context, serverHostname: serverName)
      } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
        return try NIOSSLClientHandler(context: context, serverHostname: nil)
      }
    }
  }
}

extension ClientError {
  /// The error that ends a handshake for good; `nil` if another attempt may succeed.
  init?(handshake error: any Error) {
    switch error {
    case is NIOSSLExtraError: break
    case let error as NIOSSLError:
      guard case .handshakeFailed = error else { return nil }
    default: return nil
    }
    self.init(
      code: .connectFailed,
      message: "the TLS handshake failed: \(error); check the roots, the server's name and, if the "
        + "server asks for it, the client's own certificate"
    )
  }
}
