import Values

/// What every record has beside its content.
struct RecordHead: Sendable, Hashable {
  /// Unique within its kind.
  var code: String
  /// Where it is in its life.
  var lifeCycle: LifeCycle
  /// When it holds.
  var period: EffectivePeriod

  /// What a code looks like (`millrace.masterdata.v1.RecordHead.code`).
  static let codeRule = TextRule(maximumLength: 64, characters: .visibleASCII)

  /// Judges a change by what the record was.
  func judge(before: RecordHead?) throws(RecordRejection) {
    guard let before, !before.lifeCycle.canBecome(lifeCycle) else { return }
    throw .lifeCycleTransition(code, from: before.lifeCycle, to: lifeCycle)
  }
}
