import NIOCore
import Protobuf
public import RPC
import TestContracts

/// Takes messages of `millrace.sample.v1` by our codec and sends them back: whatever another
/// implementation wrote must come back as what it meant.
public enum MessageEcho {
  /// The handler of a path of this service, `/millrace.sample.v1.Echo/` and the message's name; nil
  /// for any other path.
  public static func handler(_ path: String) -> MethodHandler? {
    types.first { path == "/millrace.sample.v1.Echo/\($0.fullName.dropFirst(package.count))" }
      .map { echo($0) }
  }

  private static let package = "millrace.sample.v1."

  private static let types: [any Message.Type] = [
    Sample.V1.Scalars.self, Sample.V1.Optionals.self, Sample.V1.Repeats.self, Sample.V1.Maps.self,
    Sample.V1.Choices.self, Sample.V1.Empty.self, Sample.V1.Nested.self, Sample.V1.Names.self,
    Sample.V1.Everything.self, Sample.V1.Confirmation.self,
  ]

  private static func echo<M: Message>(_ type: M.Type) -> MethodHandler {
    .unary { request, _ in
      do {
        return try ByteBuffer(request.decoded(type))
      } catch let error as DecodingError {
        throw Status(code: .invalidArgument, message: "\(error)")
      }
    }
  }
}
