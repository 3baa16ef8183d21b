import Contracts
import Houses
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Inventory

@Suite("Lists of Inventory", .timeLimit(.minutes(1)))
struct ReadTests {
  /// All pages of a list, some entries at a time.
  private static func all<Entry>(
    _ page: (Common.V1.PageRequest) async throws -> ([Entry], Common.V1.PageResponse?)
  ) async throws -> [Entry] {
    var (found, token) = ([Entry](), "")
    repeat {
      let (entries, next) = try await page(
        .with {
          $0.pageSize = 2
          $0.pageToken = token
        })
      #expect(entries.count <= 2)
      found += entries
      token = next?.nextPageToken ?? ""
    } while !token.isEmpty
    return found
  }

  private static func fill(_ inventory: InventoryFixture) async throws {
    for (number, lot) in ["L-2", "", "L-1", "L-3", "L-1"].enumerated() {
      try await inventory.record(
        Sample.movement("r\(number)", "2", to: number == 4 ? "B" : "A", lot: lot))
    }
    try await inventory.record(
      Sample.movement("o", "1", from: "A", to: "LINE", lot: "L-1") {
        $0.type = .stageToProduction
        $0.orderName = "MO/1"
      })
    try await inventory.record(Sample.movement("gone", "2", from: "A", lot: "L-3"))
    try await inventory.record(Sample.movement("x", "1", to: "A", lot: "L-1") { $0.itemCode = "X" })
  }

