import Values

/// Brings one chain to its totals: a synchronous state machine, event in, one effect out.
///
/// The rule that everything rests on: after *any* answer, success or error, the chain is read again
/// and the decision made anew (contract §3.11 step 7). So a run may end anywhere, and the next one
/// starts by reading. Legal order of events: ``Event/started`` → (``Event/read(_:)`` →
/// [``Event/recorded`` → ``Event/answered(_:)``]) until ``Effect/finish(_:)``.
struct PostingEngine: Sendable {
  /// What has happened.
  enum Event: Sendable {
    /// Begin.
    case started
    /// The chain was read, or could not be.
    case read(Result<Chain, OdooFailure>)
    /// The intent is durable.
    case recorded
    /// Odoo answered the last call, or did not.
    case answered(Result<OdooAnswer, OdooFailure>)
  }

  /// What is to be done next.
  enum Effect: Sendable, Hashable {
    /// Read the chain.
    case readChain
    /// Make the base durable before the call is sent; `isBooking` when the call leads to a booking.
    case record(PostingBase, isBooking: Bool)
    /// Send the call.
    case send(PostingCall)
    /// Done for now.
    case finish(PostingVerdict)
  }

  /// Calls in one run: two per open order and one per group of work orders are usual. A person who
  /// works on the chain at the same time can make it start over; the rest is for the next run.
  static let maximumCalls = 40

  private let order: ReleasedOrder
  private let totals: OrderTotals
  private var base: PostingBase
  /// A call that was refused in an earlier run, and the case it made: never repeated by itself.
  private var refused: RefusedCall?
  private var sentCalls = 0
  private var pending: PostingCall?
  private var lastAnswer: (call: PostingCall, result: Result<OdooAnswer, OdooFailure>)?
  private var repeats = 0
  private var hasUnknownOutcome: Bool
  private var observations: [CaseFinding] = []
  private var documents: [String] = []

  /// A run for an order. `isOutcomeOpen`: an earlier run sent something whose outcome it did not
  /// learn.
  init(
    order: ReleasedOrder, totals: OrderTotals, base: PostingBase, refused: RefusedCall? = nil,
    isOutcomeOpen: Bool = false
  ) {
    self.order = order
    self.totals = totals
    self.base = base
    self.refused = refused
    hasUnknownOutcome = isOutcomeOpen
  }

  /// Takes an event, gives the next effect. An event out of order ends the run; the next one reads
  /// again.
  mutating func handle(_ event: Event) -> Effect {
    switch event {
    case .started: return .readChain
    case .read(.success(let chain)): return decide(chain)
    case .read(.failure(let failure)): return finish(unread(failure))
    case .recorded:
      guard let pending else { return finish(.postponed("nothing was to be sent")) }
      return .send(pending)
    case .answered(let result): return answered(result)
    }
  }

  // MARK: After a read

  private mutating func decide(_ chain: Chain) -> Effect {
    observations = Observations.of(order: order, totals: totals, chain: chain)
    documents = chain.orders.map(\.name)
    if case .success(let answer)? = lastAnswer?.result, let call = lastAnswer?.call,
      !answer.isQuestion, chain.holds(call)
    {
      base.confirm(call)
    }
    let decision = PostingDecision(order: order, totals: totals, chain: chain, base: base)
    switch decision {
    case .settled(let settlement):
      hasUnknownOutcome = false
      refused = nil
      return finish(.settled(settlement))
    case .stuck(let finding):
      hasUnknownOutcome = false
      return finish(.stuck(finding))
    case .moving(let what): return finish(.postponed(what))
    case .send(let call): return prepare(call)
    }
  }

  private mutating func prepare(_ call: PostingCall) -> Effect {
    if let refused, refused.fingerprint == call.fingerprint {
      return finish(.stuck(refused.finding))
    }
    if let lastAnswer, lastAnswer.call == call, let outcome = needless(call, lastAnswer.result) {
      return finish(outcome)
    }
    guard sentCalls < Self.maximumCalls else {
      return finish(.postponed("the order is being changed all the time"))
    }
    sentCalls += 1
    refused = nil
    pending = call
    base.intend(call)
    return .record(base, isBooking: call.isBooking)
  }

