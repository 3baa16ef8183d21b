"""The real programs behind TLS: partners reach the Gateway, the Gateway reaches Production."""

import signal
import ssl

import grpc
import pytest

from Support import facts
from Support.certificates import Authority
from Support.client import Client
from Support.conditions import eventually
from Support.plant import Plant
from Support.stubs import health


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secured(authority, tmp_path_factory):
    """A plant whose programs all show certificates; Production asks for the Gateway's."""
    with Plant(tmp_path_factory.mktemp("secured"), authority=authority) as plant:
        yield plant


def _health(port, authority, issued=None):
    """Asks a program whether it serves, over TLS, with or without a certificate of our own."""
    credentials = grpc.ssl_channel_credentials(
        authority.certificate.read_bytes(),
        issued and issued.key.read_bytes(), issued and issued.certificate.read_bytes())
    with Client(f"localhost:{port}", credentials=credentials) as client:
        return client.health.Check(health.HealthCheckRequest(), timeout=10).status


def test_a_report_goes_through_both_doors(secured):
    name = facts.unique("MO")
    secured.system_of_record().production.ReleaseOrder(facts.release(name, "10"))
    mes = secured.mes()
    mes.production.AcknowledgeOrder(facts.acknowledge(name))
    answer = mes.production.ReportProduction(facts.report(name, 4))
    assert answer.sequence > 0


def test_production_lets_nobody_in_without_a_certificate(secured, authority):
    with pytest.raises(grpc.RpcError) as refused:
        _health(secured.production_port, authority)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert _health(secured.production_port, authority, authority.client("visitor")) == (
        health.HealthCheckResponse.SERVING)


def test_the_clear_is_not_spoken_where_tls_is(secured):
    with Client(f"localhost:{secured.gateway_port}") as client, pytest.raises(grpc.RpcError):
        client.health.Check(health.HealthCheckRequest(), timeout=10)


def test_a_new_certificate_is_shown_after_sighup_and_calls_go_on(secured, authority):
    def shown():
        pem = ssl.get_server_certificate(("127.0.0.1", secured.gateway_port))
        return ssl.PEM_cert_to_DER_cert(pem)

    before = shown()
    stream = secured.mes().health.Watch(health.HealthCheckRequest())
    assert next(stream).status == health.HealthCheckResponse.SERVING
    authority.server("gateway")
    secured.gateway.signal(signal.SIGHUP)
    eventually("the new certificate is shown", lambda: shown() != before)
    assert stream.is_active()
    stream.cancel()
    assert _health(secured.gateway_port, authority) == health.HealthCheckResponse.SERVING
