public import Identity
public import ServiceKit

/// Decides by roles which methods a partner may call. Which objects it may touch is for the owning
/// service, which knows them.
public struct Authorizer: Sendable {
  /// By path of a method, and by that of all of a service, who may.
  private let rolesByPath: [String: Set<RoleName>]
  private let offered: Set<String>

  /// An authorizer that knows these roles.
  /// - Parameter offered: the paths of all methods; one that is none of them is not refused for lack
  ///   of rights, because nobody has it.
  public init(_ roles: [Role] = Role.builtIn, offered: Set<String> = OfferedMethods.paths) {
    self.offered = offered
    var rolesByPath: [String: Set<RoleName>] = [:]
    for role in roles {
      for path in role.paths { rolesByPath[path, default: []].insert(role.name) }
    }
    self.rolesByPath = rolesByPath
  }

  /// Lets a caller call a path, or says why not.
  public func authorize(_ caller: Caller, _ path: String) throws(Refusal) {
    guard !caller.isSuspended else { throw Refusals.partnerSuspended }
    try authorize(caller.principal, path)
  }

  /// Lets a principal call a path, or says why not.
  public func authorize(_ principal: Principal, _ path: String) throws(Refusal) {
    if mayCall(path, as: principal.roles) { return }
    guard offered.contains(path) else { throw Refusals.unknownMethod(path) }
    throw Refusals.methodNotGranted(path, roles: principal.roles)
  }

  private func mayCall(_ path: String, as roles: Set<RoleName>) -> Bool {
    if let granted = rolesByPath[path], !granted.isDisjoint(with: roles) { return true }
    guard let slash = path.lastIndex(of: "/"), let granted = rolesByPath[String(path[...slash])]
    else { return false }
    return !granted.isDisjoint(with: roles)
  }
}
