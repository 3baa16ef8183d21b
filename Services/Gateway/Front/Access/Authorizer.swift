public import Identity
public import ServiceKit

/// Decides by roles which methods a partner may call. Which objects it may touch is for the owning
/// service, which knows them.
public struct Authorizer: Sendable {
  /// By path of a method, and by that of all of a service, who may.
  private let rolesByPath: [String: Set<RoleName>]
  private let offered: Set<String>

  /// Who may call one path.
  public struct Grant: Sendable {
    let path: String
    let roles: Set<RoleName>
    /// Whether anybody could have it.
    let isOffered: Bool

    /// Lets a caller in, or says why not.
    func authorize(_ caller: Caller) throws(Refusal) {
      guard !caller.isSuspended else { throw Refusals.partnerSuspended }
      try authorize(caller.principal)
    }

    func authorize(_ principal: Principal) throws(Refusal) {
      if principal.roles.contains(where: { roles.contains($0) }) { return }
      guard isOffered else { throw Refusals.unknownMethod(path) }
      throw Refusals.methodNotGranted(path, roles: principal.roles)
    }
  }

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

  /// Who may call a path: decided once, not for each of its calls.
  public func grant(_ path: String) -> Grant {
    let ofService = path.lastIndex(of: "/").map { rolesByPath[String(path[...$0]), default: []] }
    return Grant(
      path: path, roles: rolesByPath[path, default: []].union(ofService ?? []),
      isOffered: offered.contains(path))
  }

  /// The paths that a principal may call of those with a beginning.
  func paths(of principal: Principal, beginningWith prefix: String) -> Set<String> {
    offered.filter { path in
      path.hasPrefix(prefix) && !grant(path).roles.isDisjoint(with: principal.roles)
    }
  }

  /// Lets a principal call a path, or says why not.
  public func authorize(_ principal: Principal, _ path: String) throws(Refusal) {
    try grant(path).authorize(principal)
  }
}
