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
}

/// Who has been let in, and what it is told beside the answer: its limits, and when to move to
/// another version.
struct Admission: Sendable {
  let caller: Caller
  let notices: Metadata
}

/// Why somebody has not been let in.
enum Rejection: Error {
  /// Nobody knows who it is.
  case stranger(CredentialError)
  /// A partner, by name, that may not.
  case refused(Refusal, Principal)
}
