import CProtobufC
import Glibc

/// Memory for the C structures of one message: handed out from the front of chunks, given back all
/// at once, never more than a budget.
///
/// The first chunk is memory of the caller, usually on the stack, so that small messages do not
/// touch the heap; later ones are allocated and double in size.
package struct Arena: ~Copyable {
  /// What every address is a multiple of. No generated structure holds anything that needs more.
  static let alignment = 8
  /// The first chunk on the heap, in bytes; several times a typical message.
  private static let smallestChunk = 8 << 10
  /// Chunks do not grow beyond this, in bytes: from there on doubling saves nothing.
  private static let largestChunk = 1 << 20

  private var next: UnsafeMutableRawPointer
  private var available: Int
  private var budget: Int
  private var chunkByteCount = Arena.smallestChunk
  /// The newest chunk on the heap; each begins with the address of the one before.
  private var newest: UnsafeMutableRawPointer?

  /// True once something did not fit the budget any more.
  package private(set) var isExhausted = false

  /// An arena that begins in `first` and hands out at most `budget` bytes in all.
  package init(first: UnsafeMutableRawBufferPointer, budget: Int) {
    next = first.baseAddress!
    available = first.count
    self.budget = budget
  }

  deinit {
    var chunk = newest
    while let current = chunk {
      chunk = current.load(as: UnsafeMutableRawPointer?.self)
      free(current)
    }
  }

  /// Uninitialized memory, or nil when the budget is used up.
  package mutating func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount <= budget else {
      isExhausted = true
      return nil
    }
    let rounded = (byteCount + Arena.alignment - 1) & ~(Arena.alignment - 1)
    budget -= min(rounded, budget)
    if rounded > available, !addChunk(atLeast: rounded) { return nil }
    let result = next
    next += rounded
    available -= rounded
    return result
  }

  private mutating func addChunk(atLeast byteCount: Int) -> Bool {
    let header = Arena.alignment
    let size = max(chunkByteCount, byteCount + header)
    guard let chunk = malloc(size) else {
      isExhausted = true
      return false
    }
    chunk.storeBytes(of: newest, as: UnsafeMutableRawPointer?.self)
    newest = chunk
    next = chunk + header
    available = size - header
    chunkByteCount = min(chunkByteCount * 2, Arena.largestChunk)
    return true
  }

  /// Lets protobuf-c allocate from the arena while `body` runs.
  mutating func withAllocator<Result>(
    _ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &self) { arena in
      var allocator = ProtobufCAllocator(
        alloc: { arena, byteCount in
          arena!.assumingMemoryBound(to: Arena.self).pointee.allocate(byteCount)
        },
        free: { _, _ in },
        allocator_data: arena)
      return withUnsafeMutablePointer(to: &allocator, body)
    }
  }
}
