/// What the database ids that a batch names stand for.
struct Resolutions: Sendable {
  /// What one id stands for.
  enum Resolution: Sendable, Hashable {
    /// The record of this code.
    case code(String)
    /// It was read and has no code.
    case none
    /// Something else has its code, too, or has it now.
    case ambiguous(String)
    /// It was never seen: it is invisible, deleted, or will come.
    case unknown
  }

  var codes: [Reference: Resolution] = [:]
  /// The variants of a template that are in use, by id.
  var variants: [Int64: [Int64]] = [:]

  /// The code of what an id stands for.
  /// - Throws: ``Problem`` when there is none that means it alone.
  func code(_ kind: Reference.Kind, _ id: Int64, as role: String) throws(Problem) -> String {
    switch codes[Reference(kind, id)] ?? .unknown {
    case .code(let code): return code
    case .none: throw .waits("the \(role) (id \(id) in Odoo) has no code")
    case .ambiguous(let code):
      throw .waits("the \(role) (id \(id) in Odoo) shares the code \(code) with another one")
    case .unknown: throw .waits("the \(role) (id \(id) in Odoo) can't be seen in Odoo")
    }
  }

  /// The same for what may be absent.
  func code(_ kind: Reference.Kind, _ id: Int64?, as role: String) throws(Problem) -> String {
    guard let id else { return "" }
    return try code(kind, id, as: role)
  }

  /// Whether something was read and has no code.
  func lacksCode(_ kind: Reference.Kind, _ id: Int64) -> Bool {
    codes[Reference(kind, id)] == Resolution.none
  }
}
