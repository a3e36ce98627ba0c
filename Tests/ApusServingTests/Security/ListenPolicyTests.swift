import ApusServing
import Testing

@Suite struct ListenPolicyTests {
  @Test(arguments: ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
  func thisMachineIsServedFreely(host: String) throws {
    #expect(ListenPolicy.isLoopback(host))
    try ListenPolicy.verify(host: host, isAuthenticated: false, isOpenAllowed: false)
  }

  @Test(arguments: ["0.0.0.0", "::", "10.0.0.1", "192.168.1.1", "no.such.host.invalid"])
  func theWorldIsServedOnlyOnPurpose(host: String) throws {
    #expect(!ListenPolicy.isLoopback(host))
    let error = #expect(throws: SecurityError.self) {
      try ListenPolicy.verify(host: host, isAuthenticated: false, isOpenAllowed: false)
    }
    #expect(error?.code == .open && error?.message.contains("--allow-open") == true)
    try ListenPolicy.verify(host: host, isAuthenticated: true, isOpenAllowed: false)
    try ListenPolicy.verify(host: host, isAuthenticated: false, isOpenAllowed: true)
  }
}
