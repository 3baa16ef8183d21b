import Foundation

/// A bounded queue between many callers and the thread (or threads) that serve them.
///
/// `Item` need not be Sendable: the lock hands each one from the caller to one thread.
final class WorkQueue<Item>: @unchecked Sendable {
  private let condition = NSCondition()
  private let bound: Int
  private let byteBound: Int
  private let byteCount: (Item) -> Int
  private var items: [Item] = []
  /// Items before this index have been taken; the array is compacted when they are the greater
  /// part, which costs a move per item on average and keeps nothing alive for long.
  private var first = 0
  private var bytes = 0
  private var isClosed = false
  private var sleepers = 0

  /// A queue of so many items; of so many bytes, too, when items have any.
  init(bound: Int, byteBound: Int = .max, byteCount: @escaping (Item) -> Int = { _ in 0 }) {
    self.bound = bound
    self.byteBound = byteBound
    self.byteCount = byteCount
  }

  /// How many items wait.
  var count: Int {
    condition.lock()
    defer { condition.unlock() }
    return items.count - first
  }

  /// Adds an item, or answers why it cannot: `overloaded` or `closed`.
  func add(_ item: Item) -> RecordStoreError? {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed else { return .closed }
    guard items.count - first < bound else { return .overloaded(bound: bound) }
    let size = byteCount(item)
    // One is always taken, however large: it would never fit otherwise.
    guard bytes == 0 || size <= byteBound - bytes else {
      return .overloaded(bound: items.count - first)
    }
    items.append(item)
    bytes += size
    // Waking costs a system call; under load the thread is awake.
    if sleepers > 0 { condition.signal() }
    return nil
  }

  /// Takes what waits, at most `maximum` and in order, after sleeping until there is something.
  /// Empty once the queue is closed and everything has been taken.
  func take(maximum: Int) -> [Item] {
    condition.lock()
    defer { condition.unlock() }
    while items.count == first, !isClosed {
      sleepers += 1
      condition.wait()
      sleepers -= 1
    }
    let end = min(items.count, first + maximum)
    let taken = Array(items[first..<end])
    for item in taken { bytes -= byteCount(item) }
    first = end
    if first * 2 >= items.count {
      items.removeSubrange(..<first)
      first = 0
    }
    return taken
  }

  /// Accepts nothing more. What waits is still served.
  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }
}
