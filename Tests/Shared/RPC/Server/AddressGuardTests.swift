import NIOCore
import Testing

@testable import RPC

@Suite struct `The address guard` {
  private static let second: Int64 = 1_000_000_000
  private let limits = Limits()
  private let attacker = network("192.0.2.1")

  @Test func `lets everybody in at once who has flooded no more often than is allowed`() {
    var subject = AddressGuard(limits: limits)
    for _ in 0..<limits.floodsPerAddress { subject.charge(1, to: attacker, atNanoseconds: 0) }
    let delays = (0..<100).map { _ in subject.delay(of: attacker, atNanoseconds: 0) }
    #expect(delays == Array(repeating: 0, count: 100))
  }

  @Test func `lets those in one by one who have flooded more often, until too many wait`() {
    var subject = flooded()
    var delays: [Int64] = []
    while delays.count < 1_000, let delay = subject.delay(of: attacker, atNanoseconds: 0) {
      delays.append(delay)
    }
    let pause = Int64(limits.floodPauseMilliseconds) * 1_000_000
    #expect(delays == (0..<Int64(delays.count)).map { $0 * pause })
    #expect(delays.last == Int64(limits.prefaceMilliseconds) * 1_000_000)
  }

  @Test func `takes no notice of anybody else`() {
    var subject = flooded()
    let delays = (0..<10).map { _ in
      subject.delay(of: network("192.0.2.2"), atNanoseconds: 0)
    }
    #expect(delays == Array(repeating: 0, count: 10))
  }

  @Test func `adds up what connections used of their allowance`() {
    var subject = AddressGuard(limits: limits)
    for _ in 0..<(limits.floodsPerAddress * 4) {
      subject.charge(0.25, to: attacker, atNanoseconds: 0)
    }
    let atTheLimit = subject.isSlow(attacker, at: 0)
    #expect(!atTheLimit)
    subject.charge(0.25, to: attacker, atNanoseconds: 0)
    let above = subject.isSlow(attacker, at: 0)
    #expect(above)
  }

  @Test func `forgives within one window of the last flood, however many there were`() {
    var subject = AddressGuard(limits: limits)
    for _ in 0..<10_000 { subject.charge(1, to: attacker, atNanoseconds: 0) }
    let window = Int64(limits.floodWindowMilliseconds) * 1_000_000
    let before = subject.isSlow(attacker, at: window - Self.second)
    #expect(before)
    let after = subject.isSlow(attacker, at: window)
    #expect(!after)
  }

  @Test func `remembers a bounded number of addresses, the guilty before the forgiven`() {
    var subject = AddressGuard(limits: limits)
    let count = Limits.Fixed.rememberedAddresses
    for number in 0..<(count - 1) {
      subject.charge(0.001, to: network("10.0.\(number >> 8).\(number & 255)"), atNanoseconds: 0)
    }
    for _ in 0..<10 { subject.charge(1, to: attacker, atNanoseconds: 0) }
    subject.charge(1, to: network("192.0.2.3"), atNanoseconds: Self.second)
    let isGuilty = subject.isSlow(attacker, at: Self.second)
    #expect(isGuilty)
    #expect(subject.count == 2)
  }

  private func flooded() -> AddressGuard {
    var subject = AddressGuard(limits: limits)
    for _ in 0...limits.floodsPerAddress { subject.charge(1, to: attacker, atNanoseconds: 0) }
    return subject
  }
}

extension AddressGuard {
  /// Whether the second of two connections at one moment has to wait.
  fileprivate mutating func isSlow(_ network: CallerNetwork, at nanoseconds: Int64) -> Bool {
    var copy = self
    _ = copy.delay(of: network, atNanoseconds: nanoseconds)
    return copy.delay(of: network, atNanoseconds: nanoseconds) != 0
  }
}

@Suite struct `The network of a caller` {
  @Test func `is the whole of an IPv4 address, also on a socket for both versions`() {
    #expect(network("192.0.2.1") != network("192.0.2.2"))
    #expect(network("192.0.2.1") == network("::ffff:192.0.2.1"))
    #expect(network("::ffff:192.0.2.1") != network("::ffff:192.0.2.2"))
  }

  @Test func `is the first half of an IPv6 address`() {
    #expect(network("2001:db8:0:1::1") == network("2001:db8:0:1:ffff::2"))
    #expect(network("2001:db8:0:1::1") != network("2001:db8:0:2::1"))
    #expect(network("::1") != network("0.0.0.0"))
  }

  @Test func `is one for all callers without an address`() {
    #expect(CallerNetwork(nil) == CallerNetwork(nil))
    #expect(CallerNetwork(nil) != network("192.0.2.1"))
  }
}

private func network(_ address: String) -> CallerNetwork {
  CallerNetwork(try? SocketAddress(ipAddress: address, port: 1))
}
