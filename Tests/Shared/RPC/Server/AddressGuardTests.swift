import NIOCore
import Testing

@testable import RPC

@Suite struct `The address guard` {
  private static let second: Int64 = 1_000_000_000
  private let limits = Limits()
  private let attacker = network("192.0.2.1")
  private let callers = (0..<1_000).map { _ in Caller() }

  private var pause: Int64 { Int64(limits.floodPauseMilliseconds) * 1_000_000 }
  private var longestLine: Int { limits.prefaceMilliseconds / limits.floodPauseMilliseconds }

  @Test func `lets everybody in at once who has flooded no more often than is allowed`() {
    var subject = AddressGuard(limits: limits)
    for _ in 0..<limits.floodsPerAddress {
      let slowsDown = subject.charge(1, to: attacker, atNanoseconds: 0)
      #expect(!slowsDown)
    }
    let arrivals = callers.map { subject.arrive($0.id, from: attacker, atNanoseconds: 0) }
    #expect(Set(arrivals) == [.enters])
  }

  @Test func `says once that an address has to wait from now on`() {
    var subject = AddressGuard(limits: limits)
    let answers = (0..<10).map { _ in subject.charge(1, to: attacker, atNanoseconds: 0) }
    #expect(answers.filter { $0 }.count == 1 && answers[limits.floodsPerAddress])
  }

  @Test func `lets those in one by one who have flooded more often, in the order they came`() {
    var subject = flooded()
    let line = callers.prefix(5)
    let arrivals = line.map { subject.arrive($0.id, from: attacker, atNanoseconds: 0) }
    #expect(arrivals == [.enters, .waits, .waits, .waits, .waits])
    for (place, caller) in line.enumerated().dropFirst() {
      let turn = Int64(place) * pause
      let tooEarly = line.dropFirst(place).map {
        subject.mayEnter($0.id, from: attacker, atNanoseconds: turn - 1)
      }
      #expect(!tooEarly.contains(true))
      let isHisTurn = subject.mayEnter(caller.id, from: attacker, atNanoseconds: turn)
      #expect(isHisTurn)
    }
  }

  @Test func `refuses who would have to wait for too long`() {
    var subject = flooded()
    let arrivals = callers.map { subject.arrive($0.id, from: attacker, atNanoseconds: 0) }
    #expect(arrivals.filter { $0 == .waits }.count == longestLine)
    #expect(arrivals.last == .refused)
  }

  @Test func `keeps no place for a connection that is gone`() {
    var subject = flooded()
    for caller in callers.prefix(longestLine + 1) {
      _ = subject.arrive(caller.id, from: attacker, atNanoseconds: 0)
    }
    for caller in callers[1..<longestLine] { subject.leave(caller.id, from: attacker) }
    let entered = subject.mayEnter(
      callers[longestLine].id, from: attacker, atNanoseconds: pause)
    #expect(entered)
  }

  @Test func `lets everybody in who waits when the address has become calm`() {
    var subject = flooded()
    for caller in callers.prefix(5) {
      _ = subject.arrive(caller.id, from: attacker, atNanoseconds: 0)
    }
    let calm = 2 * Int64(limits.floodWindowMilliseconds) * 1_000_000
    let entered = callers[1..<5].reversed().map {
      subject.mayEnter($0.id, from: attacker, atNanoseconds: calm)
    }
    #expect(!entered.contains(false))
  }

  @Test func `takes no notice of anybody else`() {
    var subject = flooded()
    let arrivals = callers.map {
      subject.arrive($0.id, from: network("192.0.2.2"), atNanoseconds: 0)
    }
    #expect(Set(arrivals) == [.enters])
  }

  @Test func `adds up parts of what connections may do`() {
    var subject = AddressGuard(limits: limits)
    let answers = (0...limits.floodsPerAddress * 4).map { _ in
      subject.charge(0.25, to: attacker, atNanoseconds: 0)
    }
    #expect(answers.firstIndex(of: true) == limits.floodsPerAddress * 4)
  }

  @Test func `forgives within one window of the last flood, however many there were`() {
    var subject = AddressGuard(limits: limits)
    for _ in 0..<10_000 { _ = subject.charge(1, to: attacker, atNanoseconds: 0) }
    let window = Int64(limits.floodWindowMilliseconds) * 1_000_000
    let before = secondArrival(subject, at: window - Self.second)
    #expect(before == .waits)
    let after = secondArrival(subject, at: window)
    #expect(after == .enters)
  }

  @Test func `remembers a bounded number of addresses, the guilty before the forgiven`() {
    var subject = AddressGuard(limits: limits)
    for number in 0..<(Limits.Fixed.rememberedAddresses - 1) {
      _ = subject.charge(
        0.001, to: network("10.0.\(number >> 8).\(number & 255)"), atNanoseconds: 0)
    }
    for _ in 0..<10 { _ = subject.charge(1, to: attacker, atNanoseconds: 0) }
    _ = subject.charge(1, to: network("192.0.2.3"), atNanoseconds: Self.second)
    let arrival = secondArrival(subject, at: Self.second)
    #expect(arrival == .waits)
    #expect(subject.count == 2)
  }

  private func flooded() -> AddressGuard {
    var subject = AddressGuard(limits: limits)
    for _ in 0...limits.floodsPerAddress { _ = subject.charge(1, to: attacker, atNanoseconds: 0) }
    return subject
  }

  /// What becomes of the second of two connections at one moment.
  private func secondArrival(_ guarded: AddressGuard, at nanoseconds: Int64) -> AddressGuard.Arrival
  {
    var copy = guarded
    _ = copy.arrive(callers[0].id, from: attacker, atNanoseconds: nanoseconds)
    return copy.arrive(callers[1].id, from: attacker, atNanoseconds: nanoseconds)
  }
}

/// Somebody who has a connection.
private final class Caller: Sendable {
  var id: ObjectIdentifier { ObjectIdentifier(self) }
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
