/// What can be owned: the subjects of ownership rules, each with the stages of its life. A rule for
/// anything else would own nothing, and nobody would notice.
enum OwnableSubjects {
  private static let groups: [RecordKind: [String]] = [
    .item: ["purchase", "quality", "identification"]
  ]
  /// What other services write, with the stages that they know.
  private static let ofOthers = [
    "production_order": ["RELEASED"],
    "production_report": ["RELEASED", "ACKNOWLEDGED", "RUNNING", "COMPLETED", "CLOSED"],
  ]

  /// The stages of a subject, `nil` when there is no such subject.
  static func stages(of subject: String) -> [String]? {
    if let stages = ofOthers[subject] { return stages }
    let parts = subject.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = RecordKind(rawValue: parts[0]), parts.count <= 2,
      parts.count == 1 || groups[kind]?.contains(parts[1]) == true
    else { return nil }
    return LifeCycle.allCases.map(\.name)
  }
}
