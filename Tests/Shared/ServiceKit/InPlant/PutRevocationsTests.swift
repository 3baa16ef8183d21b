import Contracts
import Environment
import Foundation
import Identity
import Logging
import Protobuf
import RecordStore
import TestFolders
import Testing
import Values

@testable import ServiceKit

@Suite struct `The list of revocations of a service` {
  private typealias Request = Contracts.Identity.V1.PutRevocationsRequest

  private static func request(_ epoch: Int64, source: String = "a", credential: String = "key-1")
    -> Request
  {
    .with {
      $0.source = source
      $0.epoch = epoch
      $0.revocations = [
        .with { $0.what = .credentialID(credential) },
        .with {
          $0.what = .partner(
            .with {
              $0.partner = "acme"
              $0.minimumRevision = 4
            })
        },
        .with { $0.what = .allIssuedBefore(.with { $0.seconds = 1_700_000_000 }) },
      ]
    }
  }

  @Test func `is stored with every kind of entry, and an older word does not replace it`()
    async throws
  {
    try await TemporaryFolder.use { folder in
      let service = try Service(in: folder)
      #expect(try await service.put(Self.request(2)) == 2)
      #expect(try await service.put(Self.request(1, credential: "key-2")) == 2)
      let stored = try await service.stored()
      #expect(
        stored
          == RevocationList.Content(
            source: "a", epoch: 2, credentials: ["key-1": Fields.earliest], partners: ["acme": 4],
            allIssuedBefore: Instant(seconds: 1_700_000_000)))
      #expect(try await service.put(Self.request(0, source: "b", credential: "key-3")) == 0)
      let newest = try await service.stored()
      #expect(newest.credentials.keys.sorted() == ["key-3"])
      await service.database.close()
    }
  }

  @Test func `names every field that is wrong`() {
    let request = Request.with {
      $0.epoch = -1
      $0.revocations = [
        .init(), .with { $0.what = .credentialID("a b") },
        .with { $0.what = .partner(.init()) },
      ]
    }
    var fields = Fields(now: Fields.earliest)
    _ = PutRevocations(list: RevocationList()).validate(request, &fields)
    #expect(
      fields.violations.map(\.field) == [
        "source", "epoch", "revocations[0].what", "revocations[1].credential_id",
        "revocations[2].partner.partner", "revocations[2].partner.minimum_revision",
      ])
  }

  private struct Service {
    let database: Database
    let context: ServiceContext

    init(in folder: String) throws {
      let environment = Environment.manual(seed: 1).environment
      database = try Database.open(
        DatabaseConfiguration(path: folder + "/records.sqlite"),
        migrations: [RevocationRecords.migration(version: 1)], environment: environment)
      context = ServiceContext(
        database: database, authenticate: { _ in throw Refusal.unauthenticated }, sites: [],
        environment: environment,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), drain: Drain())
    }

    /// The epoch that holds afterwards.
    func put(_ request: Request) async throws -> Int64 {
      let operation = PutRevocations(list: RevocationList())
      var fields = Fields(now: Fields.earliest)
      let input = operation.validate(request, &fields)
      let call = Call(
        principal: Principal(subject: "gateway", kind: .integration, sites: []), method: "m",
        origin: "here")
      let response = try await OperationRunner.run(operation, input, call, context)
      return response.epoch
    }

    func stored() async throws -> RevocationList.Content {
      try await database.read { try RevocationRecords.load($0) }
    }
  }
}
