import GatewayOdoo
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceKit
import Values

/// `POST /odoo/webhook/{site}`: a site's Odoo says that something has changed, and the site is looked at
/// now instead of at its next turn. That is all it does, so that a call that is repeated or made up
/// costs a look and changes nothing.
struct WebhookServer: Sendable {
  /// Connections at a time: an Odoo has a handful of workers, and each costs memory.
  static let maximumConnections = 64
  /// What is said is not read; more than this is no webhook of Odoo's.
  static let maximumBodyBytes = 64 << 10
  /// The header of the secret, in lower case, as names of headers are compared.
  static let secretHeader = "x-millrace-webhook-secret"

  let address: HostAndPort
  /// The secrets by site; a site without one has no webhook.
  let secrets: [SiteCode: WebhookSecret]
  /// Has a site looked at.
  let wake: @Sendable (SiteCode) -> Void
  let group: any EventLoopGroup
  let logger: Logger

  /// Serves until the task is cancelled.
  func run() async throws {
    // The library calls the orderly end an error; what keeps it from starting is thrown.
    var quiet = logger
    quiet.logLevel = .critical
    let application = Application(
      router: router,
      configuration: .init(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
      eventLoopGroupProvider: .shared(group), logger: quiet)
    do { try await application.run() } catch let error as IOError {
      throw ListenFailure(setting: "webhooks", address: address, problem: error)
    }
  }

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.post("/odoo/webhook/{site}") { request, context in
      let shown = request.headers.first { $0.name.canonicalName == Self.secretHeader }?.value
      let site = context.parameters.get("site")
      guard let site = admitted(site ?? "", shown: shown ?? "") else {
        return Response(status: .unauthorized)
      }
      do { _ = try await request.body.collect(upTo: Self.maximumBodyBytes) } catch {
        return Response(status: .contentTooLarge)
      }
      wake(site)
      return Response(status: .accepted)
    }
    return router
  }

  /// The site, when the secret is its own. Whether there is no such site or the secret is wrong can't
  /// be told apart, nor by the time it takes.
  func admitted(_ text: String, shown: String) -> SiteCode? {
    let site = SiteCode(text)
    let secret = secrets[site]
    let matches = (secret ?? WebhookSecret("")).matches(shown)
    return secret != nil && matches ? site : nil
  }
}
