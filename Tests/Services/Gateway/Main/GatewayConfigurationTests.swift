import Foundation
import GatewayOdoo
import Identity
import ServiceKit
import Testing
import Values

@testable import Gateway

@Suite("Gateway's configuration")
struct GatewayConfigurationTests {
  @Test("A good file is taken over, with defaults for what it leaves out")
  func good() async throws {
    let files = try await GatewayFiles()
    let configuration = try await GatewayConfiguration.load(files.configuration())
    #expect(configuration.door.listen == HostAndPort(host: "127.0.0.1", port: 0))
    #expect(configuration.sites == [SiteCode("PLANT1")])
    #expect(configuration.keyEnvironment == .live)
    #expect(!configuration.reflection)
    let odoo = try #require(configuration.odoo.first)
    #expect(odoo.apiKey.current == "key")
    #expect(odoo.warehouseCode == "WH")
    #expect(odoo.releaseHorizonDays == 14)
    #expect(odoo.pollIntervalMilliseconds == 2_000)
    #expect(odoo.postingIntervalMilliseconds == 1_000)
    #expect(odoo.requestTimeoutSeconds == 120)
    #expect(odoo.masterDataPollIntervalMilliseconds == 2_000)
    #expect(odoo.deletionCheckIntervalSeconds == 600)
    #expect(odoo.maximumGonePercent == 10)
    #expect(odoo.company.isEmpty)
    #expect(odoo.quarantineLocations.isEmpty)
    #expect(odoo.webhookSecret == nil)
    #expect(configuration.webhooks == nil)
  }

