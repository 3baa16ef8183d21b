import Environment
import GatewayFront
import Identity
import Logging
import RecordStore

/// `millrace-gateway --issue-admin-key`: the first way in, for whoever may stop the Gateway and
/// write its database.
enum AdminKey {
  /// Makes a key and answers it as text.
  /// - Throws: when the Gateway runs: its database has one writer.
  static func issue(
    _ name: String, _ configuration: GatewayConfiguration, _ environment: Environment
  ) async throws -> String {
    let database = try Database.open(
      DatabaseConfiguration(path: configuration.database), migrations: GatewayProgram.migrations,
      environment: environment)
    let result: Result<String, any Error>
    do {
      let governance = try await Governance(
        configuration, database, environment, logger: Logger(label: "millrace.gateway"))
      let key = try await governance.partners.issueAdminKey(name, sites: configuration.sites)
      result = .success(key.text)
    } catch {
      result = .failure(error)
    }
    await database.close()
    return try result.get()
  }
}
