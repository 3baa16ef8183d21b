import Contracts
import Environment
import JSON
import RecordStore
import ServiceKit
import Synchronization
import Testing
import Values

@testable import GatewayOdoo

/// The wing as the program runs it: feed, polls, postings and outcomes side by side.
@Suite("The running wing")
struct WingRunTests {
  /// Waits until something holds, at most some seconds.
  private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<2_000 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("never: \(what)")
  }

  @Test("brings an order down, follows the feed, books it and tells Production, through an outage")
  func shift() async throws {
    try await WingFixture.run { wing in
      let id = await wing.odoo.order("FG-VALVE", 10)
      let name = await wing.odoo.read("mrp.production", id, ["name"])["name"]?.stringValue ?? ""
      let (running, production, clock) = (wing.wing, wing.production, wing.clock)
      let task = Task { try await running.run() }
      // The clock is the test's: it moves on while the wing runs, so that waits end.
      let ticking = Task {
        while !Task.isCancelled {
          clock.advance(milliseconds: 500)
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      try await eventually("released") { production.order(name) != nil }
      try production.publish(production.totals(name, good: 3))
      try await eventually("stated") { production.outcome(name)?.state == .stated }
      wing.odoo.setDown(true)
      for good in 4...9 { try production.publish(production.totals(name, good: .of(Int64(good)))) }
      try production.publish(production.totals(name, good: 10, final: true))
      try await eventually("unreachable") {
        running.status(of: WingFixture.site)?.isReachable == false
      }
      wing.odoo.setDown(false)
      try await eventually("booked") { production.outcome(name)?.state == .booked }
      try await eventually("acknowledged") {
        production.state.withLock { $0.acknowledged == $0.events.last?.resumeToken }
      }
      #expect(
        await wing.odoo.booked(id) == ["FG-VALVE": 10, "RM-STEEL": 20, "RM-SCREW": 40])
      ticking.cancel()
      task.cancel()
      _ = await task.result
    }
  }

  private final class Count: Sendable {
    let value = Mutex(0)
  }

  /// How often a loop runs in half a second in which it is woken all the time.
  private func runs(of flow: SiteFlow, failing failure: (any Error)? = nil) async throws -> Int {
    let (alarm, count) = (Alarm(), Count())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await flow.repeated("test", every: 600_000, wokenBy: alarm) {
          count.value.withLock { $0 += 1 }
          if let failure { throw failure }
        }
      }
      let end = ContinuousClock.now + .milliseconds(500)
      while ContinuousClock.now < end {
        alarm.ring()
        try await Task.sleep(for: .milliseconds(2))
      }
      group.cancelAll()
    }
    return count.value.withLock { $0 }
  }

  @Test("a loop that is woken all the time pauses all the same, and longer when it has failed")
  func woken() async throws {
    struct Broken: Error {}
    try await WingFixture.run { wing in
      let good = try await runs(of: wing.flow)
      #expect((1...3).contains(good))
      #expect(try await runs(of: wing.flow, failing: Broken()) == 1)
      let failure = OdooFailure.defect(OdooWords(name: "x", message: ""))
      #expect(try await runs(of: wing.flow, failing: failure) == 1)
    }
  }

  @Test("begins the feed anew when Production was restored, and reports every outcome again")
  func restored() async throws {
    try await WingFixture.run { wing in
      let site = WingFixture.site
      try await wing.database.write {
        try FeedRecords.set(.init(token: "old", epoch: 3), site: site, $0)
      }
      wing.production.refuse("Subscribe", .feedRestored)
      try await wing.flow.follow()
      let cursor = try await wing.database.read { try FeedRecords.cursor(site: site, $0) }
      #expect(cursor == .init(token: "", epoch: 4))
    }
  }

  @Test("newer totals of a restored Production replace older ones with higher sequences")
  func epochs() async throws {
    try await WingFixture.run { wing in
      let site = WingFixture.site
      func sequence(after epoch: Int64, _ sequence: Int64) async throws -> Int64? {
        try await wing.database.write {
          try PostingRecords.take(
            totals: [], through: sequence, epoch: epoch, order: "A", site: site, $0)
        }
        return try await wing.posting("A")?.targetThrough
      }
      let first = try await sequence(after: 0, 10)
      let older = try await sequence(after: 0, 9)
      let restored = try await sequence(after: 1, 5)
      #expect([first, older, restored] == [10, 10, 5])
    }
  }
}
