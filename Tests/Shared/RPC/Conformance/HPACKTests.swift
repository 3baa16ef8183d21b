import RPC
import Testing

/// Blocks of a plain request, with something before or after its fields.
private func request(
  _ section: String, _ sentence: String, before: [UInt8] = [], after: [UInt8] = [],
  answer: Answer = .connectionError(.compressionError)
) -> Row {
  Row(
    section, sentence,
    .send(Frames.headers(block: before + Frames.block(Frames.plain()) + after)), answer: answer)
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 7541 §2.3 and §6.1, indexes` {
  @Test(arguments: [
    request("2.3.3", "the first index behind both tables", after: [0xBE]),
    request("2.3.3", "an index far behind both tables", after: [0xFF, 0xFF, 0x7F]),
    request("2.3.3", "a name's index behind both tables", after: [0x7E, 1, 0x61]),
    request(
      "2.3.3", "a name's index behind both tables, not indexed", after: [0x0F, 0x2F, 1, 0x61]),
    request("6.1", "index 0", after: [0x80]),
    request(
      "5.1", "an index of more than 32 bits", after: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
    request("5.1", "an index that does not end", after: [0xFF, 0x80]),
    Row(
      "6.1", "fields of the static table",
      // :method GET, :scheme http, :path as a literal, :authority as a literal.
      .send(
        Frames.headers(
          block: [0x82, 0x86, 0x04, 8] + Array("/healthz".utf8) + [0x01, 4] + Array("test".utf8))),
      answer: .response(1)),
    Row(
      "2.3.2", "a field of the dynamic table, put there by the request before",
      .send(
        Frames.headers(stream: 1, block: Frames.block(Frames.plain()) + literal(0x40))
          + Frames.headers(stream: 3, block: Frames.block(Frames.plain()) + [0xBE])),
      answer: .response(3)),
  ])
  func `exist or are an error`(row: Row) async throws { try await row.check() }
}

/// The field x: y in a form that the first byte names.
private func literal(_ form: UInt8) -> [UInt8] { [form, 1, 0x78, 1, 0x79] }

@Suite(.timeLimit(.minutes(1))) struct `RFC 7541 §5.2 and §6.2, literals` {
  // By the code table of RFC 7541: t 01001, e 00101, s 01000; EOS is 30 ones.
  @Test(arguments: [
    request("6.2.1", "a literal with indexing", after: literal(0x40), answer: .response(1)),
    request("6.2.2", "a literal without indexing", after: literal(0x00), answer: .response(1)),
    request("6.2.3", "a literal never indexed", after: literal(0x10), answer: .response(1)),
    request(
      "6.2.1", "a literal with an indexed name", after: [0x7A, 1, 0x61], answer: .response(1)),
    request(
      "5.2", "a value in Huffman code", after: [0, 1, 0x78, 0x83, 0x49, 0x50, 0x9F],
      answer: .response(1)),
    request(
      "5.2", "Huffman padding longer than 7 bits",
      after: [0, 1, 0x78, 0x84, 0x49, 0x50, 0x9F, 0xFF]),
    request("5.2", "Huffman padding of zeros", after: [0, 1, 0x78, 0x83, 0x49, 0x50, 0x90]),
    request(
      "5.2", "EOS inside a string",
      after: [0, 1, 0x78, 0x87, 0xFF, 0xFF, 0xFF, 0xFD, 0x25, 0x42, 0x7F]),
    request("5.2", "a name in Huffman code of padding alone", after: [0, 0x81, 0xFF, 1, 0x79]),
    request("5.2", "a string longer than the block", after: [0, 1, 0x78, 9, 0x79]),
    request("5.2", "a string of 2^31 bytes", after: [0, 1, 0x78, 0x7F, 0x81, 0xFF, 0xFF, 0xFF, 7]),
    request("6.2", "a literal without its value", after: [0, 1, 0x78]),
  ])
  func `are decoded or an error`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 7541 §4.2 and §6.3, dynamic table size` {
  @Test(arguments: [
    request("6.3", "an update to 0", before: [0x20], answer: .response(1)),
    request("6.3", "an update to the limit", before: [0x3F, 0xE1, 0x1F], answer: .response(1)),
    request("4.2", "two updates", before: [0x20, 0x3F, 0xE1, 0x1F], answer: .response(1)),
    request("6.3", "an update above the limit", before: [0x3F, 0xE2, 0x1F]),
    request("6.3", "an update far above the limit", before: [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 7]),
    request("4.2", "an update at the end of a block", after: [0x20]),
    request("4.2", "an update between fields", after: [0x20] + literal(0)),
    Row(
      "4.3", "an index that an update has evicted",
      .send(
        Frames.headers(stream: 1, block: Frames.block(Frames.plain()) + literal(0x40))
          + Frames.headers(stream: 3, block: [0x20] + Frames.block(Frames.plain()) + [0xBE])),
      answer: .connectionError(.compressionError)),
    Row(
      "4.4", "a field larger than the table, which empties it",
      .send(
        Frames.headers(stream: 1, block: Frames.block(Frames.plain()) + literal(0x40))
          + Frames.headers(
            stream: 3,
            block: [0x3F, 0x09] + Frames.block(Frames.plain()) + [0x40, 1, 0x78, 30]
              + Frames.zeros(30).map { _ in 0x79 })
          + Frames.headers(stream: 5, block: Frames.block(Frames.plain()) + [0xBE])),
      answer: .connectionError(.compressionError)),
  ])
  func `changes at the start of a block, up to the limit`(row: Row) async throws {
    try await row.check()
  }
}
