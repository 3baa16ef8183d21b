import Values

/// What every record has beside its content.
struct RecordHead: Sendable, Hashable {
  /// Unique within its kind and site.
  var code: String
  /// Where it is in its life.
  var lifeCycle: LifeCycle
  /// When it holds.
  var period: EffectivePeriod

  /// What a code looks like (`millrace.masterdata.v1.RecordHead.code`): a quantity's unit is one.
  static let codeRule = Amount.unitRule

  /// Whether it may be used at a moment.
  func isInForce(at moment: Instant) -> Bool {
    lifeCycle == .released && period.contains(moment)
  }

  /// Judges a change by what the record was.
  func judge(before: RecordHead?) throws(RecordRejection) {
    guard let before, !before.lifeCycle.canBecome(lifeCycle) else { return }
    throw .lifeCycleTransition(code, from: before.lifeCycle, to: lifeCycle)
  }
}
