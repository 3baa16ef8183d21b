"""Reflection, asked by the stock client of grpcio-reflection.

What it gives away is compared with what protoc makes of proto/, not with anything of ours.
"""

import json

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection_pb2 as reflection
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase as Database)
from grpc_tools import protoc

from Support.client import CALL_SECONDS
from Support.paths import PROTO
from Support.plant import Plant

OWN = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
       "grpc.reflection.v1alpha.ServerReflection"]
PRODUCTION = ["millrace.audit.v1.AuditService", "millrace.events.v1.EventFeedService",
              "millrace.genealogy.v1.GenealogyService", "millrace.identity.v1.RevocationService",
              "millrace.production.v1.ProductionService"]
VERSIONS = ["v1", "v1alpha"]


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """Every contract as protoc sees it, by the file's name."""
    out = tmp_path_factory.mktemp("protoc") / "set"
    roots = [PROTO, PROTO / "third_party"]
    files = sorted(str(path.relative_to(root)) for root in roots for path in root.rglob("*.proto")
                   if root != PROTO or "third_party" not in path.parts)
    assert protoc.main(["protoc", *(f"--proto_path={root}" for root in roots),
                        f"--descriptor_set_out={out}", *files]) == 0
    found = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    return {file.name: file for file in found}


@pytest.fixture(scope="module")
def channel(plant):
    with grpc.insecure_channel(f"127.0.0.1:{plant.production_port}") as connection:
        yield connection


def talk(channel, version, *questions):
    """The answers to some questions of one call."""
    call = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection.ServerReflectionResponse.FromString)
    return list(call(iter(questions), timeout=CALL_SECONDS))


def asks(**fields):
    return reflection.ServerReflectionRequest(**fields)


def files_of(answer):
    """The files in an answer."""
    return [descriptor_pb2.FileDescriptorProto.FromString(each)
            for each in answer.file_descriptor_response.file_descriptor_proto]


