"""Services and the Gateway are deployed one by one, so each has to get on with its neighbours' last version.

Until there is a release, the last version is the stored contracts, `Tests/Fixtures/contracts.binpb`. When there is one (a tag
`v…`), it is its contracts. They are renewed with every release: `buf build -o Tests/Fixtures/contracts.binpb`.
"""

import subprocess

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from Support import facts
from Support.paths import FIXTURES, PROTO, ROOT
from Support.plant import SITE, Plant
from Support.stubs import production

BUF = ROOT / ".venv" / "bin" / "buf"
STORED = FIXTURES / "contracts.binpb"


def last_version() -> bytes:
    """The contracts of the last release as a descriptor set, or those that are stored."""
    tags = subprocess.run(["git", "tag", "--list", "v*", "--sort=-version:refname"], cwd=ROOT,
                          capture_output=True, text=True, check=True).stdout.split()
    if not tags:
        return STORED.read_bytes()
    return subprocess.run(
        [BUF, "build", f"{ROOT}/.git#ref={tags[0]},subdir=proto", "-o", "-#format=binpb"],
        capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def before():
    """The types of the last version, apart from today's."""
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(last_version()).file:
        pool.Add(file)
    return pool


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


def test_no_contract_breaks_the_last_version(tmp_path):
    (tmp_path / "last.binpb").write_bytes(last_version())
    said = subprocess.run(
        [BUF, "breaking", "--against", str(tmp_path / "last.binpb")], cwd=PROTO,
        capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_contract_that_breaks_it_would_be_found(tmp_path):
    """The check can fail: a contract whose field has another number does not pass."""
    copy = tmp_path / "proto"
    subprocess.run(["cp", "-r", str(PROTO), str(copy)], check=True)
    contract = copy / "millrace" / "production" / "v1" / "production.proto"
    text = contract.read_text()
    assert "string order_name = 2;" in text
    contract.write_text(text.replace("string order_name = 2;", "string order_name = 99;", 1))
    (tmp_path / "last.binpb").write_bytes(last_version())
    said = subprocess.run(
        [BUF, "breaking", "--against", str(tmp_path / "last.binpb")], cwd=copy,
        capture_output=True, text=True, check=False)
    assert said.returncode != 0


def caller(before, channel, service, metadata):
    """Calls a method of a service with the types of the last version."""
    descriptor = before.FindServiceByName(service)

    def call(name, request):
        method = descriptor.methods_by_name[name]
        kind = message_factory.GetMessageClass(method.input_type)
        message = kind.FromString(request.SerializeToString())
        assert message.SerializeToString(deterministic=True) == request.SerializeToString(
            deterministic=True), "the last version does not know all of this request"
        answer = channel.unary_unary(
            f"/{service}/{name}", request_serializer=kind.SerializeToString,
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString)
        return answer(message, metadata=metadata, timeout=15)

    return call


@pytest.mark.parametrize("way", ["through the Gateway", "as the Gateway"])
def test_a_neighbour_of_the_last_version_gets_a_whole_order_done(plant, before, way):
    """A partner, and the Gateway itself, that know only the contracts of the last version."""
    if way == "as the Gateway":
        port, metadata = plant.production_port, [("millrace-principal", plant.principal(
            kind="integration", subject="gateway-odoo", sites=(SITE,)))]
    else:
        port, metadata = plant.gateway_port, [("authorization", f"Bearer {plant.key}")]
    order = facts.unique("MO/")
    plant.system_of_record().production.ReleaseOrder(facts.release(order))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = caller(before, channel, "millrace.production.v1.ProductionService", metadata)
        call("AcknowledgeOrder", facts.acknowledge(order))
        report = facts.report(order, 1)
        assert call("ReportProduction", report).receipt == 1
        assert call("ReportProduction", report).receipt == 2
        kept = call("GetOrder", production.GetOrderRequest(site=SITE, order_name=order)).order
        assert kept.name == order and kept.progress.good.value == "1"


def test_an_operation_that_the_last_version_has_is_still_there(before):
    """Methods are never taken away within a version of a package."""
    today = {f"{service.full_name}/{method.name}" for file in _files()
             for service in file.services_by_name.values() for method in service.methods}
    for file in descriptor_pb2.FileDescriptorSet.FromString(last_version()).file:
        for service in file.service:
            for method in service.method:
                name = f"{file.package}.{service.name}/{method.name}"
                assert not file.package.startswith("millrace.") or name in today, name


def _files():
    pool = descriptor_pool.Default()
    return [pool.FindFileByName(str(path.relative_to(PROTO)))
            for path in sorted(PROTO.glob("millrace/**/*.proto"))]
