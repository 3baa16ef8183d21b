import Foundation
import Logging
import RPC
import Testing

@testable import ServiceKit

@Suite struct `A door's settings` {
  private func load(_ text: String) async throws -> Settings {
    let path = NSTemporaryDirectory() + "millrace-door-\(UUID().uuidString).json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await Settings.load(path)
  }

  @Test func `are an address alone, in the clear and with the limits of the program`() async throws
  {
    let settings = try await load(#"{"listen": {"host": "::1", "port": 7}}"#)
    let door = settings.door(limits: .inPlant)
    try settings.finish()
    #expect(door == Door(listen: HostAndPort(host: "::1", port: 7), limits: .inPlant))
  }

  @Test func `name certificates, who may call with one, and any limit`() async throws {
    let settings = try await load(
      #"""
      {"listen": {"host": "h", "port": 7, "tls": {
         "certificateChainFile": "c", "privateKeyFile": "k", "clientCertificates": "required",
         "clientAuthoritiesFile": "a"}},
       "limits": {"concurrentStreams": 5, "idleMilliseconds": 0}}
      """#)
    let door = settings.door(limits: Limits())
    try settings.finish()
    #expect(
      door.tls
        == ServerTLS(
          certificateChainFile: "c", privateKeyFile: "k", clientCertificates: .required,
          clientAuthoritiesFile: "a"))
    var limits = Limits()
    limits.concurrentStreams = 5
    limits.idleMilliseconds = 0
    #expect(door.limits == limits)
  }

  @Test func `say where monitoring asks and how the program logs`() async throws {
    let settings = try await load(
      #"""
      {"listen": {"host": "h", "port": 7}, "monitoring": {"host": "127.0.0.1", "port": 9464},
       "log": {"format": "json", "level": "debug"}}
      """#)
    let door = settings.door(limits: Limits())
    try settings.finish()
    #expect(door.monitoring == HostAndPort(host: "127.0.0.1", port: 9464))
    #expect(door.log == LogSettings(format: .json, level: .debug))
  }

  @Test func `that say it wrongly are named with what may be said`() async throws {
    let settings = try await load(
      #"""
      {"listen": {"host": "h", "port": 7}, "monitoring": {"host": "127.0.0.1"},
       "log": {"format": "xml", "level": "loud"}}
      """#)
    _ = settings.door(limits: Limits())
    let error = #expect(throws: ConfigurationError.self) { try settings.finish() }
    let problems = error?.problems.sorted() ?? []
    #expect(problems.count == 3)
    #expect(problems.first == "log.format must be text, json")
    #expect(problems.dropFirst().first?.hasPrefix("log.level must be trace, debug, info") == true)
    #expect(problems.last?.hasPrefix("monitoring.port ") == true)
  }

  @Test func `of a service that is called name whom to trust and what to show`() async throws {
    let settings = try await load(
      #"""
      {"plain": {"host": "h", "port": 1},
       "safe": {"host": "h", "port": 2, "tls": {
         "authoritiesFile": "a", "certificateChainFile": "c", "privateKeyFile": "k",
         "serverName": "n"}},
       "system": {"host": "h", "port": 3, "tls": {"serverName": "n"}}}
      """#)
    #expect(settings.service("plain").tls == nil)
    #expect(
      settings.service("safe").tls
        == ClientTLS(
          authoritiesFile: "a", certificateChainFile: "c", privateKeyFile: "k", serverName: "n"))
    #expect(settings.service("system").tls == ClientTLS(serverName: "n"))
    try settings.finish()
  }

  @Test(arguments: [
    (#""tls": {"certificateChainFile": "c"}"#, "listen.tls.privateKeyFile is required (text)"),
    (
      #""tls": {"certificateChainFile": "c", "privateKeyFile": "k", "clientCertificates": "all"}"#,
      "listen.tls.clientCertificates must be none, optional or required"
    ),
    (
      #""tls": {"certificateChainFile": "c", "privateKeyFile": "k", "clientCertificates": "optional"}"#,
      "listen.tls.clientAuthoritiesFile is required when callers show certificates"
    ),
    (
      #""tls": {"certificateChainFile": "c", "privateKeyFile": "k", "key": 1}"#,
      "listen.tls.key is not a key of this program"
    ),
  ])
  func `that are wrong are refused with the key and the rule`(
    tls: String, problem: String
  ) async throws {
    let settings = try await load(#"{"listen": {"host": "h", "port": 1, \#(tls)}}"#)
    _ = settings.door(limits: Limits())
    let error = #expect(throws: ConfigurationError.self) { try settings.finish() }
    #expect(error?.problems == [problem])
  }
}
