// RPCBenchServer's counterpart on gRPC C++'s callback API, which gRPC recommends: the same methods,
// the same messages, the same work. Prints where it listens and runs until it is killed.
//
// Handlers run on the threads that poll. In gRPC 1.51 these are half as many as the processors but
// at least two, and nothing can be set. A benchmark must count the whole process.

#include <cstdint>
#include <string>

#include "bench.grpc.pb.h"
#include "work.h"

namespace {

using grpc::CallbackServerContext;
using grpc::Status;
using millrace::production::v1::ReportProductionRequest;
using millrace::production::v1::ReportProductionResponse;

// A response of the feed has this length, like a request.
constexpr size_t kFeedBytes = 244;

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
  grpc::ServerBuilder builder;
  builder.RegisterService(&production);
  builder.RegisterService(&bench);
  std::unique_ptr<grpc::Server> server = StartListening(builder);
  if (!server) return 1;
  server->Wait();
}
