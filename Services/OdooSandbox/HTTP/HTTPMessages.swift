import JSON

/// A request as the sandbox sees it, apart from the connection it came on.
struct SandboxRequest: Sendable {
  var method: String
  /// Without the query.
  var path: String
  var contentType: String
  var body: [UInt8]
}

/// An answer over HTTP.
struct SandboxReply: Sendable, Hashable {
  var status: Int
  var contentType: String
  var body: [UInt8]

  static func json(_ value: JSONValue, status: Int = 200) -> Self {
    .init(status: status, contentType: "application/json; charset=utf-8", body: value.serialized)
  }
  static func text(_ text: String, status: Int) -> Self {
    .init(status: status, contentType: "text/html; charset=utf-8", body: Array(text.utf8))
  }
  /// Werkzeug's error page.
  static func page(_ status: Int, _ title: String, _ explanation: String) -> Self {
    .text(
      "<!doctype html>\n<html lang=en>\n<title>\(status) \(title)</title>\n<h1>\(title)</h1>\n<p>\(explanation)</p>\n",
      status: status)
  }
  static let badGateway = Self.page(502, "Bad Gateway", "The proxy got no answer.")
  static let unavailable = Self.page(503, "Service Unavailable", "The server is down.")
}

/// What happens to a request.
struct Outcome: Sendable {
  /// `nil`: the connection is closed without an answer.
  var reply: SandboxReply?
  /// How long the answer is held back.
  var delayMilliseconds: Int64 = 0
}
