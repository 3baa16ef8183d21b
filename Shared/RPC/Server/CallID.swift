/// Tells a call from every other one, of this server and of all others: for logs. 128 bits: the
/// connection draws both halves at random and counts on in the second one for each of its calls.
public struct CallID: Sendable, Hashable {
  /// The connection's half; never zero.
  public let connection: UInt64
  /// The call's half.
  public let number: UInt64

  /// An identity that no call has had.
  public static func random() -> CallID {
    CallID(connection: .random(in: 1 ... .max), number: .random(in: 0 ... .max))
  }

  /// The next call's of the same connection.
  var next: CallID { CallID(connection: connection, number: number &+ 1) }
}
