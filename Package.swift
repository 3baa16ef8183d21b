// swift-tools-version: 6.2
import PackageDescription

/// Set by deploy/fuzz alone: the fuzz targets become a program for libFuzzer instead of a test, and
/// our own modules are built so that libFuzzer sees which branches an input takes.
let isFuzzing = Context.environment["MILLRACE_FUZZ"] != nil
let fuzzingSettings: [SwiftSetting] = [
  .unsafeFlags([
    "-enable-testing", "-assert-config", "Debug",
    "-sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp",
  ])
]

/// The malloc of the programs that stay. A sanitizer, which `deploy/test --sanitize` names, has one of
/// its own, and so has libFuzzer: with two of them one frees what the other has given.
let isSanitizing = Context.environment["MILLRACE_SANITIZER"] != nil
let allocator: [Target.Dependency] = isFuzzing || isSanitizing ? [] : ["CJemalloc"]

/// Every target is Swift 6 with warnings as errors; the upcoming features catch what reviews miss.
let swiftSettings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (isFuzzing ? fuzzingSettings : [])

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let pluginLibrary = Target.Dependency.product(
  name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")

func library(
  _ name: String, _ path: String, _ dependencies: [Target.Dependency] = [],
  plugins: [Target.PluginUsage]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings,
    plugins: plugins)
}

func program(
  _ name: String, _ path: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, resources: resources,
    swiftSettings: swiftSettings)
}

func tests(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
}

