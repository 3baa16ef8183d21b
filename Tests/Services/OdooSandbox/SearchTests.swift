import JSON
import Testing
import Values

@testable import OdooSandbox

@Suite("Searching page by page")
struct SearchTests {
  /// What a plain look at all records knows of one.
  private struct Seen {
    let id: Int
    let date: String
    let name: String
  }

  /// Forty contacts made over ten minutes; some changed later, some deleted, some archived.
  private func contacts() throws -> (Wire, [Seen]) {
    let wire = try Wire()
    var made: [Int] = []
    for number in 0..<40 {
      if number % 4 == 0 { try wire.advance(to: "2026-11-23 08:\(10 + number / 4):00") }
      made.append(try wire.make("res.partner", ["name": .string("Contact \(number % 7)")]))
    }
    for (minute, number) in [(30, 3), (30, 1), (31, 20), (32, 3)] {
      try wire.advance(to: "2026-11-23 08:\(minute):00")
      try wire.call("res.partner", "write", [[.int(Int64(made[number]))], ["ref": "changed"]])
    }
    for number in [5, 21] { try wire.call("res.partner", "unlink", [[.int(Int64(made[number]))]]) }
    try wire.call("res.partner", "write", [[.int(Int64(made[8]))], ["active": false]])
    let rows = try wire.call(
      "res.partner", "read",
      [.array(made.map { .int(Int64($0)) }), ["name", "write_date", "active"]])
    let seen = (rows.arrayValue ?? []).filter { $0["active"] == true }.map { row in
      Seen(
        id: Int(row["id"]?.intValue ?? 0), date: row["write_date"]?.stringValue ?? "",
        name: row["name"]?.stringValue ?? "")
    }
    return (wire, seen)
  }

  private static let orders: [(String, @Sendable (Seen, Seen) -> Bool)] = [
    ("id", { $0.id < $1.id }), ("id desc", { $0.id > $1.id }),
    ("write_date asc, id asc", { ($0.date, $0.id) < ($1.date, $1.id) }),
    ("write_date", { ($0.date, $0.id) < ($1.date, $1.id) }),
    ("write_date desc, id desc", { ($0.date, $0.id) > ($1.date, $1.id) }),
    ("write_date desc", { $0.date != $1.date ? $0.date > $1.date : $0.id < $1.id }),
    ("name desc, id", { $0.name != $1.name ? $0.name > $1.name : $0.id < $1.id }),
  ]

  private static func conditions(
    _ some: Int
  ) -> [(JSONValue, @Sendable (Seen) -> Bool)] {
    let id = JSONValue.int(Int64(some))
    return [
      ([], { _ in true }), ([["id", ">", id]], { $0.id > some }),
      (
        [["id", ">=", id], ["id", "<", .int(Int64(some + 9))]],
        { (some..<some + 9).contains($0.id) }
      ),
      (["!", ["id", "<=", id]], { $0.id > some }),
      (
        ["|", ["id", "<", id], ["id", ">", .int(Int64(some + 5))]],
        { $0.id < some || $0.id > some + 5 }
      ),
      ([["write_date", ">=", "2026-11-23 08:15:00"]], { $0.date >= "2026-11-23 08:15:00" }),
      (
        [["write_date", ">=", "2026-11-23 08:15:00"], ["id", ">", id]],
        { $0.date >= "2026-11-23 08:15:00" && $0.id > some }
      ),
      (
        [
          "|", ["write_date", ">=", "2026-11-23 08:31:00"], "&",
          ["write_date", ">=", "2026-11-23 08:14:00"], ["name", "=", "Contact 3"],
        ],
        {
          $0.date >= "2026-11-23 08:31:00"
            || $0.date >= "2026-11-23 08:14:00" && $0.name == "Contact 3"
        }
      ),
      (
        ["|", ["write_date", ">=", "2026-11-23 08:31:00"], ["name", "in", ["Contact 1"]]],
        { $0.date >= "2026-11-23 08:31:00" || $0.name == "Contact 1" }
      ),
      ([["id", "in", [id, .int(Int64(some + 1))]]], { $0.id == some || $0.id == some + 1 }),
    ]
  }

