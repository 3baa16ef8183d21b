/// A state, or another choice, that a contract has in its enumerations under the same number and name.
public protocol ContractState: Sendable, Hashable, CaseIterable {}

extension ContractState {
  /// The contract's name without its prefix: that of the case, in the contract's way of writing.
  /// `confirmedWithChanges` is `CONFIRMED_WITH_CHANGES`.
  public var name: String {
    "\(self)".reduce(into: "") { name, character in
      if character.isUppercase { name.append("_") }
      name.append(contentsOf: character.uppercased())
    }
  }
}