let shared: [Target] = [
  .systemLibrary(
    name: "CNghttp2", path: "Shared/CNghttp2", pkgConfig: "libnghttp2",
    providers: [.apt(["libnghttp2-dev"])]),
  .systemLibrary(
    name: "CJemalloc", path: "Shared/CJemalloc", pkgConfig: "jemalloc",
    providers: [.apt(["libjemalloc-dev"])]),
  .systemLibrary(
    name: "CProtobufC", path: "Shared/CProtobufC", pkgConfig: "libprotobuf-c",
    providers: [.apt(["libprotobuf-c-dev"])]),
  .systemLibrary(
    name: "CSQLite", path: "Shared/CSQLite", pkgConfig: "sqlite3",
    providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(
    name: "CZlib", path: "Shared/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .target(name: "CContracts", dependencies: ["CProtobufC"], path: "Shared/CContracts"),
  library("Values", "Shared/Values"),
  library("Environment", "Shared/Environment", ["Values"]),
  library("JSON", "Shared/JSON"),
  library("Protobuf", "Shared/Protobuf", ["CProtobufC"]),
  library("Contracts", "Shared/Contracts", ["CContracts", "CProtobufC", "Protobuf"]),
  library(
    "RPC", "Shared/RPC",
    [
      "CNghttp2", "CZlib", "Environment", nioCore, nioPosix, nioTLS, nioSSL, x509, swiftASN1,
      crypto, logging,
    ]),
  library(
    "RecordStore", "Shared/RecordStore",
    ["CSQLite", "Values", "Environment", grdb, crypto, logging]),
  library(
    "Identity", "Shared/Identity", ["Values", "Environment", "JSON", jwtKit, crypto]),
  library(
    "ServiceKit", "Shared/ServiceKit",
    [
      "Values", "Environment", "JSON", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity",
      nioCore, nioPosix, logging, configuration, serviceLifecycle, unixSignals, argumentParser,
      hummingbird, hummingbirdCore,
    ]),
]

/// What a service that owns records stands on.
let house: [Target.Dependency] = [
  "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity", "ServiceKit",
  nioCore, nioPosix, argumentParser, logging,
]

let services: [Target] = [
  program(
    "Production", "Services/Production", house + allocator,
    resources: [
      .embedInCode("Records/Migrations/V0001_create_orders.sql"),
      .embedInCode("Records/Migrations/V0002_archive_orders.sql"),
      .embedInCode("Records/Migrations/V0005_check_references.sql"),
      .embedInCode("Records/Migrations/V0009_record_shortages.sql"),
      .embedInCode("Records/Migrations/V0010_change_and_end_orders.sql"),
    ]),
  program(
    "MasterData", "Services/MasterData", house + ["JSON"] + allocator,
    resources: [
      .embedInCode("Records/Migrations/V0001_create_records.sql"),
      .embedInCode("Records/Migrations/V0003_give_records_a_site.sql"),
    ]),
  program(
    "Inventory", "Services/Inventory", house + allocator,
    resources: [
      .embedInCode("Records/Migrations/V0004_create_inventory.sql"),
      .embedInCode("Records/Migrations/V0007_number_balances.sql"),
    ]),
  program(
    "Procurement", "Services/Procurement", house + allocator,
    resources: [.embedInCode("Records/Migrations/V0004_create_procurement.sql")]),
  program(
    "Quality", "Services/Quality", house + allocator,
    resources: [.embedInCode("Records/Migrations/V0004_create_quality.sql")]),
  library(
    "GatewayFront", "Services/Gateway/Front",
    [
      "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity",
      "ServiceKit", nioCore, crypto, logging,
    ]),
  library(
    "GatewayOdoo", "Services/Gateway/Odoo",
    [
      "Values", "Environment", "JSON", "Protobuf", "Contracts", "RecordStore", "ServiceKit",
      asyncHTTPClient, nioCore, nioHTTP1, logging,
    ]),
  program(
    "Gateway", "Services/Gateway/Main",
    [
      "GatewayFront", "GatewayOdoo", "Values", "Environment", "Protobuf", "Contracts", "RPC",
      "RecordStore", "Identity", "ServiceKit", argumentParser, nioCore, nioPosix, logging,
      hummingbird, hummingbirdCore,
    ] + allocator),
  program(
    "OdooSandbox", "Services/OdooSandbox",
    [
      "Values", "Environment", "JSON", nioCore, nioPosix, nioHTTP1, asyncHTTPClient, argumentParser,
      logging,
    ]),
  program(
    "Millrace", "Services/Millrace",
    [
      "Values", "Environment", "JSON", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity",
      "ServiceKit", nioCore, nioPosix, nioHTTP1, asyncHTTPClient, argumentParser, unixSignals,
    ]),
  program(
    "RPCBenchServer", "deploy/benchmarks/RPCBenchServer",
    ["Contracts", "Protobuf", "RPC", nioCore, nioPosix]),
  program(
    "RecordsBench", "deploy/benchmarks/RecordsBench",
    [
      "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore", "Identity",
      "ServiceKit", argumentParser, nioCore, nioPosix, logging,
    ]),
  program(
    "ProtocGenMillrace", "Services/ProtocGenMillrace", [swiftProtobuf, pluginLibrary]),
]

let testTargets: [Target] = [
  library("Seeds", "Tests/Support/Seeds", ["Environment"]),
  library("TestFolders", "Tests/Support/TestFolders"),
  // What holds for shifts and clocks in every zone, the made-up ones and the world's.
  library("ShiftLaws", "Tests/Support/ShiftLaws", ["Values"]),
  // A storage for SQLite that remembers what was asked of it, and that fails.
  .target(
    name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/Support/CFaultVFS",
    cSettings: [.treatAllWarnings(as: .error)]),
  // Generated from Tests/Fixtures/proto: every kind of field.
  .target(
    name: "CTestContracts", dependencies: ["CProtobufC"], path: "Tests/Support/CTestContracts"),
  library(
    "TestContracts", "Tests/Support/TestContracts", ["CTestContracts", "CProtobufC", "Protobuf"]),
  // gRPC's test service and its client, for stock peers to talk to.
  library(
    "GRPCTesting", "Tests/Support/GRPCTesting", ["TestContracts", "Protobuf", "RPC", nioCore]),
  program(
    "InteropServer", "Tests/Support/InteropServer",
    ["GRPCTesting", "RPC", nioCore, nioPosix, logging, argumentParser, unixSignals]),
  program(
    "InteropClient", "Tests/Support/InteropClient",
    ["GRPCTesting", "Protobuf", "RPC", "TestContracts", nioCore, nioPosix, argumentParser]),
  // Writes to the records until it is killed.
  program(
    "RecordsWriter", "Tests/Support/RecordsWriter", ["Environment", "RecordStore", "Values"]),
  tests("ValuesTests", "Tests/Shared/Values", ["Values", "Seeds", "ShiftLaws"]),
  tests(
    "EnvironmentTests", "Tests/Shared/Environment", ["Environment", "Values", "Seeds", "ShiftLaws"]),
  tests("JSONTests", "Tests/Shared/JSON", ["JSON"]),
  tests(
    "ProtobufTests", "Tests/Shared/Protobuf",
    [
      "Protobuf", "Contracts", "TestContracts", "CTestContracts", "CProtobufC", "CContracts",
      "Environment", "Seeds", swiftProtobuf,
    ]),
  tests(
    "RPCTests", "Tests/Shared/RPC",
    [
      "RPC", "CNghttp2", "Environment", "Seeds", nioCore, nioPosix, nioEmbedded, logging, crypto,
      x509, swiftASN1,
    ]),
  tests(
    "RecordStoreTests", "Tests/Shared/RecordStore",
    ["RecordStore", "CSQLite", "CFaultVFS", "Values", "Environment", "Seeds", grdb, logging]),
  tests(
    "IdentityTests", "Tests/Shared/Identity", ["Identity", "JSON", "Values", "Environment"]),
  tests(
    "ServiceKitTests", "Tests/Shared/ServiceKit",
    [
      "ServiceKit", "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore",
      "Identity", "Houses", "TestFolders", nioCore, nioPosix, logging,
    ]),
  // A house as its callers meet it: a server on loopback, and callers of a gateway's key.
  library("Houses", "Tests/Support/Houses", house + ["TestFolders"]),
  tests(
    "ProductionTests", "Tests/Services/Production", house + ["Production", "Houses", "TestFolders"]),
  tests(
    "MasterDataTests", "Tests/Services/MasterData",
    house + ["MasterData", "Houses", "TestFolders", "Seeds"]),
  tests(
    "InventoryTests", "Tests/Services/Inventory",
    house + ["Inventory", "Houses", "TestFolders", "Seeds"]),
  tests(
    "ProcurementTests", "Tests/Services/Procurement",
    house + ["Procurement", "Houses", "TestFolders", "Seeds"]),
  tests(
    "QualityTests", "Tests/Services/Quality", house + ["Quality", "Houses", "TestFolders", "Seeds"]),
  tests(
    "GatewayFrontTests", "Tests/Services/Gateway/Front",
    [
      "GatewayFront", "Values", "Environment", "Protobuf", "Contracts", "RPC", "RecordStore",
      "Identity", "ServiceKit", "TestFolders", nioCore, nioPosix, crypto, logging,
    ]),
  tests(
    "GatewayTests", "Tests/Services/Gateway/Main",
    [
      "Gateway", "GatewayOdoo", "Values", "Environment", "Protobuf", "Contracts", "RPC",
      "RecordStore", "Identity", "ServiceKit", nioCore, nioPosix, logging,
    ]),
  tests(
    "GatewayOdooTests", "Tests/Services/Gateway/Odoo",
    [
      "GatewayOdoo", "OdooSandbox", "Values", "Environment", "JSON", "Protobuf", "Contracts",
      "RecordStore", "ServiceKit", nioCore, nioPosix, logging,
    ]),
  tests(
    "OdooSandboxTests", "Tests/Services/OdooSandbox",
    ["OdooSandbox", "Values", "Environment", "JSON", nioCore, nioPosix]),
  tests(
    "MillraceTests", "Tests/Services/Millrace",
    ["Millrace", "Values", "Environment", "JSON", "RecordStore"]),
  tests(
    "ProtocGenMillraceTests", "Tests/Services/ProtocGenMillrace",
    ["ProtocGenMillrace", swiftProtobuf, pluginLibrary]),
  tests("ArchitectureTests", "Tests/Architecture", []),
]

let whatFuzzTargetsFeed: [Target.Dependency] = [
  "RPC", "ServiceKit", "Protobuf", "Contracts", "TestContracts", nioCore, nioEmbedded, logging,
]

// The same sources twice, so only one of the two is there at a time.
let fuzzTargets: [Target] =
  isFuzzing
  ? [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "FuzzRunner", dependencies: whatFuzzTargetsFeed + ["CLibFuzzer"], path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Corpora", "Failures", "Replay", "seeds.py"],
      swiftSettings: swiftSettings),
  ]
  : [
    .testTarget(
      name: "FuzzTests",
      dependencies: whatFuzzTargetsFeed + ["Environment", "Seeds", swiftProtobuf],
      path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Corpora", "Failures", "Runner", "seeds.py"],
      swiftSettings: swiftSettings)
  ]

let package = Package(
  name: "Millrace",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "millrace-production", targets: ["Production"]),
    .executable(name: "millrace-masterdata", targets: ["MasterData"]),
    .executable(name: "millrace-inventory", targets: ["Inventory"]),
    .executable(name: "millrace-procurement", targets: ["Procurement"]),
    .executable(name: "millrace-quality", targets: ["Quality"]),
    .executable(name: "millrace-gateway", targets: ["Gateway"]),
    .executable(name: "millrace-odoo-sandbox", targets: ["OdooSandbox"]),
    .executable(name: "millrace", targets: ["Millrace"]),
    .executable(name: "protoc-gen-millrace", targets: ["ProtocGenMillrace"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
  ],
  targets: shared + services + testTargets + fuzzTargets
)
