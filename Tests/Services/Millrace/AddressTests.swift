import Testing

@testable import Millrace

@Suite("Addresses and numbers on the command line")
struct AddressTests {
  @Test("HOST:PORT is read")
  func address() throws {
    #expect(try GatewayAddress("127.0.0.1:50050") == GatewayAddress(host: "127.0.0.1", port: 50050))
    #expect(try GatewayAddress("gateway.plant:1").text == "gateway.plant:1")
  }

  @Test(
    "Anything else is refused", arguments: ["", ":1", "a", "a:", "a:b", "a:0", "a:65536", "a:1:2"])
  func refused(text: String) { #expect(throws: (any Error).self) { try GatewayAddress(text) } }

  @Test(
    "A key goes in the clear to this machine alone, unless somebody says so",
    arguments: [
      ("localhost:1", true), ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("10.0.0.1:1", false),
      ("127.example.com:1", false), ("127.0.0.1.example.com:1", false), ("gateway.plant:1", false),
    ])
  func inTheClear(text: String, isThisMachine: Bool) throws {
    let address = try GatewayAddress(text)
    try address.requireLoopback(unless: true)
    if isThisMachine {
      try address.requireLoopback(unless: false)
    } else {
      #expect(throws: (any Error).self) { try address.requireLoopback(unless: false) }
    }
  }

  @Test("A program's line says where it listens")
  func listening() {
    #expect(
      Installation.address(in: "listening on 127.0.0.1:7")
        == GatewayAddress(host: "127.0.0.1", port: 7))
    #expect(Installation.address(in: "hello") == nil)
    #expect(Installation.address(in: "listening on somewhere") == nil)
  }

  @Test("Numbers of callers are read")
  func callers() throws {
    #expect(try IngestCommand.numbers("1,32,128") == [1, 32, 128])
    for text in ["", "0", "1,,2", "a", "1025", "1,"] {
      #expect(throws: (any Error).self) { try IngestCommand.numbers(text) }
    }
  }

  @Test("Times are taken from the sorted calls")
  func latencies() {
    let level = IngestLevel(
      callers: 1, accepted: 4, nanoseconds: 2_000_000_000,
      latencies: [1_000_000, 2_000_000, 3_000_000, 9_000_000])
    #expect(level.perSecond == 2)
    #expect(level.latencyMilliseconds(percent: 50) == 3)
    #expect(level.latencyMilliseconds(percent: 99) == 9)
  }
}
