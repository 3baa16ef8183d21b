import Contracts
import GatewayFront
import Identity
import NIOCore
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Testing
import Values

@Suite("Authorizer")
struct AuthorizerTests {
  private static let service = "/a.v1.Service/"
  private let authorizer = Authorizer(
    [
      Role(RoleName("reader"), paths: [service + "Read", "/b.v1.Other/"]),
      Role(RoleName("writer"), paths: [service + "Write"]),
    ], offered: [service + "Read", service + "Write"])

  private func isGranted(_ path: String, _ roles: String...) -> Bool {
    let principal = Principal(
      subject: "p", kind: .partner, sites: [], roles: Set(roles.map { RoleName($0) }))
    do throws(Refusal) { try authorizer.authorize(principal, path) } catch {
      let isOffered = [Self.service + "Read", Self.service + "Write"].contains(path)
      #expect(error.code == (isOffered ? .permissionDenied : .unimplemented))
      #expect(error.reason == (isOffered ? "METHOD_NOT_GRANTED" : "METHOD_UNKNOWN"))
      return false
    }
    return true
  }

  @Test("A role grants its methods and all of its services, and nothing else")
  func roles() {
    #expect(isGranted(Self.service + "Read", "reader"))
    #expect(isGranted(Self.service + "Write", "reader", "writer"))
    #expect(isGranted("/b.v1.Other/Anything", "reader"))
    #expect(!isGranted(Self.service + "Write", "reader"))
    #expect(!isGranted(Self.service + "Read"))
    #expect(!isGranted(Self.service + "Read", "nobody"))
    #expect(!isGranted("/b.v1.OtherThings/Read", "reader"))
    #expect(!isGranted("/b.v1.Other", "reader"))
    #expect(!isGranted("", "reader") && !isGranted("Read", "reader"))
  }

  @Test("The methods of a configured role are names of methods, or all of a service")
  func methods() {
    let name = RoleName("press-shop")
    #expect(
      Role(name, methods: ["a.v1.Service/Read", "b.v1.Other/*"])?.paths
        == [Self.service + "Read", "/b.v1.Other/"])
    for wrong in [
      "", "*", "Read", "/a.v1.Service/Read", "a.v1.Service/", "Service/Read", "a.S/R d",
    ] {
      #expect(Role(name, methods: [wrong]) == nil, "\(wrong)")
    }
  }

  @Test("The built-in roles have the names that partners are granted, each once")
  func builtIn() {
    let names = Role.builtIn.map(\.name.description).sorted()
    #expect(
      names == [
        "admin", "auditor", "integration", "logistics", "mes", "operator", "planner", "quality",
        "steward", "supplier", "wms",
      ])
  }

  @Test("An MES reports and reads; only the system of record's own integration releases")
  func mes() {
    let authorizer = Authorizer()
    func mayCall(_ path: String, _ role: String) -> Bool {
      let principal = Principal(
        subject: "p", kind: .partner, sites: [], roles: [RoleName(role)])
      return (try? authorizer.authorize(principal, path)) != nil
    }
    let report = Production.V1.ProductionService.reportProduction.path
    let release = Production.V1.ProductionService.releaseOrder.path
    let cases = Gateway.V1.GatewayService.listCases.path
    #expect(mayCall(report, "mes") && !mayCall(report, "planner") && !mayCall(report, "auditor"))
    #expect(mayCall(cases, "planner") && !mayCall(cases, "mes"))
    for role in Role.builtIn where role.name != RoleName("integration") {
      #expect(!mayCall(release, role.name.description))
    }
  }

  @Test("A method that is not granted is refused before the service hears of it, and on record")
  func refusedAtTheFront() async throws {
    try await Backend.run(.unary { request, _ in request }) { backend in
      let status = try await backend.refusal(
        path: Backend.forbiddenPath, options: try backend.options())
      #expect(status.code == .permissionDenied)
      #expect(status.message.contains("mes") && status.message.contains(Backend.forbiddenPath))
      let entries = try await backend.database.read { try $0.auditRecords(after: 0, limit: 10) }
      #expect(entries.map(\.entry.principal) == ["mes-line-1"])
      #expect(entries.map(\.entry.action) == [String(Backend.forbiddenPath.dropFirst())])
      #expect(entries.map(\.entry.outcome) == ["METHOD_NOT_GRANTED"])
    }
  }
}
