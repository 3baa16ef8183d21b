import JSON
import Values

/// `execute_kw` and its neighbours: finds model and method, opens the transaction, closes it.
struct Dispatcher {
  let database: Database
  var account: Account

  /// What the database is called, and who may call.
  struct Account: Sendable {
    var database: String
    /// The first one is the integration user.
    var users: [User]

    /// The integration user.
    var integration: User { users[0] }
  }

  /// Somebody who may log in.
  struct User: Sendable {
    enum Role { case manager, administrator, viewer }

    var id: Int
    var login: String
    /// API key and password: either goes in every call.
    var secrets: [String]
    var role = Role.manager
  }

  /// `authenticate` and `login`: the user's id, or `false`.
  func authenticate(_ arguments: [JSONValue]) throws -> JSONValue {
    try checkDatabase(arguments.first)
    guard arguments.count > 2, let login = arguments[1].stringValue,
      let secret = arguments[2].stringValue,
      let user = account.users.first(where: { $0.login == login && $0.secrets.contains(secret) })
    else { return false }
    return .int(Int64(user.id))
  }

  private func checkDatabase(_ json: JSONValue?) throws {
    let name = json?.stringValue ?? ""
    guard name == account.database else {
      throw OdooError(
        name: "psycopg2.OperationalError",
        message: "connection to server at \"127.0.0.1\", port 5499 failed: FATAL:  "
          + "database \"\(name)\" does not exist\n")
    }
  }

  /// `execute_kw(database, user, key, model, method, arguments, keywords)`. `nil`: nothing to
  /// answer.
  func execute(_ arguments: [JSONValue], at now: Instant) throws -> JSONValue? {
    try checkDatabase(arguments.first)
    guard arguments.count >= 5, let model = arguments[3].stringValue,
      let method = arguments[4].stringValue
    else {
      throw OdooError.type(
        "execute_kw() missing required positional arguments: 'obj', 'method', and 'args'")
    }
    let user = Int(arguments[1].intValue ?? 0)
    guard let secret = arguments[2].stringValue,
      account.users.contains(where: { $0.id == user && $0.secrets.contains(secret) })
    else { throw OdooError.accessDenied }
    let positional = (arguments.count > 5 ? arguments[5].arrayValue : nil) ?? []
    var keywords = (arguments.count > 6 ? arguments[6].objectValue : nil) ?? [:]
    let context = keywords.removeValue(forKey: "context")?.objectValue ?? [:]
    let session = Session(database: database, context: context, user: user, now: now)
    return try transaction(session) {
      try invoke(session, model, method, positional, keywords)
    }
  }

  /// Runs a body all or nothing.
  func transaction<Result>(_ session: Session, _ body: () throws -> Result) throws -> Result {
    database.begin()
    do {
      let result = try body()
      session.flush()
      return result
    } catch {
      database.rollback()
      throw error
    }
  }

  private func invoke(
    _ session: Session, _ modelName: String, _ methodName: String, _ arguments: [JSONValue],
    _ keywords: [String: JSONValue]
  ) throws -> JSONValue? {
    if methodName.hasPrefix("_") {
      throw OdooError.access(
        "Private methods (such as \(methodName)) cannot be called remotely.")
    }
    guard let model = database.registry.models[modelName] else {
      throw OdooError.user("Object \(modelName) doesn't exist")
    }
    guard let method = model.methods[methodName] else {
      throw OdooError.attribute(
        "The method '\(methodName)' does not exist on the model '\(modelName)'")
    }
    try AccessRights.check(model, methodName, session)
    try RecordRules.checkCompanies(session)
    let call = Call(model: model, method: methodName, arguments: arguments, keywords: keywords)
    try RecordRules.check(call, session)
    return try method(session, call)
  }
}
