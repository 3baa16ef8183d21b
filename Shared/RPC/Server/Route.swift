/// Where a path leads.
final class Route {
  /// What is there.
  enum Destination {
    case method(MethodHandler)
    /// `/healthz`: a plain HTTP answer, for load balancers and protocol testers.
    case health
  }

  let path: String
  let destination: Destination

  init(path: String, destination: Destination) {
    self.path = path
    self.destination = destination
  }
}

/// Finds routes by the bytes of a path, without making a string for those seen before.
struct RouteCache {
  private let lookup: @Sendable (String) -> MethodHandler?
  private var remembered: [(bytes: [UInt8], route: Route)] = []

  init(lookup: @escaping @Sendable (String) -> MethodHandler?) { self.lookup = lookup }

  /// The route of a path; nil when there is no method.
  mutating func route(_ path: UnsafeRawBufferPointer) -> Route? {
    for entry in remembered
    where entry.bytes.withUnsafeBytes({ $0.equals(path) }) {
      return entry.route
    }
    guard let route = find(String(decoding: path, as: UTF8.self)) else { return nil }
    // When the places are used up (a proxy of many services) the rest is looked up each time.
    if remembered.count < Limits.Buffer.rememberedPaths {
      remembered.append((Array(path), route))
    }
    return route
  }

  private func find(_ path: String) -> Route? {
    if path == "/healthz" { return Route(path: path, destination: .health) }
    return lookup(path).map { Route(path: path, destination: .method($0)) }
  }
}
