import Logging
import RPC

/// Work that no call has begun, such as a look for orders in Odoo: what is logged meanwhile and the
/// calls that are made for it have one trace.
extension TraceContext {
  /// The trace of what this task does; `nil` when it has none.
  @TaskLocal static var current: TraceContext?

  /// Does something under a trace of its own.
  public static func withNew<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    try await $current.withValue(TraceContext(.random()), operation: body)
  }

  /// Does something for a call, under its trace.
  public static func of<Result>(
    _ call: Call, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await $current.withValue(TraceContext(of: call), operation: body)
  }

  /// Adds the task's trace to everything it logs.
  static let logMetadata = Logger.MetadataProvider {
    current.map { ["trace_id": "\($0.traceID)"] } ?? [:]
  }
}