  @Test("selects and orders as a plain look at all records would")
  func asAPlainLook() throws {
    let (wire, all) = try contacts()
    let conditions = Self.conditions(all[17].id)
    for (order, precedes) in Self.orders {
      for (condition, isWanted) in conditions {
        let mine: JSONValue = .array(
          (condition.arrayValue ?? []) + [["name", "like", "Contact"]])
        let wanted = all.filter(isWanted).sorted(by: precedes).map(\.id)
        for (limit, offset) in [(0, 0), (3, 0), (5, 2), (100, 7)] {
          let found = try wire.call(
            "res.partner", "search", [mine],
            ["order": .string(order), "limit": .int(Int64(limit)), "offset": .int(Int64(offset))])
          let page = limit == 0 ? wanted : Array(wanted.dropFirst(offset).prefix(limit))
          #expect(
            found == .array(page.map { .int(Int64($0)) }),
            "\(mine.text) by \(order), \(limit) from \(offset)")
        }
        #expect(
          try wire.call("res.partner", "search_count", [mine]) == .int(Int64(wanted.count)))
      }
    }
  }

  @Test("the order of changes forgets what a later change or a rollback made untrue")
  func changeOrder() throws {
    let model = Model("test.change", "Change", fields: [])
    let table = Table(model)
    func row(_ second: Int64) -> Row {
      var row = Row(model.layout)
      row["write_date"] = .instant(Instant(seconds: second))
      return row
    }
    for id in 1...3 { table.put(row(Int64(id)), at: id) }
    for second in 10..<5_000 { table.put(row(Int64(second)), at: 2) }
    #expect(table.changes(since: nil).count < 2_000)
    table.put(row(1), at: 2)
    table.put(nil, at: 1)
    func current(since start: Int64) -> [Int] {
      table.changes(since: Instant(seconds: start))
        .filter { table[$0.id]?["write_date"] == .instant($0.at) }.map(\.id)
    }
    #expect(current(since: 0) == [2, 3])
    #expect(current(since: 2) == [3])
    #expect(table.count == 2)
  }

  @Test("a code is found by its index after it changed, was taken back and was archived")
  func codes() throws {
    let wire = try Wire()
    let id = try wire.make("product.product", ["name": "Nut", "default_code": "A"])
    func found(_ code: JSONValue, _ operation: JSONValue = "=") throws -> [Int] {
      try wire.ids("product.product", [["default_code", operation, code]])
    }
    #expect(try found("A") == [id])
    try wire.call("product.product", "write", [[.int(Int64(id))], ["default_code": "B"]])
    #expect(try found("A") == [])
    #expect(try found(["A", "B"], "in") == [id])
    _ = try wire.refusal(
      "product.product", "create", [[["name": "x", "default_code": "B"], ["name": false]]])
    #expect(try found("B") == [id])
    try wire.call("product.product", "write", [[.int(Int64(id))], ["default_code": false]])
    #expect(try found("B") == [])
    #expect(try found(false) == [id])
    #expect(try found("") == [id])
    #expect(try found(["", "B"], "in") == [id])
  }

  @Test("external ids lead both ways, and back to where they led before a failed call")
  func externalIDs() {
    var table = ExternalIDTable()
    let (one, other) = (
      ExternalReference(model: "res.partner", id: 1), ExternalReference(model: "res.partner", id: 2)
    )
    table["a.x"] = one
    table["a.y"] = one
    table.begin()
    table["a.x"] = other
    table.remove(other)
    table["a.z"] = other
    #expect(table.names(of: one) == ["a.y"])
    table.rollback()
    #expect(table.names(of: one) == ["a.x", "a.y"])
    #expect(table.names(of: other) == [])
    #expect(table["a.z"] == nil)
  }
}
