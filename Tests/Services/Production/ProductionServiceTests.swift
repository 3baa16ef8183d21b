import Contracts
import Environment
import Foundation
import Identity
import NIOCore
import Protobuf
import RPC
import RecordStore
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

@Suite("Production as a whole")
struct ProductionServiceTests {
  @Test("Every method of the contracts is routed, and nothing else")
  func routes() {
    let incarnation = Incarnation(Identifier(high: 1, low: 2))
    let parts = ProductionService.Parts(sites: [], unknownCodes: nil, .system)
    let routed = ProductionService.routes(incarnation, tolerances: [:], parts).map(\.path)
    let contracts =
      Production.V1.ProductionService.methodNames.map {
        "/\(Production.V1.ProductionService.name)/\($0)"
      }
      + Events.V1.EventFeedService.methodNames.map { "/\(Events.V1.EventFeedService.name)/\($0)" }
      + ["/millrace.genealogy.v1.GenealogyService/WatchGenealogy"]
    #expect(routed.sorted() == contracts.sorted())
  }

  @Test("The rules' enumerations have the contract's numbers and names")
  func enumerations() {
    for state in OrderState.allCases {
      let name = "\(Production.V1.OrderState(state))".uppercased()
      #expect(name == state.name.filter { $0 != "_" })
    }
    for state in PostingState.allCases {
      #expect("\(Common.V1.PostingState(state))" == "\(state)")
    }
    for tracking in [Tracking.none, .lot, .serial] {
      #expect("\(Common.V1.Tracking(tracking))" == "\(tracking)")
    }
  }

  @Test("Without a principal, or with one that is not believed, nothing is answered")
  func unauthenticated() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.unauthenticated, "CREDENTIAL_INVALID") {
        _ = try await production.client(nil).getOrder(Sample.get())
      }
      let stranger = try PrincipalSigner(
        key: try await SigningKey.generate(), environment: production.environment)
      let token = try stranger.token(
        for: ProductionFixture.gateway, audience: House.production.audience)
      let options = CallOptions(metadata: [(PrincipalToken.metadataName, token)])
      try await production.expectRefusal(.unauthenticated, "CREDENTIAL_INVALID") {
        _ = try await production.client(nil).reportProduction(Sample.report(), options: options)
      }
    }
  }

  @Test("Bytes that are no message are refused with the field where there is one")
  func malformed() async throws {
    /// One field of a message of the raw kind that a client of ours could not send.
    func bytes(_ text: [UInt8]) -> ByteBuffer { ByteBuffer(bytes: text) }
    try await ProductionFixture.run { production in
      let method = Production.V1.ProductionService.getOrder
      let token = try production.signer.token(
        for: ProductionFixture.mes, audience: House.production.audience)
      var options = ClientCallOptions()
      options.metadata = try Metadata([(PrincipalToken.metadataName, token)])
      // site: not UTF-8; site: as a number; cut short; tag zero.
      for message in [[0x0A, 0x01, 0xFF], [0x08, 0x01], [0x0A, 0x05, 0x41], [0x00]] as [[UInt8]] {
        let before = try await production.rowCounts()
        let status = await #expect(throws: RPC.Status.self) {
          try await production.rawCall(method.path, bytes(message), options)
        }
        #expect(status?.code == .invalidArgument)
        #expect(try await production.rowCounts() == before)
      }
      _ = try await production.gateway.releaseOrder(Sample.release())
    }
  }

  @Test("Health answers without a credential, and says when the service drains")
  func health() async throws {
    try await ProductionFixture.run { production in
      let health = Grpc.Health.V1.HealthClient(production.caller(nil))
      for name in ["", Production.V1.ProductionService.name, Events.V1.EventFeedService.name] {
        #expect(try await health.check(.with { $0.service = name }).status == .serving)
      }
      let refusal = await #expect(throws: Refusal.self) {
        try await health.check(.with { $0.service = "other" })
      }
      #expect(refusal?.code == .notFound)
      var watch = try await health.watch(.init()).makeAsyncIterator()
      #expect(try await watch.next()?.status == .serving)
      production.program.health.setServing(false)
      #expect(try await watch.next()?.status == .notServing)
      #expect(try await health.check(.init()).status == .notServing)
      var unknown = try await health.watch(.with { $0.service = "other" }).makeAsyncIterator()
      #expect(try await unknown.next()?.status == .serviceUnknown)
    }
  }

  @Test("Each write leaves an audit row that says who did what to which order")
  func audit() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      var report = Sample.report()
      report.header?.correlationID = "shift-7"
      _ = try await production.client().reportProduction(report)
      let records = try await production.program.database.read {
        try $0.auditRecords(after: 0, limit: 10).map(\.entry)
      }
      #expect(records.map(\.principal) == ["gateway", "mes-line-1", "mes-line-1"])
      #expect(
        records.map(\.action)
          == ["ReleaseOrder", "AcknowledgeOrder", "ReportProduction"].map {
            "millrace.production.v1.ProductionService/\($0)"
          })
      #expect(records.map(\.object) == Array(repeating: "PLANT1 WH/MO/00001", count: 3))
      #expect(records.map(\.correlation.count) == [32, 32, 7], "a trace, or what the fact says")
      #expect(records.last?.correlation == "shift-7")
      #expect(records.map(\.origin) == Array(repeating: "127.0.0.1", count: 3))
      // What one leaves is what the next one finds.
      #expect(records[0].digestBefore == nil)
      #expect(records[1].digestBefore == records[0].digestAfter)
      #expect(records[2].digestBefore == records[1].digestAfter)
      #expect(Set(records.map(\.digestAfter)).count == 3)
    }
  }

  @Test("A refusal for lack of rights leaves an audit row, other refusals leave none")
  func auditOfRefusals() async throws {
    try await ProductionFixture.run { production in
      for call in [
        { try await production.client().releaseOrder(Sample.release()) as Any },
        { try await production.client().getOrder(.with { $0.site = "ELSEWHERE" }) },
        { try await production.client().getOrder(.with { $0.site = "PLANT1" }) },
      ] as [() async throws -> Any] {
        await #expect(throws: Refusal.self) { _ = try await call() }
      }
      let records = try await production.program.database.read {
        try $0.auditRecords(after: 0, limit: 10).map(\.entry)
      }
      #expect(records.map(\.outcome) == ["NOT_SYSTEM_OF_RECORD", "SITE_NOT_GRANTED"])
      #expect(records.map(\.object) == ["", "ELSEWHERE"])
      #expect(records.map(\.principal) == ["mes-line-1", "mes-line-1"])
    }
  }
}

