/// One target of the package and everything it may know.
struct Room {
  /// The target's name in the manifest.
  let target: String
  /// Its folder, relative to the root of the project.
  let path: String
  /// The targets of this package that it may import.
  let own: Set<String>
  /// The modules of other packages that it may import.
  let foreign: Set<String>
  /// Whether it may import Foundation and the modules of the platform.
  let platform: Bool

  init(
    _ target: String, at path: String, own: Set<String> = [], foreign: Set<String> = [],
    platform: Bool = true
  ) {
    self.target = target
    self.path = path
    self.own = own
    self.foreign = foreign
    self.platform = platform
  }
}

/// The arrows of the design, in one place. What is not in this table is not allowed: a new
/// dependency is a line here, in the manifest and in the README's table, or it does not exist.
enum AllowedArrows {
  static let platformModules: Set<String> = [
    "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization",
  ]

  /// Every target but the tests.
  static let rooms: [Room] = shared + services

  private static let sockets: Set<String> = ["NIOConcurrencyHelpers", "NIOCore", "NIOPosix"]

  private static let shared: [Room] = [
    Room("CNghttp2", at: "Shared/CNghttp2"),
    Room("CJemalloc", at: "Shared/CJemalloc"),
    Room("CProtobufC", at: "Shared/CProtobufC"),
    Room("CSQLite", at: "Shared/CSQLite"),
    Room("CZlib", at: "Shared/CZlib"),
    Room("CContracts", at: "Shared/CContracts", own: ["CProtobufC"]),
    Room("Values", at: "Shared/Values", platform: false),
    Room("Environment", at: "Shared/Environment", own: ["Values"]),
    Room("JSON", at: "Shared/JSON"),
    Room("Protobuf", at: "Shared/Protobuf", own: ["CProtobufC"]),
    Room("Contracts", at: "Shared/Contracts", own: ["CContracts", "CProtobufC", "Protobuf"]),
    Room(
      "RPC", at: "Shared/RPC", own: ["CNghttp2", "CZlib", "Environment"],
      foreign: sockets.union(["Crypto", "Logging", "NIOSSL", "NIOTLS", "SwiftASN1", "X509"])),
    Room(
      "RecordStore", at: "Shared/RecordStore", own: ["CSQLite", "Environment", "Values"],
      foreign: ["Crypto", "GRDB", "Logging"]),
    Room(
      "Identity", at: "Shared/Identity", own: ["Environment", "JSON", "Values"],
      foreign: ["Crypto", "JWTKit"]),
    Room(
      "ServiceKit", at: "Shared/ServiceKit",
      own: [
        "Contracts", "Environment", "Identity", "JSON", "Protobuf", "RPC", "RecordStore", "Values",
      ],
      foreign: sockets.union([
        "ArgumentParser", "Configuration", "Hummingbird", "HummingbirdCore", "Logging",
        "ServiceLifecycle", "UnixSignals",
      ])),
  ]

  private static let serviceKit: Set<String> = [
    "Contracts", "Environment", "Identity", "Protobuf", "RPC", "RecordStore", "ServiceKit",
    "Values",
  ]

  /// Of the programs that run for years: they have jemalloc's malloc.
  private static let service = serviceKit.union(["CJemalloc"])

  private static let services: [Room] = [
    Room(
      "Production", at: "Services/Production", own: service,
      foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "MasterData", at: "Services/MasterData", own: service.union(["JSON"]),
      foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "Inventory", at: "Services/Inventory", own: service,
      foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "Procurement", at: "Services/Procurement", own: service,
      foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "Quality", at: "Services/Quality", own: service,
      foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "GatewayFront", at: "Services/Gateway/Front", own: serviceKit,
      foreign: sockets.union(["Crypto", "Logging"])),
    Room(
      "GatewayOdoo", at: "Services/Gateway/Odoo",
      own: [
        "Contracts", "Environment", "JSON", "Protobuf", "RecordStore", "ServiceKit", "Values",
      ],
      foreign: ["AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1"]),
    Room(
      "Gateway", at: "Services/Gateway/Main",
      own: service.union(["GatewayFront", "GatewayOdoo"]),
      foreign: sockets.union(["ArgumentParser", "Hummingbird", "HummingbirdCore", "Logging"])),
    Room(
      "OdooSandbox", at: "Services/OdooSandbox", own: ["Environment", "JSON", "Values"],
      foreign: sockets.union(["ArgumentParser", "AsyncHTTPClient", "Logging", "NIOHTTP1"])),
    Room(
      "Millrace", at: "Services/Millrace",
      own: [
        "Contracts", "Environment", "Identity", "JSON", "Protobuf", "RPC", "RecordStore",
        "ServiceKit", "Values",
      ],
      foreign: sockets.union(["ArgumentParser", "AsyncHTTPClient", "NIOHTTP1", "UnixSignals"])),
    Room(
      "RPCBenchServer", at: "deploy/benchmarks/RPCBenchServer",
      own: ["Contracts", "Protobuf", "RPC"], foreign: sockets),
    Room(
      "RecordsBench", at: "deploy/benchmarks/RecordsBench",
      own: [
        "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity",
        "ServiceKit",
      ], foreign: sockets.union(["ArgumentParser", "Logging"])),
    Room(
      "ProtocGenMillrace", at: "Services/ProtocGenMillrace",
      foreign: ["SwiftProtobuf", "SwiftProtobufPluginLibrary"]),
  ]

  /// Programs and wings that must not know each other; only the Gateway's program joins its wings.
  static let serviceTargets: Set<String> = Set(services.map(\.target))
  static let wingsOfTheGateway: Set<String> = ["GatewayFront", "GatewayOdoo"]

  /// Modules that carry protobuf; the RPC runtime moves bytes and never sees one of them.
  static let protobufModules: Set<String> = [
    "CContracts", "CProtobufC", "Contracts", "Protobuf", "SwiftProtobuf",
  ]

  /// Where words of Odoo's interface may stand in code: the wing that talks to it, its stand-in,
  /// and the demo, which plays the people who work in Odoo.
  static let foldersThatSpeakOdoo = [
    "Services/Gateway/Odoo/", "Services/OdooSandbox/", "Services/Millrace/",
  ]

  /// Where deploy/generate writes, and nobody else; and SwiftProtobuf's code for the codec's tests.
  static let generatedFolders = [
    "Shared/CContracts/", "Shared/Contracts/Generated/", "Tests/Support/CTestContracts/",
    "Tests/Support/TestContracts/", "Tests/Shared/Protobuf/Oracle/Generated/",
  ]

  /// What the root of the project may hold, besides what .gitignore names.
  static let topLevel: Set<String> = [
    ".ci", ".editorconfig", ".git", ".gitignore", ".swift-format", "Package.swift", "README.md",
    "Services", "Shared", "Tests", "deploy", "proto",
  ]

  /// No Swift file that a person keeps is longer; the plan is a median of about 120.
  static let longestFileLines = 400
  /// Where the services start.
  static let entryPoints: Set<String> = [
    "Services/Gateway/Main/GatewayMain.swift", "Services/Inventory/InventoryMain.swift",
    "Services/MasterData/MasterDataMain.swift", "Services/Procurement/ProcurementMain.swift",
    "Services/Production/ProductionMain.swift", "Services/Quality/QualityMain.swift",
  ]
  /// A service's entry point reads its configuration and runs the host.
  static let longestEntryPointLines = 40
}
