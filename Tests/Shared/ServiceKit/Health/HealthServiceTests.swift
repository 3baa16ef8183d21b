import Contracts
import Logging
import Protobuf
import RPC
import ServiceKit
import Testing

@Suite("Health", .timeLimit(.minutes(1)))
struct HealthServiceTests {
  private typealias Client = Grpc.Health.V1.HealthClient
  private typealias Status = Grpc.Health.V1.HealthCheckResponse.ServingStatus

  private func run(
    services: [String] = ["a.A", "b.B"],
    _ body: (HealthService, Client) async throws -> Void
  ) async throws {
    let health = HealthService(
      services: services, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withServer({ health.handler(for: $0) }) { try await body(health, Client($0)) }
  }

  private func refusal(_ call: () async throws -> Void) async -> Refusal? {
    do { try await call() } catch { return error as? Refusal }
    return nil
  }

  /// The states of the program and of some services.
  private func states(_ client: Client, _ services: String...) async throws -> [Status] {
    var states = [try await client.check(.init()).status]
    for service in services {
      states.append(try await client.check(.with { $0.service = service }).status)
    }
    return states
  }

  @Test func `A new program serves nothing until it says so`() async throws {
    try await run { health, client in
      let before = try await states(client, "a.A", "b.B")
      #expect(before == [.notServing, .notServing, .notServing])
      health.setServing(true)
      let after = try await states(client, "a.A", "b.B")
      #expect(after == [.serving, .serving, .serving])
    }
  }

  @Test func `One service can fall out while the program and the others serve`() async throws {
    try await run { health, client in
      health.setServing(true)
      health.setServing(false, service: "a.A")
      let without = try await states(client, "a.A", "b.B")
      #expect(without == [.serving, .notServing, .serving])
      health.setServing(true, service: "a.A")
      let with = try await states(client, "a.A", "b.B")
      #expect(with == [.serving, .serving, .serving])
    }
  }

  @Test func `The program's own state wins over that of a service`() async throws {
    try await run { health, client in
      health.setServing(true, service: "a.A")
      let early = try await states(client, "a.A")
      #expect(early == [.notServing, .notServing])
      health.setServing(true)
      health.shutDown()
      health.setServing(true)
      health.setServing(true, service: "a.A")
      let late = try await states(client, "a.A", "b.B")
      #expect(late == [.notServing, .notServing, .notServing])
    }
  }

  @Test func `A service that nobody knows is not found`() async throws {
    try await run { health, client in
      health.setServing(true)
      let refused = await refusal { _ = try await states(client, "c.C") }
      #expect(refused?.code == .notFound)
      #expect(refused?.reason == "SERVICE_UNKNOWN")
    }
  }

  @Test func `A list has every service and the program itself`() async throws {
    try await run { health, client in
      health.setServing(true)
      health.setServing(false, service: "b.B")
      let statuses = try await client.list(.init()).statuses.mapValues(\.status)
      #expect(statuses == ["": .serving, "a.A": .serving, "b.B": .notServing])
    }
  }

  @Test func `A list of more than a hundred entries is refused`() async throws {
    let services = (1..<HealthService.maximumListed).map { "s.S\($0)" }
    try await run(services: services) { health, client in
      let listed = try await client.list(.init()).statuses
      #expect(listed.count == HealthService.maximumListed)
      health.setServing(true, service: "s.OneTooMany")
      let refused = await refusal { _ = try await client.list(.init()) }
      #expect(refused?.code == .resourceExhausted)
    }
  }

  @Test func `A watch tells the state and each change of it`() async throws {
    try await run { health, client in
      health.setServing(true)
      var states = try await client.watch(.with { $0.service = "a.A" }).makeAsyncIterator()
      #expect(try await states.next()?.status == .serving)
      // Another service's change is none of this one's: the next message is the next change.
      health.setServing(false, service: "b.B")
      health.setServing(false, service: "a.A")
      #expect(try await states.next()?.status == .notServing)
      health.setServing(true, service: "a.A")
      #expect(try await states.next()?.status == .serving)
      health.setServing(false)
      #expect(try await states.next()?.status == .notServing)
    }
  }

  @Test func `A watch of a service that nobody knows goes on until it is known`() async throws {
    try await run { health, client in
      health.setServing(true)
      var states = try await client.watch(.with { $0.service = "c.C" }).makeAsyncIterator()
      #expect(try await states.next()?.status == .serviceUnknown)
      health.setServing(true, service: "c.C")
      #expect(try await states.next()?.status == .serving)
    }
  }

  @Test func `A shutdown is told to every watch and then ends it`() async throws {
    try await run { health, client in
      health.setServing(true)
      var states = try await client.watch(.init()).makeAsyncIterator()
      #expect(try await states.next()?.status == .serving)
      health.shutDown()
      #expect(try await states.next()?.status == .notServing)
      let refused = await refusal { _ = try await states.next() }
      #expect(refused?.code == .unavailable)
      #expect(refused?.reason == "SHUTTING_DOWN")
    }
  }

  @Test func `Watches are bounded, and one that ends makes room`() async throws {
    try await run { health, client in
      health.setServing(true)
      var watches: [ResponseStream<Grpc.Health.V1.HealthCheckResponse>.AsyncIterator] = []
      for _ in 0..<HealthService.maximumWatches {
        var states = try await client.watch(.init()).makeAsyncIterator()
        #expect(try await states.next()?.status == .serving)
        watches.append(states)
      }
      let refused = await refusal {
        var states = try await client.watch(.init()).makeAsyncIterator()
        _ = try await states.next()
      }
      #expect(refused?.code == .resourceExhausted)
      watches.removeLast()
      // The server hears of the end a moment later.
      var isIn = false
      while !isIn {
        var states = try await client.watch(.init()).makeAsyncIterator()
        isIn = await refusal { _ = try await states.next() } == nil
      }
    }
  }
}