  /// What it means that the same call is due again right after it was answered.
  private mutating func needless(
    _ call: PostingCall, _ result: Result<OdooAnswer, OdooFailure>
  ) -> PostingVerdict.Outcome? {
    switch result {
    case .failure(.business(let words)):
      return refuse(call, .refused, "Odoo refuses it", words.text)
    case .failure(.defect(let words)):
      return refuse(call, .requestDefect, "Odoo takes the request for wrong", words.text)
    case .failure(.configuration(let words)): return .halted(words)
    case .failure(.transient(let words)): return .postponed(words.text)
    case .failure(.outcomeUnknown(let reason)): return .unknown(reason)
    case .success(.action):
      let question = (try? result.get())?.question ?? ""
      return refuse(call, .question, "Odoo asks what only a person may answer", question)
    case .success:
      // Once more: somebody may have undone it in the same moment.
      repeats += 1
      if repeats == 1 { return nil }
      return refuse(call, .didNotAct, "Odoo answers success and does not do it", "")
    }
  }

  private mutating func refuse(
    _ call: PostingCall, _ reason: CaseReason, _ what: String, _ words: String
  ) -> PostingVerdict.Outcome {
    let odoo = call.call
    let finding = CaseFinding(
      reason, "\(what): \(odoo.model).\(odoo.method) for \(order.name)", odooAnswer: words)
    refused = RefusedCall(fingerprint: call.fingerprint, finding: finding)
    return .stuck(finding)
  }

  private func unread(_ failure: OdooFailure) -> PostingVerdict.Outcome {
    switch failure {
    case .configuration(let words): .halted(words)
    case .business(let words), .defect(let words):
      .stuck(
        CaseFinding(
          .requestDefect, "\(order.name) cannot be read from Odoo", odooAnswer: words.text))
    case .transient(let words): hasUnknownOutcome ? unknown(words.text) : .postponed(words.text)
    case .outcomeUnknown(.unreadable(let text)): .unknown(.unreadable(text))
    case .outcomeUnknown(.unreachable(let text)):
      hasUnknownOutcome ? unknown(text) : .postponed(text)
    }
  }

  private func unknown(_ text: String) -> PostingVerdict.Outcome { .unknown(.unreachable(text)) }

  // MARK: After an answer

  private mutating func answered(_ result: Result<OdooAnswer, OdooFailure>) -> Effect {
    guard let call = pending else { return finish(.postponed("nothing was sent")) }
    pending = nil
    if lastAnswer?.call != call { repeats = 0 }
    lastAnswer = (call, result)
    switch result {
    case .success(.action): base.withdraw(call)
    case .success: break  // believed when it is read back
    case .failure(let failure):
      if failure.mayHaveActed { hasUnknownOutcome = true } else { base.withdraw(call) }
    }
    return .readChain
  }

  private func finish(_ outcome: PostingVerdict.Outcome) -> Effect {
    .finish(
      PostingVerdict(
        outcome: outcome, observations: observations, base: base, refused: refused,
        documents: documents, sentCalls: sentCalls))
  }
}

/// A call that Odoo refused, and the case that says so.
struct RefusedCall: Sendable, Hashable {
  /// ``PostingCall/fingerprint`` of the call.
  var fingerprint: String
  /// The case it made.
  var finding: CaseFinding
}

/// How a run of the engine ended.
struct PostingVerdict: Sendable, Hashable {
  enum Outcome: Sendable, Hashable {
    /// Nothing is left to send.
    case settled(Settlement)
    /// A person must decide.
    case stuck(CaseFinding)
    /// Odoo may have acted, and does not say so. Read again later.
    case unknown(NoAnswer)
    /// Nothing is in doubt; try again later.
    case postponed(String)
    /// Credentials or rights: the whole site waits.
    case halted(OdooWords)
  }

  var outcome: Outcome
  /// What a planner should know besides.
  var observations: [CaseFinding]
  /// What Odoo may hold because of us.
  var base: PostingBase
  /// What is not to be repeated.
  var refused: RefusedCall?
  /// The chain's names in Odoo, as last read; empty when it was not read.
  var documents: [String]
  /// Writing calls in this run.
  var sentCalls: Int
}
