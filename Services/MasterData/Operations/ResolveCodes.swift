import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ResolveCodes`: which records a system means by its codes.
struct ResolveCodes: ReadOperation {
  static let method = Masterdata.V1.MasterDataService.resolveCodes

  let index: CodeIndex
  let unmapped: UnmappedCodes

  /// Most codes of one request: some 200 KB, and a few milliseconds.
  static let maximumCodes = 5_000

  struct Input: Sendable {
    var space: CodeSpace
    var codes: [String]
    /// `nil` for now.
    var at: Instant?
  }

  func site(of request: Masterdata.V1.ResolveCodesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.ResolveCodesRequest, _ fields: inout Fields) -> Input {
    Input(
      space: CodeSpace(
        site: fields.site(request.site),
        system: fields.text(request.system, "system", RecordText.system),
        kind: fields.mappedKind(request.kind)),
      codes: fields.foreignCodes(request.codes),
      at: fields.optionalTime(request.at, "at", Fields.earliest...Fields.latest))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Masterdata.V1.ResolveCodesResponse
  {
    let resolved = try index.resolve(
      input.codes, input.space, at: input.at ?? snapshot.now, snapshot)
    for (code, resolution) in zip(input.codes, resolved) where !resolution.isResolved {
      unmapped.note(
        code, input.space, hasRule: resolution.meaning != nil, at: snapshot.now)
    }
    return .with { $0.codes = resolved.map { .init($0) } }
  }
}

extension Fields {
  /// Codes of another system.
  mutating func foreignCodes(_ codes: [String]) -> [String] {
    if codes.isEmpty { reject("codes", "is required") }
    guard codes.count <= ResolveCodes.maximumCodes else {
      reject("codes", "must have at most \(ResolveCodes.maximumCodes) entries")
      return []
    }
    // Their places are only told when one is wrong: there are thousands of them.
    for (index, code) in codes.enumerated() {
      guard let violation = Self.violation(ofCode: code, RecordText.foreignCode) else { continue }
      reject("codes[\(index)]", violation)
    }
    return codes
  }
}

extension Masterdata.V1.ResolvedCode {
  init(_ resolved: CodeResolution) {
    self.init()
    resolution =
      resolved.isResolved ? .resolved : resolved.meaning == nil ? .unmapped : .noRecord
    // What a prefix makes of a long code may be longer than any record's: then there is none.
    let target = resolved.meaning?.code ?? ""
    code = RecordHead.codeRule.violation(of: target) == nil ? target : ""
    mappingRule = resolved.meaning?.rule ?? ""
  }
}
