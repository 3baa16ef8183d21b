// RPCBenchServer's counterpart on gRPC C++: the same methods, the same messages, the same work.
//
// Called as `peer`. Prints where it listens and runs until it is killed.
//
// What is set, and what is not:
// - The callback API, gRPC C++'s own recommendation. It runs handlers on the threads that poll, so
//   no call changes threads. In 1.51 these are max(2, processors / 2) and there is no way to ask
//   for one; with two processors there are two. A benchmark must count the whole process.
// - No SO_REUSEPORT, so that all connections have one listener: there is nothing to spread.
// - Nothing else. Windows, frames and buffers are gRPC's defaults, which tune themselves (BDP).

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"
#include "millrace/production/v1/production.grpc.pb.h"

namespace {

using grpc::CallbackServerContext;
using grpc::Status;
using millrace::production::v1::ReportProductionRequest;
using millrace::production::v1::ReportProductionResponse;

// A response of the feed has this length, like a request.
constexpr size_t kFeedBytes = 244;

// The work of every method; decoding and encoding is around it.
void Answer(const ReportProductionRequest& request, ReportProductionResponse* response) {
  response->set_receipt(millrace::common::v1::RECEIPT_ACCEPTED);
  response->set_report_id(request.header().source_event_id());
  response->set_sequence(request.header().source_sequence());
  response->set_order_state(millrace::production::v1::ORDER_STATE_RUNNING);
}

class Production final : public millrace::production::v1::ProductionService::CallbackService {
  grpc::ServerUnaryReactor* ReportProduction(
      CallbackServerContext* context, const ReportProductionRequest* request,
      ReportProductionResponse* response) override {
    Answer(*request, response);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(Status::OK);
    return reactor;
  }
};

// Writes the feed, each response after the one before has been taken.
class FeedReactor final : public grpc::ServerWriteReactor<ReportProductionResponse> {
 public:
  explicit FeedReactor(const ReportProductionRequest& request)
      : remaining_(request.header().source_sequence()) {
    Answer(request, &response_);
    // What is missing to the fixed length goes into the one text that may be long. Its length takes
    // two bytes then instead of one, so that one character less than missing is added.
    response_.set_report_id("r");
    response_.set_report_id(std::string(kFeedBytes - response_.ByteSizeLong(), 'r'));
    Next();
  }

 private:
  void Next() {
    if (remaining_-- > 0) {
      StartWrite(&response_);
    } else {
      Finish(Status::OK);
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      Next();
    } else {
      Finish(Status(grpc::StatusCode::UNKNOWN, "the caller is gone"));
    }
  }

  void OnDone() override { delete this; }

  int64_t remaining_;
  ReportProductionResponse response_;
};

// Reads and answers in turn.
class EchoReactor final
    : public grpc::ServerBidiReactor<ReportProductionRequest, ReportProductionResponse> {
 public:
  EchoReactor() { StartRead(&request_); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(Status::OK);
    Answer(request_, &response_);
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(Status(grpc::StatusCode::UNKNOWN, "the caller is gone"));
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

  ReportProductionRequest request_;
  ReportProductionResponse response_;
};

class Bench final : public millrace::bench::v1::BenchService::CallbackService {
  grpc::ServerWriteReactor<ReportProductionResponse>* Feed(
      CallbackServerContext*, const ReportProductionRequest* request) override {
    return new FeedReactor(*request);
  }

  grpc::ServerBidiReactor<ReportProductionRequest, ReportProductionResponse>* Echo(
      CallbackServerContext*) override {
    return new EchoReactor();
  }
};

}  // namespace

int main() {
  Production production;
  Bench bench;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&production);
  builder.RegisterService(&bench);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
