import Contracts
import GatewayOdoo
import Protobuf
import ServiceKit
import Values

/// What the Odoo wing knows, as the contract says it.
extension Gateway.V1.OrderPosting {
  init(_ posting: OdooPosting) {
    self.init()
    site = posting.site.text
    orderName = posting.orderName
    self.posting = .with {
      $0.state = .init(posting.state)
      $0.revision = posting.revision
      $0.asOf = .init(posting.changedAt)
      $0.reason = posting.reason
      $0.document = posting.document
    }
    targetThroughSequence = posting.targetThrough
    coversThroughSequence = posting.coversThrough
    bookedThroughSequence = posting.bookedThrough
    documents = posting.documents
  }
}

extension Common.V1.PostingState {
  fileprivate init(_ state: PostingState) {
    self =
      switch state {
      case .queued: .queued
      case .stated: .stated
      case .sending: .sending
      case .booked: .booked
      case .rejected: .rejected
      case .unknown: .unknown
      }
  }
}

extension Gateway.V1.Case {
  init(_ found: OdooCase) {
    self.init()
    caseID = found.id.description
    site = found.site.text
    orderName = found.orderName
    reason = found.reason.rawValue
    explanation = found.explanation
    odooAnswer = found.odooAnswer
    ownerRole =
      switch found.reason.owner {
      case .production: .production
      case .integration: .integration
      }
    state = found.closedAt == nil ? .open : .closed
    openedAt = .init(found.openedAt)
    closedAt = found.closedAt.map { .init($0) }
  }
}

extension Gateway.V1.GetOdooStatusResponse {
  init(_ status: OdooStatus) {
    self.init()
    reachable = status.isReachable
    lastAnswerAt = status.lastAnswerAt.map { .init($0) }
    lastFailure = status.lastFailure
    calls = status.calls.map { call in
      .with {
        $0.model = call.model
        $0.method = call.method
        $0.sent = call.sent
        $0.unanswered = call.unanswered
      }
    }
  }
}
