import Testing

/// Each rule is shown a sample that breaks it: a checker that never complains checks nothing.
@Suite("The architecture rules bite")
struct RulesTests {
  func swift(_ path: String, _ text: String) -> SourceFile { SourceFile(path: path, text: text) }

  @Test(arguments: [
    ("Shared/RPC/Server.swift", "import Contracts", "Contracts"),
    ("Shared/RPC/Server.swift", "public import struct Protobuf.DecodingLimits", "Protobuf"),
    ("Shared/Values/Quantity.swift", "import Foundation", "Foundation"),
    ("Services/Production/Operations/GetOrder.swift", "import GRDB", "GRDB"),
    ("Services/Production/ProductionMain.swift", "import GatewayFront", "GatewayFront"),
    ("Services/Production/Domain/OrderRules.swift", "import Contracts", "Contracts"),
    ("Services/Production/Domain/OrderRules.swift", "import Foundation", "Foundation"),
    ("Services/Gateway/Front/Forwarder.swift", "@testable import GatewayOdoo", "GatewayOdoo"),
    ("Services/Gateway/Odoo/Client.swift", "internal import GatewayFront", "GatewayFront"),
    ("Services/Production/Records/OrderRecords.swift", "import AsyncHTTPClient", "AsyncHTTPClient"),
  ])
  func anImportAgainstTheArrowsIsFound(path: String, text: String, module: String) {
    let violations = Rules.imports([swift(path, "// import Nothing\n\(text)\n")])
    #expect(violations.count == 1)
    #expect(violations.first?.problem.contains("imports \(module),") == true)
  }

  @Test func anImportInACommentOrAStringIsNone() {
    let text = """
      import Values
      /* import GRDB
         /* import Contracts */
      */
      let sample = "x \\(f(")")) \\" \\n
      let other = #"import "GRDB" now"#
      // import GatewayFront
      """
    #expect(Rules.imports([swift("Services/Production/Domain/Rules.swift", text)]) == [])
  }

  @Test func aFileOutsideEveryTargetIsFound() {
    #expect(Rules.imports([swift("Services/Elsewhere/X.swift", "")]).count == 1)
  }

  @Test func aDependencyOfTheManifestOutsideTheTableIsFound() {
    let manifest = Manifest(
      """
      let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
      library("RPC", "Shared/RPC", ["CNghttp2", "Contracts", grdb]),
      program(
        "Production", "Services/Elsewhere",
        ["Values", "Gateway"]),
      .target(name: "CContracts", dependencies: ["Values"], path: "Shared/CContracts"),
      library("Extra", "Shared/Extra"),
      """)
    let problems = Rules.manifest(manifest).map(\.problem)
    #expect(
      problems == [
        "RPC may not depend on Contracts", "RPC may not depend on GRDB",
        "Production may not depend on Gateway", "the table has it at Services/Production",
        "CContracts may not depend on Values", "Extra is not in the table",
      ])
  }

  @Test(arguments: [
    Room("Production", at: "Services/Production", own: ["GatewayFront"]),
    Room("GatewayFront", at: "Services/Gateway/Front", own: ["GatewayOdoo"]),
    Room("ServiceKit", at: "Shared/ServiceKit", own: ["Production"]),
    Room("RPC", at: "Shared/RPC", own: ["Protobuf"]),
    Room("RPC", at: "Shared/RPC", foreign: ["SwiftProtobuf"]),
  ])
  func aTableThatWasLoosenedIsFound(room: Room) {
    #expect(Rules.table([room]).count == 1)
  }

  @Test(arguments: [
    "SELECT name FROM orders WHERE site = ?", "insert into orders values (1)",
    "UPDATE orders SET state = 2", "\n    CREATE TABLE orders (name TEXT)", "PRAGMA synchronous",
  ])
  func sqlOutsideRecordsIsFound(statement: String) {
    let text = "let statement = \"\"\"\n\(statement)\n\"\"\""
    #expect(Rules.sql([swift("Services/Production/Operations/GetOrder.swift", text)]).count == 1)
    #expect(Rules.sql([swift("Services/Production/Records/OrderRecords.swift", text)]) == [])
    #expect(Rules.sql([swift("Shared/RecordStore/Ledger.swift", text)]) == [])
  }

  @Test func proseIsNoSQL() {
    let text = "let message = \"Select the order from the list, or update it.\""
    #expect(Rules.sql([swift("Services/Production/Errors.swift", text)]) == [])
    #expect(Rules.sql([SourceFile(path: "Services/Production/x.sql", text: "")]).count == 1)
  }

  @Test(arguments: ["mrp.production", "execute_kw", "http://odoo.example/jsonrpc"])
  func odooOutsideItsWingIsFound(word: String) {
    let text = "/// Odoo: mrp.production\nlet model = \"\(word)\""
    #expect(Rules.odoo([swift("Services/Production/Orders.swift", text)]).count == 1)
    #expect(Rules.odoo([swift("Services/Gateway/Odoo/Client.swift", text)]) == [])
  }

  @Test func longFilesAndEntryPointsAreFound() {
    let long = String(repeating: "let x = 1\n", count: 401)
    #expect(Rules.lengths([swift("Shared/RPC/Server.swift", long)]).count == 1)
    #expect(Rules.lengths([swift("Shared/RPC/Server.swift", String(long.dropFirst(10)))]) == [])
    #expect(Rules.lengths([swift("Shared/Contracts/Generated/Order.swift", long)]) == [])
    let main = String(repeating: "let x = 1\n", count: 41)
    #expect(Rules.lengths([swift("Services/Production/ProductionMain.swift", main)]).count == 1)
  }

  @Test func generatedFilesWithoutAMarkAndMarksElsewhereAreFound() {
    let plain = swift("Shared/Contracts/Generated/Order.swift", "import Protobuf\n")
    let marked = swift("Services/Production/Orders.swift", "// GENERATED by deploy/generate.\n")
    #expect(Rules.generatedMarks([plain, marked]).count == 2)
    let right = swift(
      "Shared/Contracts/Generated/Order.swift", "// GENERATED by deploy/generate.\n")
    #expect(Rules.generatedMarks([right]) == [])
  }

  @Test func strayEntriesAtTheTopAreFound() {
    let violations = Rules.topLevel(
      ["Package.swift", ".build", ".build-asan", "notes.md", "src"],
      ignored: "# output\n.build/\n.build-*/\n")
    #expect(violations.map(\.path) == ["notes.md", "src"])
  }
}
