/// Everything Quality's rules refuse. `Refusals.swift` turns each into a status, in one place.
enum QualityError: Error, Sendable, Hashable {
  case holdNotFound(String)
  case holdState(String, HoldState)
  /// Another role releases it.
  case notReleaser(String, role: String)
  /// It ends otherwise: its nonconformance was decided so.
  case dispositionDiffers(String, mustBecome: HoldState)
  /// It belongs to an inspection that is not over.
  case inspectionOpen(String, inspection: String)
  /// The site has as many as followers can keep.
  case tooManyHolds(maximum: Int64)
  case inspectionNotFound(String)
  case inspectionState(String, InspectionState, allowed: [InspectionState])
  /// Results are missing; the first of them.
  case inspectionIncomplete(String, missing: Int, sample: Int, characteristic: String)
  case characteristicUnknown(String, place: Int)
  /// There is one, which a correction has to name.
  case resultExists(String, place: Int)
  /// It corrects none of this sample and characteristic, or one that was replaced.
  case resultNotFound(String, place: Int)
  /// An inspection has so many results, corrections among them, that no more are taken.
  case tooManyResults(String, maximum: Int)
  case nonconformanceNotFound(String)
  case nonconformanceState(String, NonconformanceState, allowed: [NonconformanceState])
  /// Whoever has decided does not verify.
  case samePerson(String)
  /// Holds that belong to it still stop something.
  case holdsActive(String, holds: [String])
}