  @Test("Balances come by their keys, page by page, each once, by every filter")
  func balances() async throws {
    try await InventoryFixture.run { inventory in
      try await Self.fill(inventory)
      func list(_ change: (inout Inventory.V1.ListBalancesRequest) -> Void) async throws -> [String]
      {
        try await Self.all { page in
          var request = Inventory.V1.ListBalancesRequest.with {
            $0.site = HouseFixture.site
            $0.page = page
          }
          change(&request)
          let answer = try await inventory.client.listBalances(request)
          return (answer.balances, answer.page)
        }.map { balance in
          let key = balance.key ?? .init()
          return "\(key.itemCode) \(key.lot) \(key.location) \(balance.quantity?.value ?? "")"
        }
      }
      let every = [
        "BODY  A 2", "BODY L-1 A 1", "BODY L-1 B 2", "BODY L-1 LINE 1", "BODY L-2 A 2", "X L-1 A 1",
      ]
      // In the order of their first movements where not only one item is asked for.
      let byFirstMovement = [4, 0, 1, 2, 3, 5].map { every[$0] }
      #expect(try await list { _ in } == byFirstMovement)
      #expect(
        try await list { $0.location = "A" } == byFirstMovement.filter { $0.contains(" A ") })
      #expect(try await list { $0.itemCode = "BODY" } == every.filter { $0.hasPrefix("BODY") })
      #expect(
        try await list {
          $0.itemCode = "BODY"
          $0.lot = "L-1"
        } == every.filter { $0.hasPrefix("BODY L-1") })
      #expect(
        try await list {
          $0.itemCode = "BODY"
          $0.lot = "L-1"
          $0.location = "B"
        } == ["BODY L-1 B 2"])
      #expect(try await list { $0.includeZero = true }.contains("BODY L-3 A 0"))
      let broken = try await inventory.house.brokenFields { _ = try await list { $0.lot = "L-1" } }
      #expect(broken == ["item_code"])
    }
  }

  @Test(
    "A page of a location goes on where its filters have made it look, and finds what is far behind"
  )
  func farAtALocation() async throws {
    try await InventoryFixture.run { inventory in
      for number in 1...7 {
        try await inventory.record(
          Sample.movement("r\(number)", "1", to: "A", lot: number == 7 ? "FAR" : "L-\(number)"))
      }
      let (pages, found) = try await inventory.house.program.database.read { snapshot in
        var (pages, found): (Int, [String]) = (0, [])
        var after: Int64? = 0
        while let start = after {
          let page = try BalanceRecords.list(
            InventoryFixture.site, .init(location: "A", itemCode: "BODY", lot: "FAR"),
            after: start, limit: 5, looks: 3, snapshot)
          pages += 1
          found += page.found.map(\.key.lot)
          after = page.next
        }
        return (pages, found)
      }
      #expect(pages == 3)
      #expect(found == ["FAR"])
    }
  }

  @Test("Movements come as they were recorded, by every filter and by several at once")
  func movements() async throws {
    try await InventoryFixture.run { inventory in
      try await Self.fill(inventory)
      await inventory.hold(
        "H", .lot(item: "BODY", lot: "L-2"), placedAt: Instant(seconds: Sample.start + 60))
      try await inventory.record(Sample.movement("late", "1", from: "A", lot: "L-2"))
      func list(_ change: (inout Inventory.V1.ListMovementsRequest) -> Void) async throws
        -> [String]
      {
        try await Self.all { page in
          var request = Inventory.V1.ListMovementsRequest.with {
            $0.site = HouseFixture.site
            $0.page = page
          }
          change(&request)
          let answer = try await inventory.client.listMovements(request)
          return (answer.movements, answer.page)
        }.map { $0.report?.header?.sourceEventID ?? "" }
      }
      let every = ["r0", "r1", "r2", "r3", "r4", "o", "gone", "x", "late"]
      #expect(try await list { _ in } == every)
      #expect(try await list { $0.itemCode = "X" } == ["x"])
      #expect(try await list { $0.lot = "L-1" } == ["r2", "r4", "o", "x"])
      #expect(try await list { $0.orderName = "MO/1" } == ["o"])
      #expect(try await list { $0.location = "B" } == ["r4"])
      #expect(try await list { $0.state = .quarantined } == ["late"])
      #expect(try await list { $0.state = .discarded }.isEmpty)
      #expect(try await list { $0.state = .applied } == every.dropLast())
      #expect(
        try await list {
          $0.lot = "L-1"
          $0.location = "A"
          $0.itemCode = "BODY"
        } == ["r2", "o"])
    }
  }

  @Test(
    "A page that its filters leave empty goes on where it has looked, and finds what is far behind")
  func farBehind() async throws {
    try await InventoryFixture.run { inventory in
      for number in 1...7 {
        try await inventory.record(
          Sample.movement("r\(number)", "1", to: number == 7 ? "FAR" : "A"))
      }
      let (pages, found) = try await inventory.house.program.database.read { snapshot in
        var (pages, found): (Int, [String]) = (0, [])
        var after: Int64? = 0
        while let start = after {
          let page = try MovementRecords.list(
            InventoryFixture.site, .init(location: "FAR"), after: start, limit: 5, looks: 3,
            snapshot)
          pages += 1
          found += page.found.compactMap(\.movement.report?.header?.sourceEventID)
          after = page.next
        }
        return (pages, found)
      }
      #expect(pages == 3 && found == ["r7"])
    }
  }

  @Test("The newer of two statements about a balance says so; its past says nothing of it")
  func revisions() async throws {
    try await InventoryFixture.run { inventory in
      func revision(asOf: Instant? = nil) async throws -> Int64? {
        try await inventory.client.getBalances(
          .with {
            $0.site = HouseFixture.site
            $0.keys = [
              .with {
                $0.location = "A"
                $0.itemCode = "BODY"
              }
            ]
            $0.asOf = asOf.map { .init($0) }
          }
        ).balances.first?.revision
      }
      #expect(try await revision() == 0)
      try await inventory.record(Sample.movement("1", "2", to: "A"))
      try await inventory.record(Sample.movement("2", "1", from: "A"))
      #expect(try await revision() == 2)
      #expect(try await revision(asOf: Instant(seconds: Sample.start)) == 0)
    }
  }

  @Test("A question behind which more lies than one call looks at is refused, not guessed")
  func tooWide() async throws {
    try await InventoryFixture.run { inventory in
      try await Self.fill(inventory)
      var check = CheckAvailability(gate: inventory.parts.gate)
      let question = CheckAvailability.Question(filter: .init(itemCode: "BODY"), needed: .zero)
      let input = CheckAvailability.Input(site: InventoryFixture.site, questions: [question])
      // Five of the item's six balances are not zero.
      for (bound, isAnswered) in [(5, true), (4, false)] {
        check.balancesOfCall = bound
        let operation = check
        do {
          let answer = try await inventory.house.program.database.read {
            try operation.answer(input, $0)
          }
          #expect(isAnswered)
          #expect(answer.answers.map(\.onHand?.value) == ["8"])
        } catch let error as InventoryError {
          #expect(!isAnswered)
          #expect(error == .questionTooWide(itemCode: "BODY", limit: 4))
        }
      }
    }
  }

  @Test("What a device says counts in its numbers, whether it is a movement, a reversal or a count")
  func deviceNumbers() async throws {
    try await InventoryFixture.run { inventory in
      func gaps() async throws -> [String] {
        try await inventory.client.listSequenceGaps(.with { $0.site = HouseFixture.site }).gaps
          .map { "\($0.device) \($0.first)-\($0.last)" }
      }
      let first = try await inventory.record(
        Sample.movement("1", "2", to: "A") {
          $0.device = "gun"
          $0.header?.sourceSequence = 1
        })
      try await inventory.record(
        Sample.movement("4", "2", to: "A") {
          $0.device = "gun"
          $0.header?.sourceSequence = 4
        })
      #expect(try await gaps() == ["gun 2-3"])
      _ = try await inventory.client.reverseMovement(
        .with {
          $0.site = HouseFixture.site
          $0.header = Sample.header("2", number: 2)
          $0.movementID = first.movementID
          $0.reason = "twice"
          $0.device = "gun"
        })
      #expect(try await gaps() == ["gun 3-3"])
      _ = try await inventory.client.submitCount(
        .with {
          $0.site = HouseFixture.site
          $0.header = Sample.header("3", number: 3)
          $0.location = "A"
          $0.complete = true
          $0.device = "gun"
        })
      #expect(try await gaps().isEmpty)
    }
  }

  @Test("The feed has every movement whole, with the balances after it, in their order")
  func feed() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("1", "5", to: "A"))
      let move = try await inventory.record(Sample.movement("2", "2", from: "A", to: "B"))
      let events = try await inventory.house.program.database.read { snapshot in
        try snapshot.rows("SELECT payload FROM rs_outbox ORDER BY sequence") {
          try Inventory.V1.MovementChanged(decoding: try $0.blob(0))
        }
      }
      #expect(events.map(\.movement?.report?.header?.sourceEventID) == ["1", "2"])
      #expect(events.last?.movement == move)
      #expect(
        events.map { $0.balances.map { "\($0.key?.location ?? "") \($0.quantity?.value ?? "")" } }
          == [["A 5"], ["A 3", "B 2"]])
      #expect(events.map { $0.balances.map(\.revision) } == [[1], [2, 1]])
    }
  }
}
