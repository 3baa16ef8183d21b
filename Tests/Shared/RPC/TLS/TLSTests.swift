import Foundation
import NIOCore
import NIOPosix
import Testing
import X509

@testable import RPC

@Suite(.timeLimit(.minutes(1))) struct `TLS` {
  private let certificates: TestCertificates
  /// Those of an authority that nobody here trusts by itself.
  private let others: TestCertificates

  init() throws {
    certificates = try TestCertificates()
    others = try TestCertificates()
  }

  /// Tells who calls.
  private let whoami = MethodHandler.unary { _, context in
    let names = context.peer.identity?.names.map { "\($0)" } ?? ["nobody"]
    return ByteBuffer(string: names.joined(separator: ","))
  }

  @Test func `carries calls of every kind`() async throws {
    let tls = try certificates.serverTLS()
    let echoing = MethodHandler.bidirectional { requests, _, responses in
      for try await request in requests { try await responses.write(request) }
    }
    try await withServer(
      ["/test.Echo/Unary": echo, "/test/Echo": echoing], server: { $0.tls = tls },
      client: { $0.tls = ClientTLS(authoritiesFile: certificates.authorities) }
    ) { _, channel, _ in
      let big = ByteBuffer(repeating: 3, count: 1_000_000)
      #expect(try await channel.unary(path: "/test.Echo/Unary", big).message == big)
      let call = try await channel.streaming(path: "/test/Echo")
      var responses = call.responses.makeAsyncIterator()
      for _ in 0..<100 {
        try await call.requests.write(ByteBuffer(string: "x"))
        #expect(try await responses.next() == ByteBuffer(string: "x"))
      }
      call.requests.finish()
      #expect(try await responses.next() == nil)
    }
  }

  @Test func `tells the handler the names in the caller's certificate`() async throws {
    let tls = try certificates.serverTLS(clients: .required)
    try certificates.issue(
      "line-1",
      names: [.dnsName("line-1.plant"), .uniformResourceIdentifier("spiffe://plant/line-1")])
    let client = ClientTLS(
      authoritiesFile: certificates.authorities,
      certificateChainFile: certificates.path("line-1.pem"),
      privateKeyFile: certificates.path("line-1-key.pem"))
    try await withServer(
      ["/test/Who": whoami], server: { $0.tls = tls }, client: { $0.tls = client }
    ) { _, channel, _ in
      let answer = try await channel.unary(path: "/test/Who", ByteBuffer())
      #expect(
        String(buffer: answer.message)
          == #"dns("line-1.plant"),uri("spiffe://plant/line-1")"#)
    }
  }

  @Test(arguments: [
    (ServerTLS.ClientCertificates.required, false), (.optional, true), (.none, true),
  ])
  func `lets callers without a certificate in unless it is required`(
    clients: ServerTLS.ClientCertificates, isLetIn: Bool
  ) async throws {
    let tls = try certificates.serverTLS(clients: clients)
    try await withServer(
      ["/test/Who": whoami], server: { $0.tls = tls },
      client: { $0.tls = ClientTLS(authoritiesFile: certificates.authorities) }
    ) { _, channel, _ in
      if isLetIn {
        let answer = try await channel.unary(path: "/test/Who", ByteBuffer())
        #expect(String(buffer: answer.message) == "nobody")
      } else {
        let caught = await status { _ = try await channel.unary(path: "/test/Who", ByteBuffer()) }
        #expect(caught?.code == .unavailable)
      }
    }
  }

  @Test func `refuses callers whose certificate comes from elsewhere`() async throws {
    let tls = try certificates.serverTLS(clients: .optional)
    try others.issue("stranger", names: [.dnsName("line-1.plant")])
    let client = ClientTLS(
      authoritiesFile: certificates.authorities,
      certificateChainFile: others.path("stranger.pem"),
      privateKeyFile: others.path("stranger-key.pem"))
    try await withServer(
      ["/test/Who": whoami], server: { $0.tls = tls }, client: { $0.tls = client }
    ) { _, channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/test/Who", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test func `is not spoken with a server that nobody vouches for, or of another name`()
    async throws
  {
    let tls = try certificates.serverTLS()
    let wrong = [
      ClientTLS(authoritiesFile: others.authorities),
      ClientTLS(authoritiesFile: certificates.authorities, serverName: "other.plant"),
    ]
    for client in wrong {
      try await withServer(server: { $0.tls = tls }, client: { $0.tls = client }) {
        _, channel, _ in
        let caught = await status {
          _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
        }
        #expect(caught?.code == .unavailable)
        #expect(caught?.message.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(caught as Any)")
      }
    }
  }

  @Test func `and plain HTTP/2 do not understand each other, and say so soon`() async throws {
    let tls = try certificates.serverTLS()
    try await withServer(server: { $0.tls = tls }) { _, channel, _ in
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      }
      #expect(caught?.code == .unavailable)
    }
    try await withServer(
      client: { $0.tls = ClientTLS(authoritiesFile: certificates.authorities) }
    ) { _, channel, _ in
      let caught = await status {
        _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test func `takes new certificates for new connections and keeps the old ones`() async throws {
    let tls = try certificates.serverTLS()
    let asks = ClientTLS(authoritiesFile: certificates.authorities)
    try await withServer(server: { $0.tls = tls }, client: { $0.tls = asks }) {
      server, channel, port in
      _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      // The server becomes somebody that this test's authority does not vouch for.
      _ = try others.serverTLS()
      try replace("server.pem", by: others.path("server.pem"))
      try replace("server-key.pem", by: others.path("server-key.pem"))
      server.reloadCredentials()
      _ = try await channel.unary(path: "/test.Echo/Unary", ByteBuffer())
      let fresh = newChannel(port, ClientTLS(authoritiesFile: others.authorities))
      _ = try await fresh.unary(path: "/test.Echo/Unary", ByteBuffer())
      await fresh.close()
    }
  }

  @Test func `notices changed files by itself`() async throws {
    let tls = try certificates.serverTLS()
    var limits = Limits.patient
    limits.credentialCheckMilliseconds = 5
    try await withServer(limits: limits, server: { $0.tls = tls }) { _, _, port in
      _ = try others.serverTLS()
      try replace("server-key.pem", by: others.path("server-key.pem"))
      try replace("server.pem", by: others.path("server.pem"))
      var isNoticed = false
      while !isNoticed, !Task.isCancelled {
        let fresh = newChannel(port, ClientTLS(authoritiesFile: others.authorities))
        isNoticed = (try? await fresh.unary(path: "/test.Echo/Unary", ByteBuffer())) != nil
        await fresh.close()
      }
      #expect(isNoticed)
    }
  }

  @Test func `keeps what it has when the new files can't be used`() async throws {
    let tls = try certificates.serverTLS()
    try await withServer(server: { $0.tls = tls }) { server, _, port in
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: certificates.path("server.pem")))
      server.reloadCredentials()
      let fresh = newChannel(port, ClientTLS(authoritiesFile: certificates.authorities))
      _ = try await fresh.unary(path: "/test.Echo/Unary", ByteBuffer())
      await fresh.close()
    }
  }

  @Test func `is not started with files that can't be used, and names them`() async throws {
    let good = try certificates.serverTLS()
    try certificates.issue("other", names: [.dnsName("other")])
    var missing = good
    missing.certificateChainFile = certificates.path("missing.pem")
    var wrongKey = good
    wrongKey.privateKeyFile = certificates.path("other-key.pem")
    var noKey = good
    noKey.privateKeyFile = certificates.authorities
    var noAuthorities = good
    noAuthorities.clientCertificates = .required
    for (tls, word) in [
      (missing, "missing.pem"), (wrongKey, "other-key.pem"), (noKey, "authority.pem"),
      (noAuthorities, "authorities"),
    ] {
      var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
      configuration.tls = tls
      let server = Server(
        configuration: configuration, group: MultiThreadedEventLoopGroup.singleton
      ) { _ in echo }
      let failure = await #expect(throws: TLSFileError.self) { try await server.start() }
      #expect(failure.map { "\($0)" }?.contains(word) == true, "\(failure as Any)")
    }
  }

  @Test(arguments: [
    ("mes.plant", "mes.plant", true), ("MES.plant", "mes.Plant", true),
    ("*.plant.example", "mes.plant.example", true), ("*.plant.example", "plant.example", false),
    ("*.plant.example", "a.mes.plant.example", false), ("*.plant", "mes.plant", false),
    ("m*.plant.example", "mes.plant.example", false), ("other.plant", "mes.plant", false),
  ])
  func `knows which hosts a name in a certificate covers`(
    name: String, host: String, isCovered: Bool
  ) {
    #expect(PeerIdentity(names: [.dns(name)]).isHost(host) == isCovered)
  }

  private func newChannel(_ port: Int, _ tls: ClientTLS) -> ClientChannel {
    ClientChannel(
      host: "127.0.0.1", port: port, configuration: ClientConfiguration(tls: tls, limits: .patient),
      group: MultiThreadedEventLoopGroup.singleton)
  }

  private func replace(_ file: String, by source: String) throws {
    let content = try Data(contentsOf: URL(fileURLWithPath: source))
    try content.write(to: URL(fileURLWithPath: certificates.path(file)), options: .atomic)
  }
}
