extension Limits {
  /// One limit as a configuration file names it.
  public struct Setting: Sendable {
    /// The property's own name.
    public let name: String
    /// What it may be set to.
    public let range: ClosedRange<Int>
    let property: any WritableKeyPath<Limits, Int> & Sendable

    fileprivate init(
      _ name: String, _ range: ClosedRange<Int>,
      _ property: any WritableKeyPath<Limits, Int> & Sendable
    ) {
      self.name = name
      self.range = range
      self.property = property
    }
  }

  /// Why a limit can't be set.
  public enum InvalidSetting: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no limit of this name.
    case unknown(String)
    /// The value is outside the range.
    case outOfRange(name: String, range: ClosedRange<Int>)

    /// What is wrong, for a person.
    public var description: String {
      switch self {
      case .unknown(let name): "there is no limit \(name)"
      case .outOfRange(let name, let range):
        "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)"
      }
    }
  }

  /// Sets a limit by its name.
  public mutating func set(_ name: String, to value: Int) throws(InvalidSetting) {
    guard let setting = Self.settings.first(where: { $0.name == name }) else {
      throw .unknown(name)
    }
    guard setting.range.contains(value) else {
      throw .outOfRange(name: name, range: setting.range)
    }
    self[keyPath: setting.property] = value
  }

  /// The value of a limit by its name; nil when there is none of that name.
  public func value(of name: String) -> Int? {
    Self.settings.first { $0.name == name }.map { self[keyPath: $0.property] }
  }

  private static let counts = 1...10_000_000
  private static let bytes = 1...(1 << 30)
  // RFC 9113 §6.9.2: windows are at most 2^31-1; below 64 KiB - 1 a connection could not start.
  private static let windows = 65_535...Int(Int32.max)
  private static let milliseconds = 1...(7 * 86_400_000)
  private static let millisecondsOrNever = 0...(365 * 86_400_000)

  /// Every limit that can be set.
  public static let settings: [Setting] = [
    Setting("concurrentStreams", counts, \.concurrentStreams),
    Setting("messageBytes", bytes, \.messageBytes),
    Setting("headerListBytes", bytes, \.headerListBytes),
    Setting("connections", counts, \.connections),
    Setting("connectionsPerAddress", counts, \.connectionsPerAddress),
    Setting("streamWindowBytes", windows, \.streamWindowBytes),
    Setting("connectionWindowBytes", windows, \.connectionWindowBytes),
    Setting("connectionRequestBytes", bytes, \.connectionRequestBytes),
    Setting("freelyHeldRequestBytes", bytes, \.freelyHeldRequestBytes),
    Setting("streamOutboundBytes", bytes, \.streamOutboundBytes),
    Setting("connectionOutboundBytes", bytes, \.connectionOutboundBytes),
    Setting("outboundFrames", counts, \.outboundFrames),
    Setting("outboundHeaderBytes", bytes, \.outboundHeaderBytes),
    Setting("socketReadBytes", bytes, \.socketReadBytes),
    Setting("socketWriteBytes", bytes, \.socketWriteBytes),
    Setting("socketHighMarkBytes", bytes, \.socketHighMarkBytes),
    Setting("socketLowMarkBytes", bytes, \.socketLowMarkBytes),
    Setting("resetsReceived", counts, \.resetsReceived),
    Setting("resetsReceivedPerSecond", counts, \.resetsReceivedPerSecond),
    Setting("glitches", counts, \.glitches),
    Setting("controlFrames", counts, \.controlFrames),
    Setting("floodWindowMilliseconds", milliseconds, \.floodWindowMilliseconds),
    Setting("floodsPerAddress", counts, \.floodsPerAddress),
    Setting("floodPauseMilliseconds", milliseconds, \.floodPauseMilliseconds),
    Setting("continuations", counts, \.continuations),
    Setting("prefaceMilliseconds", milliseconds, \.prefaceMilliseconds),
    Setting("headersMilliseconds", milliseconds, \.headersMilliseconds),
    Setting("requestMilliseconds", milliseconds, \.requestMilliseconds),
    Setting("sweepMilliseconds", milliseconds, \.sweepMilliseconds),
    Setting("stalledWriteMilliseconds", milliseconds, \.stalledWriteMilliseconds),
    Setting("keepAliveMilliseconds", milliseconds, \.keepAliveMilliseconds),
    Setting("keepAliveAnswerMilliseconds", milliseconds, \.keepAliveAnswerMilliseconds),
    Setting("idleMilliseconds", millisecondsOrNever, \.idleMilliseconds),
    Setting("maximumAgeMilliseconds", millisecondsOrNever, \.maximumAgeMilliseconds),
    Setting("ageGraceMilliseconds", milliseconds, \.ageGraceMilliseconds),
    Setting("drainRoundTripMilliseconds", milliseconds, \.drainRoundTripMilliseconds),
    Setting("credentialCheckMilliseconds", milliseconds, \.credentialCheckMilliseconds),
    Setting("connectMilliseconds", milliseconds, \.connectMilliseconds),
    Setting("backoffFirstMilliseconds", milliseconds, \.backoffFirstMilliseconds),
    Setting("backoffLastMilliseconds", milliseconds, \.backoffLastMilliseconds),
    Setting("resolveAgainMilliseconds", milliseconds, \.resolveAgainMilliseconds),
    Setting("queuedCalls", counts, \.queuedCalls),
    Setting("callConnections", counts, \.callConnections),
    Setting("streamConnections", counts, \.streamConnections),
    Setting("addresses", counts, \.addresses),
    Setting("queuedResponseBytes", bytes, \.queuedResponseBytes),
    Setting("transparentRetries", 0...100, \.transparentRetries),
  ]
}
