// RPCBenchServer's counterpart on gRPC C++'s completion queues, unary only.
//
// Prints where it listens and runs until it is killed. One queue and one thread that polls it and
// does the work, which the callback API can't be told: gRPC C++ with the least changes of threads.
// gRPC calls it the API for experts and recommends the other one.

#include "work.h"

namespace {

using millrace::production::v1::ProductionService;
using millrace::production::v1::ReportProductionRequest;
using millrace::production::v1::ReportProductionResponse;
using Service = ProductionService::WithAsyncMethod_ReportProduction<ProductionService::Service>;

// Calls that are prepared before they arrive. Of 100, 1,000 and 10,000 this was the cheapest under
// every load of the bench: what waits longer has left the processor's cache.
constexpr int kPreparedCalls = 100;

// One call, from waiting for it to its end.
class Call {
 public:
  Call(Service* service, grpc::ServerCompletionQueue* queue)
      : service_(service), queue_(queue), writer_(&context_) {
    service_->RequestReportProduction(&context_, &request_, &writer_, queue_, queue_, this);
  }

  // The queue has something for this call: its request, or that its response was sent.
  void Proceed(bool ok) {
    if (!ok || is_answered_) {
      delete this;
      return;
    }
    new Call(service_, queue_);
    Answer(request_, &response_);
    is_answered_ = true;
    writer_.Finish(response_, grpc::Status::OK, this);
  }

 private:
  Service* service_;
  grpc::ServerCompletionQueue* queue_;
  grpc::ServerContext context_;
  ReportProductionRequest request_;
  ReportProductionResponse response_;
  grpc::ServerAsyncResponseWriter<ReportProductionResponse> writer_;
  bool is_answered_ = false;
};

}  // namespace

int main() {
  Service service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> server = StartListening(builder);
  if (!server) return 1;
  for (int count = 0; count < kPreparedCalls; count++) new Call(&service, queue.get());
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed(ok);
}
