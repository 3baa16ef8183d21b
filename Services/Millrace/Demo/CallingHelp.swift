/// How to call what the demo leaves running.
enum CallingHelp {
  /// The lines to print.
  static func lines(_ services: Services, _ gateway: GatewayAddress, _ odoo: OdooClient)
    -> [String]
  {
    [
      "",
      "Everything stays up until Ctrl-C.",
      "  Gateway (gRPC)   \(gateway.text)",
      "  API key          \(services.apiKey)",
      "  Odoo (sandbox)   \(odoo.url)/jsonrpc, database \(odoo.database), login \(odoo.login)",
      "",
      "From Python (pip install grpcio grpcio-tools; stubs: python -m grpc_tools.protoc",
      "-I proto -I proto/third_party --python_out=. --grpc_python_out=.",
      "proto/millrace/common/v1/common.proto proto/millrace/production/v1/production.proto):",
      "",
      "  import grpc",
      "  from millrace.production.v1 import production_pb2, production_pb2_grpc",
      "  channel = grpc.insecure_channel('\(gateway.text)')",
      "  production = production_pb2_grpc.ProductionServiceStub(channel)",
      "  print(production.ListOrders(",
      "      production_pb2.ListOrdersRequest(site='\(Installation.site)'),",
      "      metadata=[('authorization', 'Bearer \(services.apiKey)')]))",
    ]
  }
}