@Suite("Production's configuration")
struct ProductionConfigurationTests {
  private static let good = """
    {"listen": {"host": "127.0.0.1", "port": 50051}, "database": "/x/p.sqlite",
     "principalKeysFile": "/x/keys.json",
     "sites": [{"code": "PLANT1", "overProductionTolerancePercent": "12.5"}, {"code": "PLANT2"}]}
    """

  private func load(_ text: String) async throws -> ProductionConfiguration {
    try await TemporaryFolder.use { folder in
      let file = folder + "/production.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      return try await ProductionConfiguration.load(file)
    }
  }

  @Test("A good file is read")
  func good() async throws {
    let configuration = try await load(Self.good)
    #expect(configuration.service.door.listen == HostAndPort(host: "127.0.0.1", port: 50051))
    #expect(configuration.service.database == "/x/p.sqlite")
    #expect(configuration.sites[SiteCode("PLANT1")]?.percent == .decimal("12.5"))
    #expect(configuration.sites[SiteCode("PLANT2")] == OverProductionTolerance.none)
    #expect(configuration.service.reflection)
  }

  @Test("Reflection can be switched off")
  func reflection() async throws {
    let text = Self.good.replacingOccurrences(
      of: "{\"listen\"", with: "{\"reflection\": false, \"listen\"")
    #expect(try await !load(text).service.reflection)
  }

  /// What is replaced by what, and the problem that names it.
  static let problems: [(String, String, String)] = [
    ("50051", "65536", "listen.port must be 0 to 65535"),
    ("50051", "-1", "listen.port must be 0 to 65535"),
    ("50051", "\"50051\"", "listen.port must be a whole number"),
    ("50051", "50051.5", "listen.port must be a whole number"),
    ("\"host\": \"127.0.0.1\", ", "", "listen.host is required"),
    ("\"database\": \"/x/p.sqlite\"", "\"datebase\": \"/x/p.sqlite\"", "datebase is not a key"),
    ("\"/x/p.sqlite\"", "\"\"", "database is required"),
    ("\"/x/p.sqlite\"", "[1]", "database must be text"),
    ("\"12.5\"", "12.5", "sites[0].overProductionTolerancePercent must be decimal text"),
    ("\"12.5\"", "\"-1\"", "sites[0].overProductionTolerancePercent must be decimal text of 0"),
    ("\"12.5\"", "\"1000.1\"", "sites[0].overProductionTolerancePercent must be decimal text of 0"),
    ("{\"listen\"", "{\"reflection\": 1, \"listen\"", "reflection must be true or false"),
    ("PLANT2", "PLANT1", "sites[1].code must be unique"),
    ("PLANT2", "PLANT 2", "sites[1].code may only hold"),
    (
      "{\"code\": \"PLANT2\"}", "{\"code\": \"PLANT2\", \"name\": \"x\"}",
      "sites[1].name is not a key"
    ),
    ("\"sites\": [", "\"sites\": [], \"x\": [", "sites must be a list of 1 to"),
    ("{\"listen\"", "[{\"listen\"", "production.json"),
  ]

  @Test("What is wrong is refused with the key's path and the rule", arguments: problems)
  func refused(old: String, new: String, problem: String) async throws {
    let text = Self.good.replacingOccurrences(of: old, with: new)
    let error = await #expect(throws: ConfigurationError.self) { try await load(text) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test("Every problem is told at once")
  func all() async throws {
    let error = await #expect(throws: ConfigurationError.self) { try await load("{}") }
    #expect(error?.problems.count == 5, "\(error?.description ?? "")")
  }

  @Test("A file that is not there is refused")
  func missing() async throws {
    await #expect(throws: ConfigurationError.self) {
      try await ProductionConfiguration.load("/nowhere/production.json")
    }
  }
}
