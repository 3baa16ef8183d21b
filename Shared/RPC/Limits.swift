/// Every bound of this module, in one place, each with its reason.
///
/// The properties are what a deployment may set, the nested constants what nobody should need to.
public struct Limits: Hashable, Sendable {
  /// The limits in their defaults.
  public init() {}

  /// Calls at the same time on one connection (SETTINGS_MAX_CONCURRENT_STREAMS). 100 is the least
  /// that RFC 9113 recommends and enough for one client; between own services 1,000 is sensible.
  public var concurrentStreams = 100
  /// The longest message accepted, in bytes: 4 MiB, gRPC's usual default.
  public var messageBytes = 4 << 20
  /// The largest list of headers accepted, in bytes as RFC 9113 §6.5.2 counts them (32 per header
  /// beside name and value): 8 KiB, gRPC's usual default.
  public var headerListBytes = 8 << 10
  /// Resets a peer may send at once: a client whose line fails may give up all its calls. Follows
  /// ``concurrentStreams``: 100 by default.
  public var resets: Int { max(1, concurrentStreams) }
  /// Resets a peer gets back per second: a tenth of ``resets``, 10 by default.
  public var resetsPerSecond: Int { max(1, concurrentStreams / 10) }
  /// Connections a server holds at the same time; more are closed as they come. An idle one costs
  /// about 25 KiB, so 10,000 fit a small machine.
  public var connections = 10_000
  /// Bytes a peer may send on one stream before we have taken them: 256 KiB keeps a 1 Gbit/s line
  /// busy at 2 ms round trip.
  public var streamWindowBytes = 256 << 10
  /// The same for all streams of a connection together: 16 full stream windows.
  public var connectionWindowBytes = 4 << 20

  /// Bounds on buffers and queues.
  public enum Buffer {
    /// Response bytes that may wait on a stream before its writer suspends: some DATA frames, so
    /// that the socket never runs dry between two writes.
    public static let streamOutboundBytes = 64 << 10
    /// Bytes handed to the socket in one write: a fraction of the write mark, so that a slow peer
    /// is noticed in time.
    public static let socketWriteBytes = 64 << 10
    /// Above this many unsent bytes a channel is not writable, and draining the session stops.
    public static let socketHighMarkBytes = 256 << 10
    /// Below this many unsent bytes draining goes on.
    public static let socketLowMarkBytes = 128 << 10
    /// Incomplete request bytes that all streams of a connection may hold together; the call that
    /// crosses it is refused. Two messages of full size and many small ones.
    public static let connectionRequestBytes = 8 << 20
    /// Control frames that may wait to be sent; a peer that makes us queue more does not read.
    public static let outboundFrames = 1_000
    /// The header list, in bytes, of a peer that announces none: gRPC's usual default.
    public static let assumedHeaderListBytes = 8 << 10
    /// Calls a client channel queues while it connects or while the peer's stream limit is used up.
    public static let queuedCalls = 1_000
    /// Connections a client channel opens for its streams when the peer's stream limit is used up.
    public static let streamConnections = 8
    /// Paths whose handler a connection remembers: more than any service has methods.
    public static let rememberedPaths = 32
    /// Connections the kernel queues before we take them.
    public static let acceptBacklog: Int32 = 1_024
  }

  /// Bounds on time.
  public enum Time {
    /// From a connection's start to the peer's first SETTINGS frame.
    public static let prefaceMilliseconds: Int64 = 5_000
    /// How often a connection looks for requests that do not go on.
    public static let sweepMilliseconds: Int64 = 5_000
    /// A header block that is open at this many sweeps closes its connection: 5 to 10 s.
    public static let headerSweeps = 2
    /// A request that is incomplete at this many sweeps is refused: 40 to 45 s, in which a message
    /// of full size arrives at 1 Mbit/s.
    public static let requestSweeps = 9
    /// How long a peer may take nothing while we have something to send.
    public static let stalledWriteMilliseconds: Int64 = 30_000
    /// How often a connection with open calls is checked for life: a PING after one silent period,
    /// closed after a second. Shorter than the idle time-out of common NAT devices.
    public static let keepAliveMilliseconds: Int64 = 30_000
    /// How long a drain waits for the answer to its PING before it says the last GOAWAY anyway.
    public static let drainRoundTripMilliseconds: Int64 = 1_000
    /// For opening a TCP connection.
    public static let connectMilliseconds: Int64 = 5_000
    /// The first pause after a failed connect. In a plant the peer restarts on the next machine.
    public static let backoffFirstMilliseconds: Int64 = 100
    /// The longest pause between two connects: how long a restarted peer may stay unnoticed. A
    /// connect on a plant network is cheap.
    public static let backoffLastMilliseconds: Int64 = 2_000
    /// Each pause is longer than the one before by this factor (gRPC's connection backoff).
    public static let backoffFactor = 1.6
    /// Pauses vary by this share, so that clients do not return in step (gRPC's too).
    public static let backoffJitter = 0.2
  }

  /// Bounds on misuse; see ``FloodGuard``.
  public enum Flood {
    /// Protocol errors, and resets we had to send, per window.
    public static let glitches = 200
    /// PING, SETTINGS, PRIORITY, empty DATA and unknown frames per window, beside one for each
    /// frame that we sent with data: clients measure the line with a PING per answer.
    public static let controlFrames = 200
    /// The window for the two above.
    public static let windowMilliseconds: Int64 = 30_000
    /// CONTINUATION frames after one HEADERS frame: 8 × 16 KiB is far above the header list.
    public static let continuations = 8
  }
}
