import RPC
import ServiceKit

/// The details that a peer sends with its status.
///
/// The input: the code, the length of the message, the message, then the serialized
/// `google.rpc.Status`. They become a refusal; a refusal made into a status says the same again,
/// and fits the headers of every peer.
enum StatusDetails {
  static func run(_ input: FuzzInput) {
    var input = input
    let code = StatusCode(rawValue: Int(input.byte()))
    let message = String(decoding: input.take(Int(input.byte())), as: UTF8.self)
    let refusal = Refusal(Status(code: code, message: message, details: input.remaining()))
    hold(refusal.code != .unknown || !(1...16).contains(code.rawValue) || code == .unknown, "code")

    // The first way back may shorten and clamp; from then on nothing changes.
    let passedOn = Refusal(refusal.status)
    hold(passedOn.code == refusal.code && passedOn.reason == refusal.reason, "code and reason stay")
    hold(passedOn.metadata == refusal.metadata, "metadata stays")
    hold(refusal.violations.starts(with: passedOn.violations), "violations keep their order")
    hold(Refusal(passedOn.status) == passedOn, "what was passed on is passed on unchanged")
    if let delay = refusal.retryDelayMilliseconds {
      hold(abs(delay) <= 86_400_000 + 3_000, "a delay is a day at most: \(delay)")
    }
  }
}
