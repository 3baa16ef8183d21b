import Contracts
import Protobuf
import ServiceKit

/// What a call to a service has come to, by what must be done about it.
enum ServiceAnswer<Response: Sendable>: Sendable {
  /// It is done.
  case answered(Response)
  /// It will not do it: the same request is refused again.
  case refused(reason: String, message: String)
  /// Not now; the same request may be sent again.
  case unavailable(String)

  /// Makes the call.
  static func of(_ call: () async throws -> Response) async throws(CancellationError)
    -> ServiceAnswer
  {
    do { return .answered(try await call()) } catch let refusal as Refusal {
      switch refusal.code {
      case .invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .outOfRange:
        return .refused(reason: refusal.reason, message: refusal.message)
      // Credentials too: they are ours, and repaired without the request's doing.
      default: return .unavailable("\(refusal.code) \(refusal.message)")
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      return .unavailable("\(error)")
    }
  }
}
