/// How an item's pieces are told apart. The raw values are those of the contract and of the stored
/// records.
public enum Tracking: Int64, Sendable, Hashable {
  /// Not told apart.
  case none = 1
  /// By lot.
  case lot = 2
  /// By serial number, piece by piece.
  case serial = 3
}
