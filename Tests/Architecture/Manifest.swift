import Foundation

/// What the text of Package.swift declares: the targets, their folders and what they depend on.
struct Manifest {
  struct Target {
    let name: String
    let path: String
    let isTest: Bool
    /// Targets of this package.
    let own: Set<String>
    /// Products of other packages.
    let foreign: Set<String>
  }

  let targets: [Target]

  /// Reads the declarations by the helpers of the manifest: `library`, `program`, `tests`,
  /// `.target` and `.systemLibrary`, with named constants for the products of other packages.
  init(_ text: String) {
    let products = Dictionary(
      text.matches(
        of: /let\s+(\w+)\s*=\s*Target\.Dependency\.product\(\s*name:\s*"(\w+)"/
      ).map { (String($0.output.1), String($0.output.2)) },
      uniquingKeysWith: { first, _ in first })
    let declaration =
      /(library|program|tests|\.target|\.systemLibrary)\(\s*(?:name:\s*)?"(\w+)",\s*(?:dependencies:\s*\[([^\]]*)\],\s*)?(?:path:\s*)?"([^"]+)"(?:,\s*\[([^\]]*)\])?/
    targets = text.matches(of: declaration).map { match in
      let (_, kind, name, before, path, after) = match.output
      let list = String(before ?? after ?? "")
      let names = list.matches(of: /"(\w+)"/).map { String($0.output.1) }
      let constants = list.replacing(/"\w+"/, with: "").matches(of: /\w+/)
        .map { String($0.output) }
      return Target(
        name: String(name), path: String(path), isTest: kind == "tests" || path.hasPrefix("Tests/"),
        own: Set(names),
        foreign: Set(constants.map { products[$0] ?? $0 }))
    }
  }
}
