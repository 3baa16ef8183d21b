import ArgumentParser
import Contracts
import Environment
import Foundation
import Identity
import Logging
import NIOCore
import NIOPosix
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Values

/// Serves the feed of a database as every service does, until it is killed.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve")

  @OptionGroup var file: DatabaseOption

  mutating func run() async throws {
    let store = try await ReportStore(file.database)
    let gateway = Principal(
      subject: "gateway", kind: .integration, sites: [ReportStore.site])
    let context = ServiceContext(
      database: store.database, authenticate: { _ in gateway }, sites: [ReportStore.site],
      environment: .system, logger: Logger(label: "bench"), drain: Drain())
    let table = RouteTable(
      EventFeedRoutes.all(store.database.incarnation, recorder: NoOutcomes()), context)
    let server = RPC.Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: .inPlant),
      group: MultiThreadedEventLoopGroup(numberOfThreads: 1),
      lookup: { table.handler(for: $0) })
    let address = try await server.start()
    print("listening on 127.0.0.1:\(address.port ?? 0)")
    fflush(nil)
    while true { try await Task.sleep(for: .seconds(3_600)) }
  }
}

/// Nobody reports outcomes here.
private struct NoOutcomes: OutcomeRecorder {
  func record(_ outcome: ReportedOutcome, _ transaction: Transaction) throws -> AuditNote? { nil }
}

/// One consumer that takes so many events as fast as they come.
struct FollowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "follow")

  @Option var port: Int
  @Option var events: Int

  mutating func run() async throws {
    let channel = RPC.ClientChannel(
      host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton)
    let client = Events.V1.EventFeedServiceClient(RPCCaller(channel))
    let started = Measuring.nanoseconds()
    var count = 0
    var sequence: Int64 = 0
    for try await response in try await client.subscribe(.with { $0.consumer = "follower" }) {
      let next = response.event?.sequence ?? 0
      guard next > sequence else { throw ValidationError("event \(next) after \(sequence)") }
      sequence = next
      count += 1
      if count == events { break }
    }
    try Measuring.report([
      "events": Double(count), "seconds": Double(Measuring.nanoseconds() - started) / 1e9,
    ])
    await channel.close()
  }
}
