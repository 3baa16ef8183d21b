@testable import RPC

/// Metadata, gRPC's own headers and base64. The input as a whole is each of them.
enum MetadataAndHeaders {
  static func run(_ input: FuzzInput) {
    var input = input
    let bytes = input.remaining()
    timeout(bytes)
    message(bytes)
    status(bytes)
    base64(bytes)
    metadata(bytes)
    bytes.withUnsafeBytes { value in
      _ = GRPCHeaders.isGRPC(contentType: value)
      hold(
        !(MessageEncoding(value) == .gzip) || MessageEncoding.acceptsGzip(value),
        "who names gzip accepts it")
    }
  }

  private static func timeout(_ bytes: [UInt8]) {
    guard let nanoseconds = bytes.withUnsafeBytes({ GRPCHeaders.timeoutNanoseconds($0) }) else {
      return
    }
    hold(nanoseconds >= 0, "no time-out is negative")
    let text = Array(GRPCHeaders.timeout(nanoseconds: nanoseconds).utf8)
    let again = text.withUnsafeBytes { GRPCHeaders.timeoutNanoseconds($0) }
    // Whole hours are the one unit that is rounded down: 8 digits of minutes do not reach further.
    let longest: Int64 = 99_999_999 * 60_000_000_000
    hold(
      again.map { nanoseconds > longest || $0 >= nanoseconds } == true,
      "a time-out that is passed on is no shorter: \(nanoseconds)")
  }

  private static func message(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let encoded = GRPCHeaders.percentEncoded(text)
    hold(encoded.allSatisfy { (0x20...0x7E).contains($0) }, "an encoded message is printable ASCII")
    hold(encoded.first != 0x20 && encoded.last != 0x20, "it has no space at its ends")
    hold(GRPCHeaders.percentDecoded(encoded) == text, "a message survives percent-encoding")
    let decoded = GRPCHeaders.percentDecoded(bytes)
    // Each byte that is no UTF-8 becomes U+FFFD, of three bytes.
    hold(decoded.utf8.count <= 3 * bytes.count, "a decoded message does not grow")
  }

  /// Long enough for a status that no peer with the usual limit takes, in repetitions of the input.
  private static let repetitions = 8

  private static func status(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let limit = Limits.Fixed.assumedHeaderListBytes
    let status = Status(
      code: .unknown, message: String(repeating: text, count: repetitions), details: bytes)
    let sent = status.fitting(headerListBytes: limit)
    let count = GRPCHeaders.percentEncoded(sent.message).count + Base64.encode(sent.details).count
    hold(count <= limit, "a status fits a peer's headers: \(count) bytes")
  }

  private static func base64(_ bytes: [UInt8]) {
    let text = Base64.encode(bytes)
    hold(Base64.decode(text) == bytes, "bytes survive base64")
    hold(text.count == (bytes.count * 4 + 2) / 3, "base64 is written without padding")
    let padded = text + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    hold(Base64.decode(padded) == bytes, "padding changes nothing")
    if let decoded = Base64.decode(bytes) {
      hold(decoded.count <= bytes.count, "decoding base64 makes nothing longer")
      hold(Base64.decode(Base64.encode(decoded)) == decoded, "what was decoded survives again")
    }
  }

  /// Lines of the input as entries, the name before the first colon.
  private static func metadata(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let pairs = lines.map { line in
      let parts = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      return (name: Array(parts[0]), value: parts.count > 1 ? Array(parts[1]) : [])
    }
    var raw = Metadata()
    var checked = Metadata()
    for pair in pairs {
      raw.appendUnchecked(name: pair.name, value: pair.value)
      append(pair.name, pair.value, to: &checked)
    }
    var found: [(name: [UInt8], value: [UInt8])] = []
    raw.forEachEntry { found.append((Array($0), Array($1))) }
    hold(found.elementsEqual(pairs, by: ==), "entries come out as they went in")
    for (name, _) in raw.entries.prefix(4) + checked.entries.prefix(4) { find(name, in: raw) }
    var copy = raw
    copy.append(contentsOf: checked)
    hold(copy.entries.count == raw.entries.count + checked.entries.count, "appending keeps all")
  }

  /// Takes an entry as a caller would give it, as text and as bytes.
  private static func append(_ name: [UInt8], _ value: [UInt8], to metadata: inout Metadata) {
    let name = String(decoding: name, as: UTF8.self)
    let before = metadata
    do {
      try metadata.append(name, String(decoding: value, as: UTF8.self))
      let entry = metadata.entries[before.entries.count]
      hold(entry.name == name.lowercased(), "a name is kept in small letters")
      let isPrintable = (entry.name + entry.value).utf8.allSatisfy { (0x20...0x7E).contains($0) }
      hold(isPrintable, "what was taken can be sent")
      hold(entry.value.first != " " && entry.value.last != " ", "no spaces are around a value")
    } catch {
      hold(metadata == before, "what was refused is not kept: \(error)")
    }
    let binary = Metadata()
    var bytes = binary
    do {
      try bytes.append(name, binary: value)
      hold(name.lowercased().hasSuffix("-bin"), "bytes have names in -bin")
      hold(bytes[binary: name] == value, "bytes come out as they went in")
    } catch {
      hold(bytes == binary, "what was refused is not kept: \(error)")
    }
  }

  private static func find(_ name: String, in metadata: Metadata) {
    _ = metadata[binary: name]
    var without = metadata
    without.remove(name)
    hold(without[name] == nil, "what was removed is gone")
    // Names on the wire are ASCII (nghttp2 sees to it); others are compared as text here.
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return }
    hold(metadata[name] == metadata.values(name).first, "the first of a name's values is found")
  }
}
