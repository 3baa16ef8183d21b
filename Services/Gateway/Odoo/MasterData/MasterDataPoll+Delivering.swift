import Environment
import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// A record on its way, and whose it is.
  private struct Delivery: Sendable {
    var subject: Int64
    var kind: RecordKind
    var code: String
    var content: Claim.Content
    var digest: [UInt8]
    var byteCount: Int
    var isActive: Bool
  }

  /// Sends what drafts have become, as far as it differs from what MasterData has, and concludes them.
  func deliver(_ model: any MasterDataModel, _ drafts: [Draft]) async throws {
    if drafts.isEmpty { return }
    var problems: [Int64: Problem] = [:]
    for draft in drafts { problems[draft.id] = draft.problem }
    var deliveries: [Delivery] = []
    // Of a price that can't be told the others still can; a bill without its routing can't.
    for draft in drafts where draft.problem == nil || model.kind == .prices {
      for claim in draft.claims ?? [] {
        guard let content = claim.content else { continue }
        let digest = try content.digest()
        deliveries.append(
          Delivery(
            subject: draft.id, kind: claim.kind, code: claim.code, content: content,
            digest: digest.bytes, byteCount: digest.byteCount, isActive: draft.isActive))
      }
    }
    let sent = try await send(try await judge(deliveries, &problems), &problems)
    try await conclude(model, drafts, sent, problems)
  }

  /// Those that are to be sent. A code that several claim is nobody's.
  private func judge(
    _ deliveries: [Delivery], _ problems: inout [Int64: Problem]
  ) async throws -> [Delivery] {
    let site = site
    let verdicts = try await database.read { snapshot in
      try deliveries.map {
        try ClaimRecords.judge(
          $0.kind, code: $0.code, of: $0.subject, digest: $0.digest, site: site, snapshot)
      }
    }
    var due: [Delivery] = []
    for (delivery, verdict) in zip(deliveries, verdicts) {
      switch verdict {
      case .same, .yields, .withdraws: break
      case .send: due.append(delivery)
      case .shared(let subjects):
        let ids = subjects.prefix(10).map { "\($0)" }.joined(separator: ", ")
        problems[delivery.subject] = Problem(
          .duplicateCode,
          "the code \(delivery.code) is that of \(subjects.count) in use in Odoo (ids \(ids)): "
            + "none of them is brought over until it is one's alone")
      }
    }
    return due
  }

  /// Sends records kind by kind, what others name by its own code first, and answers those that were
  /// taken.
  private func send(
    _ deliveries: [Delivery], _ problems: inout [Int64: Problem]
  ) async throws -> [Delivery] {
    var taken: [Delivery] = []
    var held: [Delivery] = []
    for kind in RecordKind.allCases {
      let due = deliveries.filter {
        $0.kind == kind && (kind.subject == .prices || problems[$0.subject] == nil)
      }
      for (delivery, outcome) in try await send(kind, due) {
        // Its bill as it was still names a step that goes; the bill as it is does not, and names no
        // step that the routing has not had before.
        if kind == .routing, case .rejected(Self.operationInUse, _) = outcome {
          held.append(delivery)
        } else {
          Self.settle(delivery, outcome, &taken, &problems)
        }
      }
    }
    for (delivery, outcome) in try await send(.routing, held) {
      Self.settle(delivery, outcome, &taken, &problems)
    }
    if !taken.isEmpty { state.withLock { $0.hasSent = true } }
    return taken
  }

  /// MasterData's reason for a routing without a step that a bill in use names.
  private static let operationInUse = "OPERATION_IN_USE"

  /// Sends records of one kind, and answers what has become of each.
  private func send(
    _ kind: RecordKind, _ deliveries: [Delivery]
  ) async throws -> [(Delivery, MasterDataSender.Outcome)] {
    var answered: [(Delivery, MasterDataSender.Outcome)] = []
    var rest = deliveries.sorted { $0.code < $1.code }[...]
    while !rest.isEmpty {
      let batch = Self.batch(of: rest)
      rest = rest.dropFirst(batch.count)
      let outcomes = try await sender.send(kind, batch.map(\.content))
      let rejected = outcomes.count { $0 != .taken }
      board.sent(batch.count - rejected, rejected: rejected, of: kind)
      answered += zip(batch, outcomes)
    }
    return answered
  }

  private static func settle(
    _ delivery: Delivery, _ outcome: MasterDataSender.Outcome, _ taken: inout [Delivery],
    _ problems: inout [Int64: Problem]
  ) {
    switch outcome {
    case .taken: taken.append(delivery)
    case .rejected(let reason, let message):
      // What is archived is nobody's case. What keeps its bill out keeps the routing out, too.
      guard delivery.isActive, problems[delivery.subject] == nil || delivery.kind != .routing
      else { return }
      problems[delivery.subject] = .rejected(delivery.kind, delivery.code, reason, message)
    }
  }

  /// The first of them that go into one call.
  private static func batch(of deliveries: ArraySlice<Delivery>) -> [Delivery] {
    var bytes = 0
    let batch = deliveries.prefix(MasterDataSender.maximumRecords).prefix { delivery in
      bytes += delivery.byteCount
      return bytes <= MasterDataSender.maximumBytes
    }
    return Array(batch.isEmpty ? deliveries.prefix(1) : batch)
  }

  private func conclude(
    _ model: any MasterDataModel, _ drafts: [Draft], _ sent: [Delivery],
    _ problems: [Int64: Problem]
  ) async throws {
    let (site, kind, randomness) = (site, model.kind, environment.randomness)
    let hasChanged = try await database.write { transaction in
      var news: Set<Int64> = []
      for delivery in sent {
        let isNew = try ClaimRecords.accepted(
          delivery.isActive ? .released : .withdrawn, digest: delivery.digest, delivery.kind,
          code: delivery.code, of: delivery.subject, site: site, transaction)
        if isNew { news.insert(delivery.subject) }
      }
      var hasChanged = false
      for draft in drafts {
        let isOther = try Self.conclude(
          kind, draft.id, problems[draft.id], randomness, site, transaction)
        hasChanged = hasChanged || isOther
      }
      if let own = Reference.Kind(rawValue: kind.rawValue) {
        for id in news {
          try SubjectRecords.wakeThoseNaming(Reference(own, id), site: site, transaction)
        }
      }
      return hasChanged
    }
    if hasChanged { state.withLock { _ = $0.unsettledCases.insert(kind) } }
  }

  private static func conclude(
    _ kind: SubjectKind, _ id: Int64, _ problem: Problem?, _ randomness: Randomness,
    _ site: SiteCode, _ transaction: Transaction
  ) throws -> Bool {
    guard let problem else {
      return try SubjectRecords.conclude(
        kind, id, nil, lookAt: nil, attempts: 0, site: site, transaction)
    }
    let attempts = try SubjectRecords.attempts(kind, id, site: site, transaction) + 1
    let isShown = attempts >= problem.patience ?? 0
    let wait = retry.milliseconds(attempt: attempts, randomness)
    return try SubjectRecords.conclude(
      kind, id, isShown ? problem : nil,
      lookAt: problem.patience == nil ? nil : transaction.now.advanced(milliseconds: wait),
      attempts: attempts, site: site, transaction)
  }
}

extension Problem {
  /// MasterData has rejected a record.
  fileprivate static func rejected(
    _ kind: RecordKind, _ code: String, _ reason: String, _ message: String
  ) -> Problem {
    let explanation = "MasterData rejects the \(kind.noun) \(code): \(reason) \(message)"
    // What it names may just come later.
    let patience = reason == "REFERENCE_UNKNOWN" ? attemptsOfWaiting : 1
    return Problem(.masterDataRejected, explanation, patience: patience)
  }
}
