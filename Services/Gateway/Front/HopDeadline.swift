public import RPC

/// How long a service may take for a forwarded call: what the caller grants, less the hop.
///
/// The service then gives up a little before the caller does, so that its own answer (with its
/// reason) still gets back.
public enum HopDeadline {
  /// What the way back costs at most on a busy machine, in nanoseconds.
  static let hopNanoseconds: Int64 = 5_000_000
  /// The hop never takes more than one part in so many of what is left.
  static let smallestPart: Int64 = 10

  /// The onward call's deadline; none stays none.
  public static func make(from deadline: Deadline) -> Deadline {
    guard let remaining = deadline.remainingNanoseconds else { return .none }
    let hop = min(hopNanoseconds, remaining / smallestPart)
    return Deadline(uptimeNanoseconds: deadline.uptimeNanoseconds - hop)
  }
}
