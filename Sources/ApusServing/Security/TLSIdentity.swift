import ApusWire
import FoundationEssentials
public import Logging
public import NIOCore
public import NIOSSL

/// Who the server is on its TLS port, and whose clients it accepts.
///
/// The files may change while the server runs: connections that are accepted a second later use the
/// new ones, those that are open go on. New files that do not fit together, as while only one of
/// the two is replaced, are reported and the former ones stay in force.
///
/// The versions of TLS are 1.2 and 1.3. With client roots, a client must show a certificate that
/// one of them signed.
public final class TLSIdentity: Sendable {
  /// The files of an identity, all in PEM.
  public struct Files: Sendable, Equatable {
    /// The server's certificate, followed by those that lead to its root.
    public var certificate: String
    /// The private key of the certificate, without a passphrase.
    public var key: String
    /// The roots of the clients' certificates; nil to let clients in without one.
    public var clientRoots: String?

    /// Names the files.
    ///
    /// - Parameters:
    ///   - certificate: The server's certificate, followed by those that lead to its root.
    ///   - key: The private key of the certificate.
    ///   - clientRoots: The roots of the clients' certificates.
    public init(certificate: String, key: String, clientRoots: String? = nil) {
      self.certificate = certificate
      self.key = key
      self.clientRoots = clientRoots
    }
  }

  /// Whether clients must show a certificate.
  public let verifiesClients: Bool

  private let context: FileBacked<NIOSSLContext>

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - log: Where changes of the files are written.
  /// - Throws: ``SecurityError`` if the files are of no use.
  public init(_ files: Files, log: Logger) throws(SecurityError) {
    verifiesClients = files.clientRoots != nil
    let paths = [files.certificate, files.key] + (files.clientRoots.map { [$0] } ?? [])
    context = try FileBacked(paths, log: log) { () throws(SecurityError) in
      try Self.context(of: files)
    }
  }

  /// Returns the handler of a new connection.
  ///
  /// - Parameter now: The time.
  /// - Returns: The handler, with the certificate in force.
  public func handler(at now: NIODeadline = .now()) -> NIOSSLServerHandler {
    NIOSSLServerHandler(context: context.current(at: now))
  }

  private static func context(of files: Files) throws(SecurityError) -> NIOSSLContext {
    let chain = try certificates(in: files.certificate)
    if let leaf = chain.first { try verifyTime(of: leaf, path: files.certificate) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(try key(in: files.key)))
    configuration.minimumTLSVersion = .tlsv12
    if let roots = files.clientRoots {
      configuration.trustRoots = .certificates(try certificates(in: roots))
      // Clients have no host name to verify.
      configuration.certificateVerification = .noHostnameVerification
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw SecurityError(
        .malformed,
        "\(files.certificate) and \(files.key): expected a certificate and its own private key",
        cause: error)
    }
  }

  private static func certificates(in path: String) throws(SecurityError) -> [NIOSSLCertificate] {
    let bytes = try SmallFile.read(path)
    let cause: (any Error)?
    do {
      let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
      guard certificates.isEmpty else { return certificates }
      cause = nil
    } catch {
      cause = error
    }
    throw SecurityError(
      .malformed, "\(path): expected certificates in PEM, found other bytes", cause: cause)
  }

  private static func key(in path: String) throws(SecurityError) -> NIOSSLPrivateKey {
    let bytes = try SmallFile.read(path)
    do {
      return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
    } catch {
      throw SecurityError(
        .malformed, "\(path): expected a private key in PEM without a passphrase", cause: error)
    }
  }

  private static func verifyTime(
    of certificate: NIOSSLCertificate, path: String
  ) throws(SecurityError) {
    let now = Date().timeIntervalSince1970
    guard now >= Double(certificate.notValidBefore), now <= Double(certificate.notValidAfter) else {
      let first = Date(timeIntervalSince1970: Double(certificate.notValidBefore))
      let last = Date(timeIntervalSince1970: Double(certificate.notValidAfter))
      throw SecurityError(
        .expired,
        "\(path): expected a certificate that is valid now, found one from "
          + "\(first.formatted(.iso8601)) to \(last.formatted(.iso8601)); renew it, or set"
          + " the clock"
      )
    }
  }
}
