import Environment
import NIOCore
import RPC
import Testing
import Values

@testable import GatewayFront

@Suite("Delay of wrong credentials")
struct WrongCredentialDelayTests {
  private let clock: ManualClock
  private let delay: WrongCredentialDelay

  init() {
    clock = Environment.manual(seed: 1).clock
    delay = WrongCredentialDelay(clock: clock)
  }

  private func network(_ address: String) throws -> CallerNetwork {
    CallerNetwork(try SocketAddress(ipAddress: address, port: 1))
  }

  @Test("Ten are answered at once, the next ones one a second, none later than after five")
  func slowsDown() throws {
    let network = try network("192.0.2.1")
    for _ in 0..<10 { #expect(delay.enter(network) == nil) }
    let delays = (0..<8).map { _ in delay.enter(network) }
    #expect(delays == [1_000, 2_000, 3_000, 4_000, 5_000, 5_000, 5_000, 5_000])
    let neighbour = try self.network("192.0.2.2")
    #expect(delay.enter(neighbour) == nil)
    clock.advance(milliseconds: 5_000)
    #expect(delay.enter(network) == 1_000)
    clock.advance(milliseconds: 11_000)
    for _ in 0..<10 { #expect(delay.enter(network) == nil) }
    #expect(delay.enter(network) == 1_000)
  }

  @Test("All addresses of one IPv6 network count as one")
  func networks() throws {
    for host in 1...10 {
      let network = try network("2001:db8::\(host)")
      #expect(delay.enter(network) == nil)
    }
    let eleventh = try network("2001:db8::ffff")
    #expect(delay.enter(eleventh) == 1_000)
  }

  @Test(
    "However many addresses come, so many are remembered, and those that are good again go first")
  func bounded() throws {
    for number in 0..<30_000 {
      _ = delay.enter(try network("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)"))
    }
    // One more: the account that all others share.
    #expect(delay.count <= WrongCredentialDelay.maximumAddresses + 1)
    clock.advance(milliseconds: 60_000)
    let late = try network("192.0.2.9")
    #expect(delay.enter(late) == nil)
    #expect(delay.count == 1)
  }

  @Test("No more than a bounded number of calls wait")
  func boundedWaiting() throws {
    let network = try network("192.0.2.1")
    for _ in 0..<10 { _ = delay.enter(network) }
    for _ in 0..<WrongCredentialDelay.maximumWaiting { #expect(delay.enter(network) != nil) }
    #expect(delay.enter(network) == nil)
  }
}
