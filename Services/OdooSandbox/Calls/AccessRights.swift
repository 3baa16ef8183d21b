/// Who may do what: managers everything but administration, others nothing on guarded models.
enum AccessRights {
  private static let operations: [String: (key: String, verb: String)] = [
    "create": ("create", "create"), "load": ("create", "create"), "write": ("modify", "modify"),
    "unlink": ("delete", "delete"),
  ]
  /// Rights of administrators alone.
  private static let administration = "Administration/"

  static func check(_ model: Model, _ method: String, _ session: Session) throws {
    guard !model.access.isEmpty, method != "check_object_reference" else { return }
    let (key, verb) = operations[method] ?? ("access", "access")
    guard let groups = model.access[key] ?? model.access["access"] else { return }
    let isForAdministrators = groups.allSatisfy { $0.hasPrefix(administration) }
    let user = session.record("res.users", session.user)
    guard isForAdministrators ? !user.flag("is_administrator") : !user.flag("is_manager") else {
      return
    }
    throw OdooError.access(
      "You are not allowed to \(verb) '\(model.title)' (\(model.name)) records.\n\n"
        + "This operation is allowed for the following groups:\n"
        + groups.map { "\t- \($0)" }.joined(separator: "\n")
        + "\n\nContact your administrator to request access if necessary.")
  }
}
