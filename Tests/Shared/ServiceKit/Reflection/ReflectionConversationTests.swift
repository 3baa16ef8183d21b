import Contracts
import Protobuf
import Testing

@testable import ServiceKit

@Suite("A call of reflection")
struct ReflectionConversationTests {
  private typealias Request = ReflectionConversation.Request
  private typealias Response = ReflectionConversation.Response

  private let service = Events.V1.EventFeedService.name
  private let feed = "millrace/events/v1/events.proto"
  private let common = "millrace/common/v1/common.proto"

  private func conversation() -> ReflectionConversation {
    ReflectionConversation(
      services: [service],
      catalog: DescriptorCatalog(ContractDescriptors.files, showing: [service]))
  }

  private func ask(
    _ question: Request.OneOf_MessageRequest?, in conversation: inout ReflectionConversation
  ) throws -> Response {
    try conversation.answer(.with { $0.messageRequest = question })
  }

  /// The names of the files in an answer, found by their bytes.
  private func files(_ response: Response) throws -> [String] {
    guard case .fileDescriptorResponse(let found) = response.messageResponse else {
      Issue.record("no files: \(response)")
      return []
    }
    return try found.fileDescriptorProto.map { bytes in
      try #require(ContractDescriptors.files.first { $0.bytes == bytes }).name
    }
  }

  private func errorCode(_ response: Response) -> Int32? {
    guard case .errorResponse(let error) = response.messageResponse else { return nil }
    return error.errorCode
  }

  @Test func `A file comes first, then everything it needs, each once`() throws {
    var conversation = conversation()
    let found = try files(ask(.fileByFilename(feed), in: &conversation))
    #expect(found.first == feed)
    #expect(Set(found).count == found.count)
    #expect(found.contains(common))
    let known = Set(found)
    for file in ContractDescriptors.files where known.contains(file.name) {
      #expect(known.isSuperset(of: file.dependencies))
    }
  }

  @Test func `What was sent before is not sent again, but what is asked for is`() throws {
    var conversation = conversation()
    _ = try ask(.fileContainingSymbol(service), in: &conversation)
    #expect(try files(ask(.fileByFilename(common), in: &conversation)) == [common])
    #expect(try files(ask(.fileByFilename(feed), in: &conversation)) == [feed])
  }

  @Test func `Every name that a shown file defines leads to it`() throws {
    for file in ContractDescriptors.files where [feed, common].contains(file.name) {
      for symbol in file.symbols {
        var conversation = conversation()
        let found = try files(ask(.fileContainingSymbol(symbol), in: &conversation))
        #expect(found.first == file.name)
      }
    }
  }

  @Test func `Files that no shown service needs are unknown`() throws {
    var conversation = conversation()
    let hidden = Gateway.V1.GatewayService.name
    #expect(ContractDescriptors.files.contains { $0.symbols.contains(hidden) })
    let answers = [
      try ask(.fileContainingSymbol(hidden), in: &conversation),
      try ask(.fileByFilename("millrace/gateway/v1/gateway.proto"), in: &conversation),
      try ask(.allExtensionNumbersOfType(Gateway.V1.Case.fullName), in: &conversation),
    ]
    #expect(answers.map(errorCode) == [5, 5, 5])
  }

  @Test func `Nothing has extensions`() throws {
    var conversation = conversation()
    let type = Events.V1.Event.fullName
    let numbers = try ask(.allExtensionNumbersOfType(type), in: &conversation)
    #expect(
      numbers.messageResponse == .allExtensionNumbersResponse(.with { $0.baseTypeName = type }))
    let wanted = Grpc.Reflection.V1.ExtensionRequest.with { $0.containingType = type }
    #expect(errorCode(try ask(.fileContainingExtension(wanted), in: &conversation)) == 5)
  }

  @Test func `A question without content is answered with an error, and repeated`() throws {
    var conversation = conversation()
    let request = Request.with { $0.host = "here" }
    let response = try conversation.answer(request)
    #expect(errorCode(response) == 3)
    #expect(response.validHost == "here")
    #expect(response.originalRequest == request)
  }

  @Test func `Names are bounded, whichever kind they are of`() throws {
    let longest = String(repeating: "x", count: ReflectionService.maximumNameBytes)
    let kinds: [@Sendable (String) -> Request] = [
      { name in .with { $0.host = name } },
      { name in .with { $0.messageRequest = .fileByFilename(name) } },
      { name in .with { $0.messageRequest = .fileContainingSymbol(name) } },
      { name in .with { $0.messageRequest = .allExtensionNumbersOfType(name) } },
      { name in .with { $0.messageRequest = .listServices(name) } },
      { name in
        .with { $0.messageRequest = .fileContainingExtension(.with { $0.containingType = name }) }
      },
    ]
    for kind in kinds {
      var conversation = conversation()
      _ = try conversation.answer(kind(longest))
      let refused = #expect(throws: Refusal.self) { try conversation.answer(kind(longest + "x")) }
      #expect(refused?.code == .invalidArgument)
    }
  }
}
