/// What a verdict means for the records: status, cases, when to look again.
struct PostingConclusion: Sendable, Hashable {
  var status: PostingStatus
  /// Cases to open or to keep.
  var findings: [CaseFinding]
  /// Cases to close.
  var closedReasons: [CaseReason]
  /// Whether something was sent whose outcome is not known.
  var isOutcomeOpen: Bool
  /// Fruitless tries in a row, this one included.
  var attempts: Int
  /// How to wait before the next look; `nil`: until something happens.
  var wait: Backoff?

  init(
    _ task: PostingRecords.Task, _ verdict: PostingVerdict, through: Int64, isOutcomeOpen: Bool
  ) {
    // Before the first report there is nothing whose posting could have a state.
    status = through == 0 ? task.status : task.status.after(verdict.outcome, through: through)
    findings = verdict.observations
    attempts = task.attempts + 1
    switch verdict.outcome {
    case .settled:
      (self.isOutcomeOpen, attempts, wait) = (false, 0, nil)
    case .stuck(let finding):
      findings.insert(finding, at: 0)
      (self.isOutcomeOpen, wait) = (false, .openCase)
    case .unknown(let reason):
      if case .unreadable(let text) = reason {
        findings.append(
          CaseFinding(
            .unreadable, "Odoo's answer about \(task.orderName) cannot be understood",
            odooAnswer: text))
      }
      (self.isOutcomeOpen, wait) = (true, .technical)
    case .postponed: (self.isOutcomeOpen, wait) = (isOutcomeOpen, .technical)
    case .halted(let words):
      // The gate holds the whole site; the order that met it says so too, and comes back ever later
      // so that one order without rights does not hold up the others for ever.
      findings.append(
        CaseFinding(
          .configuration, "Odoo refuses the integration what \(task.orderName) needs",
          odooAnswer: words.text))
      (self.isOutcomeOpen, wait) = (isOutcomeOpen, .openCase)
    }
    if wait == .technical, attempts >= PostingRun.triesBeforeCase {
      findings.append(
        CaseFinding(
          .keepsFailing, "\(task.orderName) was tried \(attempts) times; it is tried again",
          odooAnswer: verdict.failureText))
    }
    let found = Set(findings.map(\.reason))
    closedReasons =
      verdict.isDecided
      ? (CaseReason.ofPosting + [.configuration]).filter { !found.contains($0) } : []
  }
}

extension PostingVerdict {
  /// Whether the chain was read and judged: only then is a case known to be gone.
  fileprivate var isDecided: Bool {
    switch outcome {
    case .settled, .stuck: true
    case .unknown, .postponed, .halted: false
    }
  }

  fileprivate var failureText: String {
    switch outcome {
    case .unknown(let reason): reason.text
    case .postponed(let text): text
    case .halted(let words): words.text
    case .settled, .stuck: ""
    }
  }
}
