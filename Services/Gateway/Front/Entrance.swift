import Identity
import RPC
import ServiceKit

/// What is decided of a path once, not for each of its calls.
struct Entrance: Sendable {
  let path: String
  /// Its contract package, which the version policy knows.
  let package: String
  /// Who may call it.
  let grant: Authorizer.Grant
  /// What a call counts for.
  let cost: Int64
  /// Whether it counts in its caller's day.
  let isCharged: Bool
  /// How many calls may be under way for one more to be let in; `nil` for those that last.
  let bound: Int64?
  /// How fast its calls are lately; `nil` when nobody looks.
  let fastest: FastestCalls.Method?
}

/// Who has been let in.
struct Admission: Sendable {
  let caller: Caller
  /// Whether it counts as one of the calls that the Gateway can hold.
  let isCounted: Bool
}

/// Why somebody has not been let in.
enum Rejection: Error {
  /// Nobody knows who it is.
  case stranger(CredentialError)
  /// A partner, by name, that may not.
  case refused(Refusal, Principal)
}
