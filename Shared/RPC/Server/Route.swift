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
  /// The longest request message, in bytes.
  let messageBytes: Int
  /// What is told of its calls.
  let observations: [@Sendable (CallOutcome) -> Void]

  init(
    path: String, destination: Destination, messageBytes: Int,
    observations: [@Sendable (CallOutcome) -> Void] = []
  ) {
    self.path = path
    self.destination = destination
    self.messageBytes = messageBytes
    self.observations = observations
  }

  /// Whether a handler there reads its requests from a stream.
  var streamsRequests: Bool {
    if case .method(let handler) = destination { handler.streamsRequests } else { false }
  }
}

/// Every path of a server: handlers with the interceptors around them, and their limits.
struct Routes: Sendable {
  private let lookup: @Sendable (String) -> MethodHandler?
  private let interceptors: [any ServerInterceptor]
  private let observers: [any CallObserver]
  private let messageBytes: Int
  private let messageBytesByPath: [String: Int]

  init(
    _ configuration: ServerConfiguration, lookup: @escaping @Sendable (String) -> MethodHandler?
  ) {
    self.lookup = lookup
    interceptors = configuration.interceptors
    observers = configuration.observers
    messageBytes = configuration.limits.messageBytes
    messageBytesByPath = configuration.messageBytesByPath
  }

  /// The route of a path; nil when there is no method.
  func find(_ path: String) -> Route? {
    if path == "/healthz" {
      return Route(path: path, destination: .health, messageBytes: messageBytes)
    }
    guard let handler = lookup(path) else { return nil }
    let intercepted = interceptors.reversed().reduce(handler) { $1.intercept($0, path: path) }
    return Route(
      path: path, destination: .method(intercepted),
      messageBytes: messageBytesByPath[path] ?? messageBytes,
      observations: observers.compactMap { $0.observation(of: path) })
  }
}

/// Finds routes by the bytes of a path, without making a string for those seen before. One for each
/// connection.
struct RouteCache {
  private let routes: Routes
  private var remembered: [(bytes: [UInt8], route: Route)] = []

  init(_ routes: Routes) { self.routes = routes }

  /// The route of a path; nil when there is no method.
  mutating func route(_ path: UnsafeRawBufferPointer) -> Route? {
    for entry in remembered
    where entry.bytes.withUnsafeBytes({ $0.equals(path) }) {
      return entry.route
    }
    guard let route = routes.find(String(decoding: path, as: UTF8.self)) else { return nil }
    // When the places are used up (a proxy of many services) the rest is looked up each time.
    if remembered.count < Limits.Fixed.rememberedPaths {
      remembered.append((Array(path), route))
    }
    return route
  }
}