  @Test(
    "A wrong value is refused with the path of its key",
    arguments: [
      (#""port": 0"#, #""port": 65536"#, "listen.port"),
      (#""site": "PLANT1""#, #""site": "no site""#, "odoo[0].site"),
      ("http://127.0.0.1:9", "127.0.0.1:9", "odoo[0].url"),
      ("odoo-api-key", "nowhere", "odoo[0].apiKeyFile"),
      ("principal-signing-key.pem", "principal-keys.json", "signingKeyFile"),
      (#""services""#, #""keyEnvironment": "demo", "services""#, "keyEnvironment"),
      (#""login""#, #""lgoin""#, "odoo[0].lgoin"), (#""login""#, #""lgoin""#, "odoo[0].login"),
      (#""database": "plant""#, #""database": 7"#, "odoo[0].database"),
      (
        #""login": "integration""#, #""login": "x", "requestTimeoutSeconds": 5"#,
        "odoo[0].requestTimeoutSeconds"
      ),
      (
        #""login": "integration""#,
        #""login": "x", "masterDataPollIntervalMilliseconds": 10"#,
        "odoo[0].masterDataPollIntervalMilliseconds"
      ),
      (
        #""login": "integration""#, #""login": "x", "deletionCheckIntervalSeconds": 0"#,
        "odoo[0].deletionCheckIntervalSeconds"
      ),
      (
        #""login": "integration""#, #""login": "x", "maximumGonePercent": 0"#,
        "odoo[0].maximumGonePercent"
      ),
      (
        #""login": "integration""#, #""login": "x", "quarantineLocations": "WH/Q""#,
        "odoo[0].quarantineLocations"
      ),
      (
        #""login": "integration""#, #""login": "x", "webhookSecretFile": "/nowhere""#,
        "odoo[0].webhookSecretFile"
      ),
      (#""services""#, #""webhooks": {"host": "127.0.0.1"}, "services""#, "webhooks.port"),
      (#""services""#, #""extra": 1, "services""#, "extra"),
      (#""services""#, #""reflection": "yes", "services""#, "reflection"),
      (#""services""#, #""limits": {"speed": 1}, "services""#, "limits.speed"),
      (#""services""#, #""limits": {"messageBytes": 0}, "services""#, "limits.messageBytes"),
      (#""port": 0"#, #""port": 0, "tls": {}"#, "listen.tls.certificateChainFile"),
      (#""port": 9}"#, #""port": 9}, "masterdata": {"port": 8}"#, "services.masterdata.host"),
      (#""port": 9}"#, #""port": 9}, "masterdat": {}"#, "services.masterdat"),
      (
        #""services""#,
        #""roles": [{"name": "x", "methods": ["millrace.production.v1.ProductionService/GetOrdr"]}], "services""#,
        "roles[0].methods"
      ),
      (
        #""services""#,
        #""roles": [{"name": "x", "methods": ["millrace.prodution.v1.ProductionService/*"]}], "services""#,
        "roles[0].methods"
      ),
    ])
  func wrong(old: String, new: String, path: String) async throws {
    let files = try await GatewayFiles()
    let file = try files.configuration(replacing: old, with: new)
    let error = await #expect(throws: ConfigurationError.self) {
      try await GatewayConfiguration.load(file)
    }
    #expect(error?.problems.contains { $0.hasPrefix(path + " ") } == true)
  }

  @Test("MasterData may be there, and need not be")
  func masterData() async throws {
    let files = try await GatewayFiles()
    let without = try await GatewayConfiguration.load(files.configuration())
    #expect(without.services[.masterData] == nil)
    let place = #""masterdata": {"host": "127.0.0.1", "port": 8}"#
    let with = try await GatewayConfiguration.load(
      files.configuration(replacing: #""port": 9}"#, with: #""port": 9}, \#(place)"#))
    #expect(with.services[.masterData]?.address == HostAndPort(host: "127.0.0.1", port: 8))
  }

  @Test("What concerns master data is taken over, and a secret needs a place to be shown")
  func odooMasterData() async throws {
    let files = try await GatewayFiles()
    let keys = #"""
      "login": "integration", "company": "Plant GmbH", "quarantineLocations": ["WH/Quarantine"],
      "masterDataPollIntervalMilliseconds": 0, "deletionCheckIntervalSeconds": 60,
      "maximumGonePercent": 100,
      "webhookSecretFile": "\#(files.path("odoo-api-key"))"
      """#
    let login = #""login": "integration""#
    let without = try files.configuration(replacing: login, with: keys)
    let error = await #expect(throws: ConfigurationError.self) {
      try await GatewayConfiguration.load(without)
    }
    #expect(error?.problems.contains { $0.hasPrefix("webhooks is required") } == true)
    let place = #""webhooks": {"host": "127.0.0.1", "port": 9465}, "odoo": [{"site""#
    let file = try files.configuration(
      replacing: #""odoo": [{"site""#, with: place)
    let text = try String(contentsOfFile: file, encoding: .utf8).replacing(login, with: keys)
    let both = files.path("both.json")
    try SecretFile.create(both, Array(text.utf8), isPrivate: true)
    let configuration = try await GatewayConfiguration.load(both)
    #expect(configuration.webhooks == HostAndPort(host: "127.0.0.1", port: 9465))
    let odoo = try #require(configuration.odoo.first)
    #expect(odoo.company == "Plant GmbH")
    #expect(odoo.quarantineLocations == ["WH/Quarantine"])
    #expect(odoo.masterDataPollIntervalMilliseconds == 0)
    #expect(odoo.deletionCheckIntervalSeconds == 60)
    #expect(odoo.maximumGonePercent == 100)
    #expect(odoo.webhookSecret?.matches("key") == true)
    #expect(configuration.webhookSecretFiles == [files.path("odoo-api-key")])
  }

  @Test("Reflection is for partners when the file says so")
  func reflection() async throws {
    let files = try await GatewayFiles()
    let file = try files.configuration(
      replacing: #""services""#, with: #""reflection": true, "services""#)
    #expect(try await GatewayConfiguration.load(file).reflection)
  }

  @Test("Every problem is told at once")
  func all() async throws {
    let files = try await GatewayFiles()
    let file = try files.configuration(replacing: "127.0.0.1", with: "")
    let error = await #expect(throws: ConfigurationError.self) {
      try await GatewayConfiguration.load(file)
    }
    #expect((error?.problems.count ?? 0) >= 2)
  }
}
