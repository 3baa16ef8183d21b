extension Draft {
  /// A draft of a subject that becomes one record: its code, and the record when it can be told.
  static func of(
    _ kind: RecordKind, _ subject: Subject, code: String, label: String, isActive: Bool,
    group: Int64? = nil, _ content: (String) throws -> Claim.Content
  ) throws -> Draft {
    var draft = Draft(id: subject.id, label: label, isActive: isActive, group: group)
    do {
      var claim = Claim(kind: kind, code: try RecordCode.checked(code))
      do { claim.content = try content(claim.code) } catch let problem as Problem {
        draft.problem = problem
      }
      draft.claims = [claim]
    } catch let problem as Problem {
      // Its code is one that no record can have: what it was before is not it any more.
      (draft.claims, draft.problem) = ([], problem)
    }
    return draft
  }
}
