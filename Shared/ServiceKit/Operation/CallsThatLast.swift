/// Calls that outlive what was known when they began.
public enum CallsThatLast {
  /// How often it is looked whether the caller is still let in, in milliseconds: one whose rights have
  /// ended is out within a second.
  public static let lookMilliseconds: Int64 = 500

  /// Runs the body of a call, and ends it when its caller is not let in any more.
  /// - Parameter confirm: throws when the caller is not.
  public static func run(
    whileConfirmedBy confirm: @escaping @Sendable () throws -> Void,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask(operation: body)
      group.addTask {
        while true {
          try confirm()
          try await Task.sleep(for: .milliseconds(lookMilliseconds))
        }
      }
      try await group.next()
    }
  }
}
