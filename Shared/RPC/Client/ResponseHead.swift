/// The headers or trailers of a response, taken one by one.
struct ResponseHead {
  private(set) var httpStatus: Int?
  private(set) var metadata = Metadata()
  /// How compressed messages of the response are encoded.
  private(set) var encoding = MessageEncoding.identity
  private var isGRPC = false
  private var unknownEncoding: String?
  private var grpcStatus: Int?
  private var hasBadStatus = false
  private var message = ""
  private var details: [UInt8] = []
  private var listBytes = 0

  /// Takes one header; what is over the limit (bytes, as RFC 9113 §6.5.2 counts) is not kept.
  mutating func take(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, maximumListBytes: Int
  ) {
    listBytes += name.count + value.count + HTTP2Settings.headerEntryBytes
    guard listBytes <= maximumListBytes else { return }
    if name.equals(":status") {
      httpStatus = Int(String(decoding: value, as: UTF8.self))
    } else if name.equals("content-type") {
      isGRPC = GRPCHeaders.isGRPC(contentType: value)
    } else if name.starts(withText: "grpc-") {
      takeOwnHeader(name, value)
    } else if !Metadata.isReserved(name) {
      metadata.appendUnchecked(name: name, value: value)
    }
  }

  private mutating func takeOwnHeader(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) {
    if name.equals("grpc-status") {
      grpcStatus = Int(String(decoding: value, as: UTF8.self))
      hasBadStatus = grpcStatus == nil
    } else if name.equals("grpc-message") {
      message = GRPCHeaders.percentDecoded(value)
    } else if name.equals("grpc-status-details-bin") {
      details = Base64.decode(value) ?? []
    } else if name.equals("grpc-encoding") {
      if let known = MessageEncoding(value) {
        encoding = known
      } else {
        unknownEncoding = String(decoding: value, as: UTF8.self)
      }
    }
  }

  /// Whether this is an interim answer (1xx), after which the real one comes.
  var isInterim: Bool { httpStatus.map { (100..<200).contains($0) } ?? false }

  /// Why these can't be the headers of a gRPC response; nil when they can.
  func headerFailure(maximumListBytes: Int) -> Status? {
    if let failure = sizeFailure(maximumListBytes) { return failure }
    guard httpStatus == 200, isGRPC else {
      // A proxy may have put a gRPC status into its answer: then that counts.
      return grpcStatus == nil ? ClientStatus.ofHTTP(httpStatus) : status(maximumListBytes)
    }
    return unknownEncoding.map {
      Status(
        code: .internalError, reason: ClientStatus.answerInvalid,
        message: "the server answered in the unknown encoding \($0)")
    }
  }

  /// The call's status, from trailers or from headers that are all there is.
  func status(_ maximumListBytes: Int) -> Status {
    if let failure = sizeFailure(maximumListBytes) { return failure }
    guard let grpcStatus else {
      return Status(
        code: .unknown, reason: ClientStatus.answerInvalid,
        message: hasBadStatus
          ? "the server's grpc-status is no number" : "the server sent no grpc-status")
    }
    return Status(
      code: StatusCode(rawValue: grpcStatus), message: message, details: details,
      metadata: metadata)
  }

  private func sizeFailure(_ maximum: Int) -> Status? {
    listBytes <= maximum
      ? nil
      : Status(
        code: .resourceExhausted, reason: ClientStatus.answerInvalid,
        message: "the response headers have \(listBytes) bytes, the limit is \(maximum)")
  }
}
