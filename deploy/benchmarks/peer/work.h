// What both peers do: the work of the methods, and serving them on a free port.
#pragma once

#include <cstdio>
#include <memory>

#include <grpcpp/grpcpp.h>

#include "millrace/production/v1/production.grpc.pb.h"

// The work of every method; decoding and encoding is around it.
inline void Answer(
    const millrace::production::v1::ReportProductionRequest& request,
    millrace::production::v1::ReportProductionResponse* response) {
  response->set_receipt(millrace::common::v1::RECEIPT_ACCEPTED);
  response->set_report_id(request.header().source_event_id());
  response->set_sequence(request.header().source_sequence());
  response->set_order_state(millrace::production::v1::ORDER_STATE_RUNNING);
}

// Starts what the builder has and prints where it listens; null when that fails.
//
// Without SO_REUSEPORT all connections have one listener: there is nothing to spread. All else is
// gRPC's default; windows and frames tune themselves there (BDP).
inline std::unique_ptr<grpc::Server> StartListening(grpc::ServerBuilder& builder) {
  int port = 0;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server) {
    std::printf("listening on 127.0.0.1:%d\n", port);
    std::fflush(stdout);
  }
  return server;
}
