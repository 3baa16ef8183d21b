#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The values of gRPC's own headers: time-outs, and status messages as text.
enum GRPCHeaders {
  /// Nanoseconds of `grpc-timeout`: 1–8 digits and a unit; nil when it is anything else.
  static func timeoutNanoseconds(_ value: UnsafeRawBufferPointer) -> Int64? {
    guard (2...9).contains(value.count), let unit = value.last else { return nil }
    var amount: Int64 = 0
    for digit in value.dropLast() {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      amount = amount * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    let nanoseconds: Int64
    switch unit {
    case UInt8(ascii: "n"): nanoseconds = 1
    case UInt8(ascii: "u"): nanoseconds = 1_000
    case UInt8(ascii: "m"): nanoseconds = 1_000_000
    case UInt8(ascii: "S"): nanoseconds = 1_000_000_000
    case UInt8(ascii: "M"): nanoseconds = 60_000_000_000
    case UInt8(ascii: "H"): nanoseconds = 3_600_000_000_000
    default: return nil
    }
    // 8 digits of hours are more nanoseconds than fit: that is as good as for ever.
    let (product, overflow) = amount.multipliedReportingOverflow(by: nanoseconds)
    return overflow ? .max : product
  }

  /// `grpc-timeout` of a remaining time: the finest unit that fits 8 digits, rounded up so that the
  /// server never gives up before the client.
  static func timeout(nanoseconds: Int64) -> String {
    let units: [(Int64, String)] = [
      (1, "n"), (1_000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (60_000_000_000, "M"),
    ]
    let most: Int64 = 99_999_999
    for (size, unit) in units {
      let amount = nanoseconds / size + (nanoseconds % size == 0 ? 0 : 1)
      if amount <= most { return "\(max(0, amount))\(unit)" }
    }
    return "\(min(most, nanoseconds / 3_600_000_000_000))H"
  }

  /// `grpc-message` of a text: printable ASCII stays, everything else and `%` is percent-encoded,
  /// and so is a space at either end, where HTTP/2 allows none.
  static func percentEncoded(_ text: String) -> [UInt8] {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for (index, byte) in text.utf8.enumerated() {
      let isEnd = index == 0 || index == text.utf8.count - 1
      if (isEnd ? 0x21...0x7E : 0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 0xF)]]
      }
    }
    return encoded
  }

  /// The text of a `grpc-message`. What is not properly encoded stays as it is: a broken message
  /// must not hide the status.
  static func percentDecoded(_ value: some Collection<UInt8>) -> String {
    let bytes = Array(value)
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// Whether a `content-type` is gRPC's: `application/grpc`, alone or with `+subtype` or `;…`.
  static func isGRPC(contentType value: UnsafeRawBufferPointer) -> Bool {
    let wanted: StaticString = "application/grpc"
    let count = wanted.utf8CodeUnitCount
    guard value.starts(withText: wanted) else { return false }
    return value.count == count || value[count] == UInt8(ascii: "+")
      || value[count] == UInt8(ascii: ";")
  }
}

extension StaticString {
  /// Its UTF-8 bytes.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are exactly those of a text, by one comparison of memory.
  func equals(_ text: StaticString) -> Bool { equals(text.bytes) }

  /// Whether the bytes are exactly those of another run of bytes.
  func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else {
      return count == 0 && other.count == 0
    }
    return memcmp(mine, theirs, count) == 0
  }
}
