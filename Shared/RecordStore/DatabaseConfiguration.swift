/// Where a database is and how much it may take.
///
/// ```swift
/// let configuration = DatabaseConfiguration(path: "/var/lib/millrace/production.sqlite")
/// ```
public struct DatabaseConfiguration: Sendable, Hashable {
  /// The database file. Its directory exists; `-wal`, `-shm` and `.lock` files are made beside it.
  public var path: String
  /// How many writes may wait for the writer before more are refused with `overloaded`. 1 or more.
  public var maximumQueuedWrites: Int
  /// How many bytes of requests may wait for the writer (see ``Database/write(bytes:_:)``) before
  /// more are refused with `overloaded`. One is always taken.
  public var maximumQueuedBytes: Int
  /// How many writes go into one transaction. 1 or more.
  public var maximumBatch: Int
  /// How many reads may wait for a reader before more are refused with `overloaded`. 1 or more.
  public var maximumQueuedReads: Int
  /// How many read connections, each with a thread of its own. 1 or more.
  public var readers: Int
  /// The page cache of the writer, in KiB; a reader has half of it.
  public var cacheKibibytes: Int

  /// 4,096 waiting writes are a tenth to a third of a second of work at the measured 12,000 to
  /// 28,000 durable writes a second; whoever comes later is served sooner by trying again.
  public static let defaultMaximumQueuedWrites = 4_096
  /// 32 MiB: what as many of the usual requests as may wait take, some 250 bytes each, fits many
  /// times; a few large ones do not take all memory.
  public static let defaultMaximumQueuedBytes = 32 << 20
  /// 256 writes take about as long as five fsyncs: larger batches gain little and delay the first
  /// caller.
  public static let defaultMaximumBatch = 256
  /// The same bound for reads, which take some 20 µs each.
  public static let defaultMaximumQueuedReads = 4_096
  /// Reads are short; two threads keep one long list from holding up the point reads.
  public static let defaultReaders = 2
  /// 32 MiB: holds the inner pages of the indexes at ten million rows, and keeps a service within
  /// 150 MB.
  public static let defaultCacheKibibytes = 32_768

  /// The configuration of a file; every bound has a default.
  public init(
    path: String,
    maximumQueuedWrites: Int = defaultMaximumQueuedWrites,
    maximumQueuedBytes: Int = defaultMaximumQueuedBytes,
    maximumBatch: Int = defaultMaximumBatch,
    maximumQueuedReads: Int = defaultMaximumQueuedReads,
    readers: Int = defaultReaders,
    cacheKibibytes: Int = defaultCacheKibibytes
  ) {
    self.path = path
    self.maximumQueuedWrites = maximumQueuedWrites
    self.maximumQueuedBytes = maximumQueuedBytes
    self.maximumBatch = maximumBatch
    self.maximumQueuedReads = maximumQueuedReads
    self.readers = readers
    self.cacheKibibytes = cacheKibibytes
  }
}