def code_of(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value.code()


def test_a_tool_finds_the_services_of_a_program(channel):
    assert sorted(Database(channel).get_services()) == sorted([*OWN, *PRODUCTION])


@pytest.mark.parametrize("service", [*OWN, *PRODUCTION])
def test_all_that_a_service_needs_is_what_protoc_makes_of_it(channel, truth, service):
    database = Database(channel)
    unread = [database.FindFileContainingSymbol(service)]
    seen = set()
    while unread:
        file = unread.pop()
        assert file == truth[file.name]
        seen.add(file.name)
        unread += [database.FindFileByName(name) for name in file.dependency if name not in seen]
    assert seen


def test_the_messages_that_travel_as_bytes_are_found(channel, truth):
    database = Database(channel)
    for name in ("google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.BadRequest",
                 "millrace.production.v1.OrderTotalsChanged",
                 "millrace.production.v1.OrderChanged"):
        file = database.FindFileContainingSymbol(name)
        assert file == truth[file.name]


def test_every_kind_of_name_leads_to_its_file(channel):
    health = "grpc/health/v1/health.proto"
    for name in ("Health", "Health.Check", "HealthCheckResponse", "HealthCheckResponse.status",
                 "HealthCheckResponse.ServingStatus", "HealthCheckResponse.SERVING",
                 "HealthListResponse.StatusesEntry"):
        answer, = talk(channel, "v1", asks(file_containing_symbol=f"grpc.health.v1.{name}"))
        assert files_of(answer)[0].name == health, name


def test_a_call_can_be_made_with_nothing_but_reflection(channel):
    pool = descriptor_pool.DescriptorPool(Database(channel))
    check = pool.FindServiceByName("grpc.health.v1.Health").FindMethodByName("Check")
    request, response = (
        message_factory.GetMessageClass(each) for each in (check.input_type, check.output_type))
    call = channel.unary_unary(
        f"/{check.containing_service.full_name}/{check.name}",
        request_serializer=request.SerializeToString, response_deserializer=response.FromString)
    answer = call(request(service=PRODUCTION[1]), timeout=CALL_SECONDS)
    states = response.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_number
    assert states[answer.status].name == "SERVING"


def test_what_is_not_there_is_not_found(channel):
    database = Database(channel)
    for look in (
        lambda: database.FindFileByName("nobody.proto"),
        lambda: database.FindFileContainingSymbol("nobody.Nothing"),
        lambda: database.FindFileContainingSymbol("grpc.health.v1"),
        lambda: database.FindAllExtensionNumbers("nobody.Nothing"),
    ):
        with pytest.raises(KeyError):
            look()


def test_no_message_has_extensions(channel):
    extension = reflection.ExtensionRequest(
        containing_type="google.rpc.Status", extension_number=100)
    answer, = talk(channel, "v1", asks(file_containing_extension=extension))
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    database = Database(channel)
    assert database.FindAllExtensionNumbers("google.rpc.Status") == []


def test_contracts_of_other_programs_are_not_shown(channel):
    database = Database(channel)
    with pytest.raises(KeyError):
        database.FindFileContainingSymbol("millrace.gateway.v1.GatewayService")
    with pytest.raises(KeyError):
        database.FindFileByName("millrace/gateway/v1/gateway.proto")


def test_both_versions_answer_alike(channel):
    questions = [
        asks(list_services="*"), asks(file_by_filename="millrace/common/v1/common.proto"),
        asks(file_containing_symbol=PRODUCTION[0]), asks(file_containing_symbol="nobody"),
        asks(all_extension_numbers_of_type="google.rpc.Status"), asks(host="here")]
    new, old = (talk(channel, version, *questions) for version in VERSIONS)
    assert new == old
    assert [answer.original_request for answer in new] == questions
    assert new[-1].valid_host == "here"
    assert new[-1].error_response.error_code == grpc.StatusCode.INVALID_ARGUMENT.value[0]


def test_a_file_is_sent_once_in_a_call_unless_it_is_asked_for(channel):
    common, feed = "millrace/common/v1/common.proto", "millrace/events/v1/events.proto"
    answers = talk(channel, "v1", asks(file_by_filename=feed), asks(file_by_filename=common),
                   asks(file_by_filename=feed))
    first, second, third = ([file.name for file in files_of(each)] for each in answers)
    assert first[0] == feed and common in first and len(set(first)) == len(first)
    assert second == [common]
    assert third == [feed]


def test_a_name_too_long_to_be_one_ends_the_call(channel):
    for question in (asks(file_containing_symbol="x" * 1_025), asks(host="x" * 1_025)):
        assert code_of(lambda: talk(channel, "v1", question)) == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("version", VERSIONS)
def test_partners_see_no_reflection_unless_it_is_switched_on(plant, version):
    with grpc.insecure_channel(f"127.0.0.1:{plant.gateway_port}") as partner:
        code = code_of(lambda: talk(partner, version, asks(list_services="")))
        assert code == grpc.StatusCode.UNIMPLEMENTED


def test_reflection_is_switched_by_the_configuration(tmp_path, truth):
    switched = Plant(tmp_path / "plant")
    for program, is_on in (("millrace-gateway", True), ("millrace-production", False)):
        path = switched.folder / f"{program}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"reflection": is_on}))
    with switched:
        with grpc.insecure_channel(f"127.0.0.1:{switched.gateway_port}") as partner:
            database = Database(partner)
            assert sorted(database.get_services()) == sorted([
                *OWN, "millrace.audit.v1.AuditService", "millrace.gateway.v1.GatewayService", "millrace.gateway.v1.PartnerService",
                "millrace.gateway.v1.TokenService",
                "millrace.gateway.v1.UsageService", "millrace.gateway.v1.VersionService",
                "millrace.masterdata.v1.MasterDataService", "millrace.production.v1.ProductionService"])
            file = database.FindFileContainingSymbol("millrace.gateway.v1.GatewayService")
            assert file == truth[file.name]
        with grpc.insecure_channel(f"127.0.0.1:{switched.production_port}") as direct:
            code = code_of(lambda: talk(direct, "v1", asks(list_services="")))
            assert code == grpc.StatusCode.UNIMPLEMENTED
