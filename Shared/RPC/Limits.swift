/// Every bound of this module, in one place, each with its reason; ``Setting`` names them all for
/// configuration files.
///
/// The defaults are for the partners' door, where anybody may knock; ``inPlant`` is for doors where
/// every call needs a principal and few callers bring many calls.
public struct Limits: Hashable, Sendable {
  /// The limits in their defaults.
  public init() {}

  // MARK: what one connection and one call may be

  /// Calls at the same time on one connection (SETTINGS_MAX_CONCURRENT_STREAMS): 100 is the least
  /// that RFC 9113 §6.5.2 recommends, and enough for one client.
  public var concurrentStreams = 100
  /// The longest message accepted, in bytes after decompression: 4 MiB, gRPC's usual default. A
  /// server may set another one for a method; see ``ServerConfiguration/messageBytesByPath``.
  public var messageBytes = 4 << 20
  /// The largest list of headers accepted, in bytes as RFC 9113 §6.5.2 counts them (32 per header
  /// beside name and value), uncompressed: 8 KiB, gRPC's usual default.
  public var headerListBytes = 8 << 10
  /// Connections a server holds at the same time; more are closed as they come. An idle one costs
  /// about 25 KiB, so 10,000 fit a small machine.
  public var connections = 10_000
  /// Connections a server holds from one address: a tenth of all, so that one address can't take
  /// every place, and a plant behind one translated address still fits.
  public var connectionsPerAddress = 1_000
  /// Bytes a peer may send on one stream before we have taken them: 256 KiB keeps a 1 Gbit/s line
  /// busy at 2 ms round trip.
  public var streamWindowBytes = 256 << 10
  /// The same for all streams of a connection together: 16 full stream windows.
  public var connectionWindowBytes = 4 << 20

  // MARK: what a connection may hold in memory

  /// Request bytes that a server holds for a connection: incomplete messages with the memory they
  /// have reserved, and complete ones until their handler has finished or taken them. The call that
  /// crosses it is refused. Never less than the longest message of any method. One
  /// message of full size and a thousand usual ones; with ``connectionOutboundBytes`` it keeps an
  /// attacking connection below 8 MB.
  public var connectionRequestBytes = 5 << 20
  /// Above this many bytes of complete messages that wait for streaming handlers the connection's
  /// window is not given back: what then still comes fits its window.
  public var freelyHeldRequestBytes = 1 << 20
  /// Bytes that may wait on a stream before its writer suspends: some DATA frames, so that the
  /// socket never runs dry between two writes.
  public var streamOutboundBytes = 64 << 10
  /// Response bytes that may wait on all streams of a connection before its writers suspend and no
  /// further handler starts: the peer asks and does not read.
  public var connectionOutboundBytes = 1 << 20
  /// Control frames that may wait to be sent, beside those of open streams; a peer that makes us
  /// queue more does not read.
  public var outboundFrames = 1_000
  /// Bytes of headers that may wait to be sent, for the same reason: 1 MiB is 1,000 frames of an
  /// unusual size.
  public var outboundHeaderBytes = 1 << 20
  /// Bytes read from one socket before the other connections of its event loop have their turn: in
  /// the worst of floods they are some 5,000 headers of three bytes. `deploy/bench attacks` measured
  /// an honest client's p99 beside it as 34 times that without with up to 256 KiB, and as 7 times with
  /// these.
  public var socketReadBytes = 16 << 10
  /// Bytes handed to the socket in one write: a fraction of the write mark, so that a slow peer is
  /// noticed in time.
  public var socketWriteBytes = 64 << 10
  /// Above this many unsent bytes a channel is not writable, and draining the session stops.
  public var socketHighMarkBytes = 256 << 10
  /// Below this many unsent bytes draining goes on.
  public var socketLowMarkBytes = 128 << 10

  // MARK: misuse; see ``FloodGuard``

  /// Resets a peer may send at once: a client whose line fails may give up all its calls.
  public var resetsReceived = 100
  /// Resets a peer gets back per second.
  public var resetsReceivedPerSecond = 10
  /// Protocol errors, refused header lists, and resets we had to send, per window.
  public var glitches = 200
  /// PING, SETTINGS, PRIORITY, empty DATA and unknown frames per window, beside one for each frame
  /// that we sent with data: clients measure the line with a PING per answer.
  public var controlFrames = 200
  /// The window for the two above.
  public var floodWindowMilliseconds = 30_000
  /// How often connections of one address may use up what they may do, per window; then its further
  /// ones are let in one by one. See ``AddressGuard``. One program with a mistake comes this far; two
  /// behind one translated address do not hinder each other's repair.
  public var floodsPerAddress = 3
  /// The pause between two of those: 20 floods a second are too few to be felt, as `deploy/bench
  /// attacks` measures, and a hundred who come meanwhile from the same address are let in within five
  /// seconds. As many may wait as have their turn within ``prefaceMilliseconds``; more are refused.
  public var floodPauseMilliseconds = 50
  /// CONTINUATION frames after one HEADERS frame: 8 × 16 KiB is far above the header list.
  public var continuations = 8

  // MARK: time

