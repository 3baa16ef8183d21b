"""A stock gRPC client, and how it reads a refusal."""

import collections
import dataclasses

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from Support.stubs import (
    audit_grpc, events_grpc, gateway_grpc, health_grpc, inventory_grpc, masterdata_grpc,
    partners_grpc, procurement_grpc, production_grpc, quality_grpc, tokens_grpc, usage_grpc,
    versions_grpc)

CALL_SECONDS = 15
"""A test's call never waits longer than this for its answer."""

_Details = collections.namedtuple(
    "_Details", "method timeout metadata credentials wait_for_ready compression")


class _Defaults(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor,
                grpc.StreamUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Adds the caller's metadata to every call, and a deadline to those that have none."""

    def __init__(self, metadata, seconds):
        self._metadata = list(metadata)
        self._seconds = seconds

    def _details(self, details):
        return _Details(
            details.method, self._seconds if details.timeout is None else details.timeout,
            [*self._metadata, *(details.metadata or [])], details.credentials,
            details.wait_for_ready, details.compression)

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._details(details), request)

    def intercept_unary_stream(self, continuation, details, request):
        return continuation(self._details(details), request)

    def intercept_stream_unary(self, continuation, details, requests):
        return continuation(self._details(details), requests)

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(self._details(details), requests)


class Client:
    """One connection with the stubs of every service."""

    def __init__(self, address: str, metadata=(), seconds: float = CALL_SECONDS,
                 credentials=None):
        options = [("grpc.use_local_subchannel_pool", 1),
                   ("grpc.initial_reconnect_backoff_ms", 100),
                   ("grpc.max_reconnect_backoff_ms", 500)]
        self._connection = (
            grpc.secure_channel(address, credentials, options) if credentials
            else grpc.insecure_channel(address, options))
        self.channel = grpc.intercept_channel(self._connection, _Defaults(metadata, seconds))
        self.production = production_grpc.ProductionServiceStub(self.channel)
        self.masterdata = masterdata_grpc.MasterDataServiceStub(self.channel)
        self.inventory = inventory_grpc.InventoryServiceStub(self.channel)
        self.procurement = procurement_grpc.ProcurementServiceStub(self.channel)
        self.quality = quality_grpc.QualityServiceStub(self.channel)
        self.gateway = gateway_grpc.GatewayServiceStub(self.channel)
        self.partners = partners_grpc.PartnerServiceStub(self.channel)
        self.audit = audit_grpc.AuditServiceStub(self.channel)
        self.tokens = tokens_grpc.TokenServiceStub(self.channel)
        self.usage = usage_grpc.UsageServiceStub(self.channel)
        self.versions = versions_grpc.VersionServiceStub(self.channel)
        self.events = events_grpc.EventFeedServiceStub(self.channel)
        self.health = health_grpc.HealthStub(self.channel)

    def send_bytes(self, path: str, message: bytes):
        """Sends bytes as the one message of a unary call, whatever they are."""
        call = self.channel.unary_unary(
            path, request_serializer=lambda value: value, response_deserializer=lambda value: value)
        return call(message)

    def close(self):
        self._connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A refused call as its caller sees it, without parsing text."""

    code: grpc.StatusCode
    message: str
    reason: str
    domain: str
    fields: dict
    """Field path to the descriptions of what is wrong with it."""
    retry_seconds: float | None
    request_id: str = ""
    """By which it is found in the logs of the programs."""


def refusal(error: grpc.RpcError) -> Refusal:
    """Reads google.rpc.Status from the trailers; a refusal without it has an empty reason."""
    rich = rpc_status.from_call(error)
    reason = domain = request_id = ""
    fields, retry = {}, None
    for detail in rich.details if rich else ():
        info = error_details_pb2.ErrorInfo()
        bad = error_details_pb2.BadRequest()
        again = error_details_pb2.RetryInfo()
        request = error_details_pb2.RequestInfo()
        if detail.Unpack(info):
            reason, domain = info.reason, info.domain
        elif detail.Unpack(bad):
            for violation in bad.field_violations:
                fields.setdefault(violation.field, []).append(violation.description)
        elif detail.Unpack(request):
            request_id = request.request_id
        elif detail.Unpack(again):
            retry = again.retry_delay.seconds + again.retry_delay.nanos / 1e9
    return Refusal(error.code(), error.details(), reason, domain, fields, retry, request_id)


def refused(call) -> Refusal:
    """Makes a call that must be refused, with everything that every refusal of Millrace has."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            answer = next(answer)
    except grpc.RpcError as error:
        found = refusal(error)
        assert found.domain == "millrace", f"no ErrorInfo of Millrace: {found}"
        assert found.reason == found.reason.upper() and found.reason, found
        assert found.message, found
        return found
    raise AssertionError(f"accepted: {answer}")
