/// What can be fuzzed. The raw value names the folder of its inputs in Corpora and Failures, and is
/// what `deploy/fuzz` takes.
enum FuzzTarget: String, CaseIterable, Sendable {
  /// What a client sends, into a server's connection.
  case serverFrames = "server-frames"
  /// What a server sends, into a client's connection with calls on it.
  case clientFrames = "client-frames"
  /// gRPC's messages with their prefixes and gzip, cut anywhere.
  case messageFraming = "message-framing"
  /// Metadata, gRPC's own headers and base64.
  case metadata
  /// Every message of the contracts, from bytes and back.
  case codec
  /// A `google.rpc.Status` that a peer sends with its status.
  case statusDetails = "status-details"

  /// The longest input that is worth trying, in bytes: a few times the size at which the target's
  /// smallest limits are crossed.
  var longestInputBytes: Int {
    switch self {
    case .serverFrames, .clientFrames: 8 << 10
    case .messageFraming, .codec: 4 << 10
    case .metadata, .statusDetails: 2 << 10
    }
  }

  /// Feeds one input. Ends the process when a property of the target is broken.
  func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .serverFrames: ServerFrames.run(FuzzInput(bytes))
    case .clientFrames: ClientFrames.run(FuzzInput(bytes))
    case .messageFraming: MessageFraming.run(FuzzInput(bytes))
    case .metadata: MetadataAndHeaders.run(FuzzInput(bytes))
    case .codec: Codec.run(FuzzInput(bytes))
    case .statusDetails: StatusDetails.run(FuzzInput(bytes))
    }
  }
}

/// Ends the process with a sentence when a property does not hold: to libFuzzer that is a crash,
/// and it keeps the input.
func hold(_ condition: Bool, _ property: @autoclosure () -> String) {
  if !condition { fatalError("this does not hold: \(property())") }
}
