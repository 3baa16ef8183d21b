/// A service behind the Gateway, and which paths are its own.
public struct Destination: Sendable, Hashable {
  /// The audience of forwarded principals, and the service's name in messages:
  /// `millrace.production`.
  public let audience: String
  /// What its paths start with, for example `/millrace.production.v1.`: it ends with a dot, so that
  /// no other package's name can continue it.
  public let pathPrefix: String
  /// Paths whose calls last, a watch for example: they get connections of their own.
  public let longLivedPaths: Set<String>
  /// Paths whose requests are a stream. All others have one request, which costs less to pass on.
  public let requestStreamPaths: Set<String>

  /// A service of its parts.
  public init(
    audience: String, pathPrefix: String, longLivedPaths: Set<String>,
    requestStreamPaths: Set<String> = []
  ) {
    self.audience = audience
    self.pathPrefix = pathPrefix
    self.longLivedPaths = longLivedPaths
    self.requestStreamPaths = requestStreamPaths
  }
}

/// Decides by the beginning of a path which service a call is for.
///
/// What no destination names is not reachable from outside. The feeds (`millrace.events.v1`) are in
/// no destination: every service has one, and they are for the Gateway alone.
public struct Router: Sendable {
  private let destinations: [Destination]

  /// A router over these services; their prefixes do not overlap.
  public init(_ destinations: [Destination]) { self.destinations = destinations }

  /// The service of a path (`/package.Service/Method`), or nil when none is offered under it.
  public func destination(for path: String) -> Destination? {
    destinations.first { path.utf8.starts(with: $0.pathPrefix.utf8) }
  }
}
