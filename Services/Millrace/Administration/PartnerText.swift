import Contracts
import JSON

/// Partners as people and scripts read them.
enum PartnerText {
  static func table(_ partners: [Gateway.V1.Partner]) -> TextTable {
    var table = TextTable([
      ("partner", .left), ("sites", .left), ("roles", .left), ("per second", .right),
      ("at once", .right), ("under way", .right), ("per day", .right), ("", .left),
    ])
    for partner in partners {
      let limits = partner.limits ?? .init()
      table.add([
        partner.name, partner.sites.joined(separator: " "), partner.roles.joined(separator: " "),
        "\(limits.callsPerSecond)", "\(limits.burst)", "\(limits.concurrentCalls)",
        limits.callsPerDay == 0 ? "-" : "\(limits.callsPerDay)",
        partner.suspended ? "suspended" : "",
      ])
    }
    return table
  }

  static func json(_ partner: Gateway.V1.Partner) -> JSONValue {
    let limits = partner.limits ?? .init()
    return .object([
      "name": .string(partner.name), "sites": .array(partner.sites.map { .string($0) }),
      "roles": .array(partner.roles.map { .string($0) }),
      "partnerCode": .string(partner.partnerCode),
      "callsPerSecond": .int(limits.callsPerSecond), "burst": .int(limits.burst),
      "concurrentCalls": .int(limits.concurrentCalls), "callsPerDay": .int(limits.callsPerDay),
      "suspended": .bool(partner.suspended), "revision": .int(partner.revision),
    ])
  }
}
