import GatewayFront
import Testing

@Suite("Router")
struct RouterTests {
  private let production = Destination(
    audience: "millrace.production", pathPrefix: "/millrace.production.v1.",
    longLivedPaths: ["/millrace.production.v1.ProductionService/WatchOrders"])

  @Test(
    "The beginning of a path decides",
    arguments: [
      ("/millrace.production.v1.ProductionService/GetOrder", true),
      ("/millrace.production.v1.Another/NewMethod", true),
      ("/millrace.production.v2.ProductionService/GetOrder", false),
      ("/millrace.production.v11.ProductionService/GetOrder", false),
      ("/millrace.production.v1", false),
      ("millrace.production.v1.ProductionService/GetOrder", false),
      ("/millrace.events.v1.EventFeedService/Subscribe", false),
      ("/millrace.gateway.v1.GatewayService/ListCases", false), ("/", false), ("", false),
      ("/MILLRACE.production.v1.ProductionService/GetOrder", false),
      ("/x/../millrace.production.v1.ProductionService/GetOrder", false),
    ])
  func prefixes(path: String, isProduction: Bool) {
    let router = Router([production])
    #expect(router.destination(for: path) == (isProduction ? production : nil))
  }
}
