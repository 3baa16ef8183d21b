import RPC
import Testing

extension Row {
  /// Plays the client against a server and checks the answer; an honest client's call must complete
  /// after it, whatever it was.
  ///
  /// - Parameter opening: what comes before the row's own steps.
  func check(after opening: [UInt8] = Frames.preface + Frames.settings) async throws {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      await peer.send(opening)
      for step in steps { await peer.perform(step) }
      try await answer.check(peer, comment: "\(testDescription)")
      await peer.close()
      try await expectHonestCallSucceeds(port)
    }
  }
}

extension RawPeer {
  fileprivate func perform(_ step: Step) async {
    switch step {
    case .send(let bytes): await send(bytes)
    case .waitForEnd(let stream):
      _ = await wait { $0.stream == stream && $0.type <= 1 && $0.flags & 1 != 0 }
    case .waitForReset(let stream):
      _ = await wait { $0.stream == stream && $0.type == ReceivedFrame.rstStream }
    case .fence: _ = await fence()
    }
  }

  /// Two round trips by PING: what the server had to say to all that was sent before is here after
  /// them. One would not do, because its answer may overtake DATA frames that are ready. False when
  /// the connection has ended instead.
  func fence() async -> Bool {
    for _ in 0..<2 {
      let count = frames.count { $0.isFence } + 1
      await send(Frames.frame(type: 6, stream: 0, Frames.fencePayload))
      await wait { bytes, isClosed in
        isClosed || ReceivedFrame.parse(bytes).count { $0.isFence } >= count
      }
      guard frames.count(where: { $0.isFence }) >= count else { return false }
    }
    return true
  }
}

extension ReceivedFrame {
  fileprivate var isFence: Bool { type == 6 && flags == 1 && payload == Frames.fencePayload }
}

extension Answer {
  fileprivate func check(_ peer: RawPeer, comment: Comment) async throws {
    switch self {
    case .connectionError(let codes): await checkConnectionError(peer, codes, comment)
    case .closed: await peer.waitUntilClosed()
    case .streamError(let stream, let codes):
      let reset = await peer.wait { $0.type == ReceivedFrame.rstStream && $0.stream == stream }
      #expect(reset.map { codes.map(\.rawValue).contains($0.errorCode) } == true, comment)
      #expect(await peer.fence(), comment)
    case .anyError(let stream, let codes):
      let error = await peer.wait {
        $0.type == ReceivedFrame.goAway || $0.type == ReceivedFrame.rstStream && $0.stream == stream
      }
      #expect(error.map { codes.map(\.rawValue).contains($0.errorCode) } == true, comment)
      if error?.type == ReceivedFrame.goAway { await peer.waitUntilClosed() }
    case .response(let stream, let status): try await checkResponse(peer, stream, status, comment)
    case .data(let stream, let lengths):
      #expect(await peer.fence(), comment)
      let data = peer.frames.filter { $0.type == 0 && $0.stream == stream }
      #expect(data.map(\.payload.count) == lengths, comment)
    case .control(let type, let flags, let payload):
      #expect(await peer.fence(), comment)
      let wanted = ReceivedFrame(type: type, flags: flags, stream: 0, payload: payload)
      #expect(peer.frames.contains(wanted), comment)
    case .nothing:
      #expect(await peer.fence(), comment)
      #expect(peer.frames.allSatisfy { [4, 6, 8].contains($0.type) }, comment)
    }
  }

  private func checkConnectionError(
    _ peer: RawPeer, _ codes: [ErrorCode], _ comment: Comment
  ) async {
    await peer.waitUntilClosed()
    let last = peer.frames.last
    #expect(last?.type == ReceivedFrame.goAway, comment)
    #expect(last.map { codes.map(\.rawValue).contains($0.errorCode) } == true, comment)
  }

  private func checkResponse(
    _ peer: RawPeer, _ stream: UInt32, _ status: String, _ comment: Comment
  ) async throws {
    let answer = await peer.wait {
      $0.type == 1 && $0.stream == stream || $0.type == ReceivedFrame.goAway
        || $0.type == ReceivedFrame.rstStream && $0.stream == stream
    }
    let headers = try answer.flatMap { $0.type == 1 ? $0 : nil }
      .map { try HeaderReader.read(peer.frames, upTo: $0) }
    #expect(headers?[":status"] == status, comment)
    #expect(await peer.fence(), comment)
  }
}
