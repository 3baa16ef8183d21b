import Contracts
import Protobuf

/// One call of reflection: answers questions and remembers which files the caller has got.
struct ReflectionConversation {
  typealias Request = Grpc.Reflection.V1.ServerReflectionRequest
  typealias Response = Grpc.Reflection.V1.ServerReflectionResponse

  private let services: [String]
  private let catalog: DescriptorCatalog
  /// At most as many as the catalog has.
  private var sent: Set<String> = []

  init(services: [String], catalog: DescriptorCatalog) {
    self.services = services
    self.catalog = catalog
  }

  /// The answer to a question; one that cannot be answered gets an error of its own, and the call
  /// goes on.
  /// - Throws: ``Refusal`` for a name that is too long to be one: the answer would repeat it.
  mutating func answer(_ request: Request) throws(Refusal) -> Response {
    let longest = max(request.host.utf8.count, request.name.utf8.count)
    guard longest <= ReflectionService.maximumNameBytes else {
      throw .invalidFields([
        FieldViolation(
          "message_request", "must have at most \(ReflectionService.maximumNameBytes) bytes")
      ])
    }
    return .with {
      $0.validHost = request.host
      $0.originalRequest = request
      $0.messageResponse = content(for: request)
    }
  }

  private mutating func content(for request: Request) -> Response.OneOf_MessageResponse {
    switch request.messageRequest {
    case .fileByFilename(let name):
      return files(from: catalog.file(named: name), otherwise: "there is no file \(name)")
    case .fileContainingSymbol(let symbol):
      return files(
        from: catalog.file(defining: symbol), otherwise: "nothing here is called \(symbol)")
    case .fileContainingExtension(let wanted):
      // Our contracts are proto3 without options of their own: nothing is ever extended.
      return Self.error(
        .notFound, "\(wanted.containingType) has no extension \(wanted.extensionNumber)")
    case .allExtensionNumbersOfType(let type):
      guard catalog.file(defining: type) != nil else {
        return Self.error(.notFound, "nothing here is called \(type)")
      }
      return .allExtensionNumbersResponse(.with { $0.baseTypeName = type })
    case .listServices:
      return .listServicesResponse(
        .with { $0.service = services.map { name in .with { $0.name = name } } })
    case nil:
      return Self.error(.invalidArgument, "the request asks for nothing")
    }
  }

  /// A file, and all that it needs and that was not sent before in this call. The file itself is
  /// always there, so that asking again is answered.
  private mutating func files(
    from file: FileDescriptorRecord?, otherwise reason: String
  ) -> Response.OneOf_MessageResponse {
    guard let file else { return Self.error(.notFound, reason) }
    let wanted = catalog.closure(of: file).filter {
      $0.name == file.name || !sent.contains($0.name)
    }
    sent.formUnion(wanted.map(\.name))
    return .fileDescriptorResponse(.with { $0.fileDescriptorProto = wanted.map(\.bytes) })
  }

  private static func error(
    _ code: RefusalCode, _ message: String
  ) -> Response.OneOf_MessageResponse {
    .errorResponse(
      .with {
        $0.errorCode = Int32(code.rawValue)
        $0.errorMessage = message
      })
  }
}

extension Grpc.Reflection.V1.ServerReflectionRequest {
  /// The name that is asked for, whichever kind it is of.
  fileprivate var name: String {
    switch messageRequest {
    case .fileByFilename(let name), .fileContainingSymbol(let name),
      .allExtensionNumbersOfType(let name), .listServices(let name):
      name
    case .fileContainingExtension(let wanted): wanted.containingType
    case nil: ""
    }
  }
}
