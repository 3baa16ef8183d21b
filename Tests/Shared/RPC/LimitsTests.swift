import NIOCore
import RPC
import Testing

@Suite struct `The limits` {
  @Test func `can all be set by their names, and no two are the same`() throws {
    let names = Mirror(reflecting: Limits()).children.compactMap(\.label)
    #expect(Set(names) == Set(Limits.settings.map(\.name)))
    #expect(Limits.settings.count == names.count)
    for setting in Limits.settings {
      var changed = Limits()
      let value = setting.range.upperBound
      try changed.set(setting.name, to: value)
      #expect(changed.value(of: setting.name) == value)
      let others = Limits.settings.filter { $0.name != setting.name }
      #expect(others.allSatisfy { changed.value(of: $0.name) == Limits().value(of: $0.name) })
    }
  }

  @Test func `are within their ranges by default, and in the plant`() {
    for limits in [Limits(), .inPlant] {
      for setting in Limits.settings {
        #expect(limits.value(of: setting.name).map(setting.range.contains) == true)
      }
    }
  }

  @Test func `refuse a name or a value that is wrong, and say which`() {
    var limits = Limits()
    let unknown = #expect(throws: Limits.InvalidSetting.self) { try limits.set("size", to: 1) }
    #expect(unknown == .unknown("size"))
    let outside = #expect(throws: Limits.InvalidSetting.self) {
      try limits.set("messageBytes", to: 0)
    }
    #expect("\(outside as Any)".contains("messageBytes"))
    #expect(limits == Limits())
  }
}

@Suite(.timeLimit(.minutes(1))) struct `A method's own message limit` {
  @Test func `takes the place of the general one`() async throws {
    try await withServer(
      ["/test/Big": echo, "/test/Small": echo],
      server: {
        $0.limits.messageBytes = 1_000
        $0.messageBytesByPath = ["/test/Big": 50_000]
      }
    ) { _, channel, _ in
      let message = ByteBuffer(repeating: 1, count: 20_000)
      _ = try await channel.unary(path: "/test/Big", message)
      let small = await status { _ = try await channel.unary(path: "/test/Small", message) }
      #expect(small?.code == .resourceExhausted)
      let over = ByteBuffer(repeating: 1, count: 50_001)
      let big = await status { _ = try await channel.unary(path: "/test/Big", over) }
      #expect(big?.code == .resourceExhausted)
    }
  }
}