  /// From a connection's start, a TLS handshake included, to the peer's first SETTINGS frame.
  public var prefaceMilliseconds = 5_000
  /// From the begin of a header block to its end.
  public var headersMilliseconds = 5_000
  /// From the begin of a request to the end of its one message: a message of full size arrives at
  /// 1 Mbit/s. Streams of requests may last.
  public var requestMilliseconds = 45_000
  /// How often a connection looks for requests that do not go on.
  public var sweepMilliseconds = 5_000
  /// How long a peer may take nothing while we have something to send: neither from the socket, nor
  /// by giving a window to any of its streams.
  public var stalledWriteMilliseconds = 30_000
  /// How long a connection with open calls may be silent before it is asked for life by a PING:
  /// shorter than the idle time-out of common NAT devices.
  public var keepAliveMilliseconds = 30_000
  /// How long the answer to that PING may take before the connection is closed.
  public var keepAliveAnswerMilliseconds = 20_000
  /// How long a connection without calls is kept; 0 means for ever. gRPC clients reconnect at will.
  public var idleMilliseconds = 1_800_000
  /// How old a server's connection may get before it is asked to go; 0 means any age. A fleet
  /// behind a balancer sets it, so that new machines get their share.
  public var maximumAgeMilliseconds = 0
  /// How long the calls of a connection that is too old may go on.
  public var ageGraceMilliseconds = 600_000
  /// How long a drain waits for the answer to its PING before it says the last GOAWAY anyway.
  public var drainRoundTripMilliseconds = 1_000
  /// How often certificates and keys are looked at for changes.
  public var credentialCheckMilliseconds = 2_000

  // MARK: the client's side

  /// For opening a connection, a TLS handshake and the server's settings included.
  public var connectMilliseconds = 5_000
  /// The first pause after a failed connect. In a plant the peer restarts on the next machine.
  public var backoffFirstMilliseconds = 100
  /// The longest pause between two connects: how long a restarted peer may stay unnoticed. A
  /// connect on a plant network is cheap.
  public var backoffLastMilliseconds = 2_000
  /// How soon a host name may be looked up again.
  public var resolveAgainMilliseconds = 5_000
  /// Calls a channel queues while it connects or while the peer's stream limit is used up.
  public var queuedCalls = 1_000
  /// Connections to one address for unary calls, when the peer's stream limit is used up.
  public var callConnections = 4
  /// Connections to one address for long-lived streams, for the same reason.
  public var streamConnections = 8
  /// Addresses of a host name that are used.
  public var addresses = 16
  /// Bytes of responses, decompressed, that may wait for the reader of a stream: far above what its
  /// window lets in, unless a few bytes stand for very many.
  public var queuedResponseBytes = 32 << 20
  /// How often a call is sent again that the server surely did not process. A server that refuses
  /// three times in a row is not in a race but overloaded.
  public var transparentRetries = 3

  /// Limits of a door where every call needs a principal: the Gateway brings all partners' calls on
  /// few connections, and may give up all of them at once.
  public static var inPlant: Limits {
    var limits = Limits()
    limits.concurrentStreams = 1_000
    limits.resetsReceived = 1_000
    limits.resetsReceivedPerSecond = 100
    limits.connectionRequestBytes = 64 << 20
    limits.freelyHeldRequestBytes = 16 << 20
    limits.outboundHeaderBytes = 8 << 20
    limits.connectionOutboundBytes = 64 << 20
    return limits
  }

  /// Bounds that follow from the program and are nobody's to set.
  enum Fixed {
    /// Paths whose handler a connection remembers: more than any service has methods.
    static let rememberedPaths = 32
    /// The header list, in bytes, of a peer that announces none: gRPC's usual default.
    static let assumedHeaderListBytes = 8 << 10
    /// Connections the kernel queues before we take them.
    static let acceptBacklog: Int32 = 1_024
    /// Each pause is longer than the one before by this factor (gRPC's connection backoff).
    static let backoffFactor = 1.6
    /// Pauses vary by this share, so that clients do not return in step (gRPC's too).
    static let backoffJitter = 0.2
    /// The ages at which connections are asked to go vary by this share, so that those opened
    /// together do not all return together.
    static let ageJitter = 0.1
    /// What a message in a queue takes beside its bytes: without it, empty messages would be free.
    static let queuedMessageBytes = 128
    /// Room beside the longest message of a server: memory comes in pieces.
    static let requestSlackBytes = 64 << 10
    /// A header block of so many times the list's limit ends the connection: nobody means it, and
    /// reading on costs more than it is worth.
    static let headerBlockFactor = 8
    /// What a connection that has sent little is read with.
    static let leastReadBytes = 2 << 10
    /// Addresses that are remembered for their floods: as many as there may be connections.
    static let rememberedAddresses = 10_000
    /// What nghttp2 is fed with at a time: of what follows on a flood no more is looked at.
    static let feedBytes = 2 << 10
    /// An invalid frame counts as one glitch more for each of so many bytes: a block of headers is
    /// decoded to its end (RFC 9113 §4.3), and there may be 170 headers in each of these.
    static let glitchBytes = 512
    /// An unsent buffer above this size is given back when a connection has no calls.
    static let idleBufferBytes = 16 << 10
  }
}
