import Foundation

/// A bounded queue between many callers and the thread (or threads) that serve them.
///
/// `Item` need not be Sendable: the lock hands each one from the caller to one thread.
final class WorkQueue<Item>: @unchecked Sendable {
  private let condition = NSCondition()
  private let bound: Int
  private var items: [Item] = []
  /// Items before this index have been taken; the array is compacted when they are the greater
  /// part, which costs a move per item on average and keeps nothing alive for long.
  private var first = 0
  private var isClosed = false
  private var sleepers = 0

  init(bound: Int) { self.bound = bound }

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
    items.append(item)
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
