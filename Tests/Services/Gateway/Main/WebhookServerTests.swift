import GatewayOdoo
import Logging
import NIOPosix
import ServiceKit
import Testing
import Values

@testable import Gateway

@Suite("Webhooks of Odoo")
struct WebhookServerTests {
  @Test(
    "only a site's own secret lets a call in",
    arguments: [
      ("PLANT1", "one", true), ("PLANT1", "two", false), ("PLANT1", "", false),
      ("PLANT2", "two", true), ("PLANT3", "", false), ("PLANT3", "one", false), ("", "", false),
    ])
  func admitted(_ site: String, _ shown: String, _ isAdmitted: Bool) {
    let server = WebhookServer(
      address: HostAndPort(host: "127.0.0.1", port: 0),
      secrets: [
        SiteCode("PLANT1"): WebhookSecret("one"), SiteCode("PLANT2"): WebhookSecret("two"),
      ],
      wake: { _ in }, group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    #expect(server.admitted(site, shown: shown) == (isAdmitted ? SiteCode(site) : nil))
  }
}
