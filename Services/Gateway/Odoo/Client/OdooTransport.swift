/// The way one request takes to Odoo and one answer takes back.
protocol OdooTransport: Sendable {
  /// Posts JSON to a path, once.
  /// - Throws: ``OdooTransportFailure`` when no complete answer came back.
  func post(path: String, body: [UInt8]) async throws(OdooTransportFailure) -> OdooHTTPAnswer
  /// Closes the connections.
  func close() async
}

/// No complete answer came back; Odoo may have acted.
struct OdooTransportFailure: Error, Sendable, Hashable {
  /// For logs and the status.
  var text: String
}
