"""What those see who watch over the programs: metrics, readiness, and one identity through all logs."""

import base64
import contextlib
import json
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from Support import facts, paths
from Support.client import refused
from Support.conditions import eventually
from Support.http2 import Connection, call_headers, message
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import free_port
from Support.stubs import gateway, production, usage, versions

PROGRAMS = ("millrace-gateway", "millrace-production")


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    plant = Plant(tmp_path_factory.mktemp("plant"))
    plant.monitoring = {}
    for program in PROGRAMS:
        port = plant.monitoring[program] = free_port()
        path = plant.folder / f"{program}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {
            "monitoring": {"host": "127.0.0.1", "port": port}}))
    with plant as running:
        yield running


def ask(plant, program, path) -> tuple:
    url = f"http://127.0.0.1:{plant.monitoring[program]}{path}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metrics(plant, program) -> dict:
    """Samples by name and labels, as Prometheus's own parser reads them."""
    status, text = ask(plant, program, "/metrics")
    assert status == 200
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


def calls(found, method, status) -> float:
    return found.get((
        "rpc_server_call_duration_seconds_count", ("rpc_method", method),
        ("rpc_response_status_code", status), ("rpc_system_name", "grpc")), 0)


def test_calls_are_counted_by_method_and_status_on_both_sides_of_the_gateway(plant):
    client = plant.mes()
    name = f"{production.DESCRIPTOR.package}.ProductionService/GetOrder"
    before = {program: calls(metrics(plant, program), name, "NOT_FOUND") for program in PROGRAMS}
    for _ in range(3):
        refused(lambda: client.production.GetOrder(
            production.GetOrderRequest(site=SITE, order_name="MO/NONE")))
    for program in PROGRAMS:
        eventually(f"{program} has counted them", lambda program=program: calls(
            metrics(plant, program), name, "NOT_FOUND") == before[program] + 3)


def test_what_there_is_not_makes_no_names_in_the_metrics(plant):
    client = plant.mes()
    for number in range(3):
        refused(lambda: client.send_bytes(f"/millrace.production.v1.Made/Up{number}", b""))
        refused(lambda: client.send_bytes(f"/made.up.v{number}.Service/Method", b""))
    text = ask(plant, "millrace-gateway", "/metrics")[1]
    assert "Up1" not in text and "made.up" not in text
    assert calls(metrics(plant, "millrace-gateway"), "_OTHER", "UNIMPLEMENTED") >= 6


def test_no_label_tells_of_an_order_or_a_partner(plant):
    order = facts.unique("MO/")
    plant.system_of_record().production.ReleaseOrder(facts.release(order))
    plant.mes().production.AcknowledgeOrder(facts.acknowledge(order))
    for program in PROGRAMS:
        text = ask(plant, program, "/metrics")[1]
        assert order not in text and "mes-line-1" not in text


def test_refusals_are_counted_by_reason(plant):
    refused(lambda: plant.mes("mr_live_0").gateway.ListCases(gateway.ListCasesRequest(site=SITE)))
    found = metrics(plant, "millrace-gateway")
    assert found[("millrace_refusals_total", ("reason", "CREDENTIAL_MALFORMED"))] >= 1


def test_what_waits_is_shown_with_its_age(plant):
    found = {name[0] for program in PROGRAMS for name in metrics(plant, program)}
    assert found >= {
        "millrace_records_queued_writes", "millrace_feed_events_behind",
        "millrace_feed_oldest_age_seconds", "millrace_odoo_postings_waiting",
        "millrace_odoo_postings_oldest_age_seconds", "millrace_odoo_cases_open",
        "millrace_odoo_reachable", "millrace_service_reachable"}
    for program in PROGRAMS:
        assert metrics(plant, program)[("millrace_metrics_missing",)] == 0


def test_a_service_that_is_down_is_seen_at_the_gateway(plant):
    reachable = ("millrace_service_reachable", ("service", "millrace.production"))
    eventually("production is reached", lambda: metrics(
        plant, "millrace-gateway")[reachable] == 1)
    plant.production.stop()
    eventually("production is not reached", lambda: metrics(
        plant, "millrace-gateway")[reachable] == 0)
    assert ask(plant, "millrace-gateway", "/readyz") == (200, "ready\n")
    plant.production.start()
    eventually("production is reached again", lambda: metrics(
        plant, "millrace-gateway")[reachable] == 1)


def test_histograms_rise_to_their_count(plant):
    samples = metrics(plant, "millrace-production")
    buckets = {}
    for (name, *labels), value in samples.items():
        if name.endswith("_bucket"):
            rest = tuple(label for label in labels if label[0] != "le")
            buckets.setdefault(rest, []).append((float(dict(labels)["le"]), value))
    assert buckets
    for labels, found in buckets.items():
        counts = [count for _, count in sorted(found)]
        assert counts == sorted(counts)
        assert counts[-1] == samples[("rpc_server_call_duration_seconds_count", *labels)]


def test_ready_says_what_is_missing_and_alive_says_no_more_than_that(plant):
    for program in PROGRAMS:
        assert ask(plant, program, "/livez") == (200, "alive\n")
        assert ask(plant, program, "/readyz") == (200, "ready\n")
        assert ask(plant, program, "/nothing")[0] == 404



def log_lines(program) -> list:
    return [json.loads(line) for line in program.output().splitlines() if line.startswith("{")]


def test_one_identity_leads_through_all_logs_and_records(plant):
    for name, program in (("production", plant.production), ("gateway", plant.gateway)):
        path = plant.folder / f"millrace-{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {
            "log": {"format": "json", "level": "debug"}}))
        program.stop()
        program.start()
    client, trace = plant.mes(), "0af7651916cd43dd8448eb211c80319c"
    metadata = [("traceparent", f"00-{trace}-b7ad6b7169203331-01")]
    found = refused(lambda: client.production.GetOrder(production.GetOrderRequest(
        site=OTHER_SITE, order_name="MO/NONE"), metadata=metadata))
    assert (found.reason, found.request_id) == ("SITE_NOT_GRANTED", trace)
    for program in (plant.gateway, plant.production):
        eventually(f"{program.name} has logged it", lambda program=program: any(
            line.get("trace_id") == trace and line.get("status") == "PERMISSION_DENIED"
            and line["message"] == "a call has ended" for line in log_lines(program)))
    with contextlib.closing(sqlite3.connect(plant.folder / "production.sqlite")) as records:
        assert ("SITE_NOT_GRANTED",) in records.execute(
            "SELECT outcome FROM rs_audit WHERE correlation = ?", (trace,)).fetchall()


def ends(program) -> list:
    """The calls that a program has logged."""
    return [line for line in log_lines(program) if line["message"] == "a call has ended"]


def test_a_call_without_a_trace_is_given_one_that_leads_through_all_logs(plant):
    client = plant.mes()
    calls = {
        "behind the gateway": lambda: client.production.GetOrder(
            production.GetOrderRequest(site=OTHER_SITE, order_name="MO/NONE")),
        "at the door": lambda: client.versions.ListVersions(versions.ListVersionsRequest()),
        "of the gateway itself": lambda: client.gateway.ListCases(
            gateway.ListCasesRequest(site=OTHER_SITE)),
        "with wrong fields": lambda: client.gateway.ListCases(gateway.ListCasesRequest()),
        "of another partner": lambda: client.usage.ListUsage(
            usage.ListUsageRequest(partner="somebody")),
        "of nothing": lambda: client.send_bytes("/made.up.v1.Service/Method", b""),
    }
    found = {name: refused(call).request_id for name, call in calls.items()}
    assert len(set(found.values())) == len(calls)
    for name, trace in found.items():
        assert len(trace) == 32, name
        line = eventually(f"the call {name} is logged", lambda trace=trace: next(
            (line for line in ends(plant.gateway) if line.get("trace_id") == trace), None))
        assert line.get("principal") == (None if name == "of nothing" else "mes-line-1")
    line = eventually("production has logged it", lambda: next(
        (line for line in ends(plant.production)
         if line.get("trace_id") == found["behind the gateway"]), None))
    assert line["principal"] == "mes-line-1"


def test_a_change_of_the_administration_is_on_record_with_its_trace(plant):
    plant.administer("quota", "mes-line-1", "--burst", "500")
    with contextlib.closing(sqlite3.connect(plant.folder / "gateway.sqlite")) as records:
        traces = records.execute(
            "SELECT correlation FROM rs_audit WHERE action LIKE '%PutPartner'").fetchall()
    assert traces and all(len(trace) == 32 for (trace,) in traces)
    eventually("the call is logged", lambda: any(
        line.get("trace_id") == traces[-1][0] for line in ends(plant.gateway)))


def test_what_is_asked_of_odoo_is_logged_with_the_trace_of_what_it_is_for(plant):
    def polled():
        found = {}
        for line in log_lines(plant.gateway):
            if line["message"] == "Odoo was called":
                found.setdefault(line["trace_id"], []).append(line)
        return next((lines for lines in found.values() if len(lines) > 1), None)
    lines = eventually("one look for orders", polled)
    assert {line["site"] for line in lines} == {SITE}
    assert all("." in line["call"] for line in lines)


def test_what_the_runtime_itself_refuses_is_refused_with_a_reason_and_an_identity(plant):
    client = plant.mes()
    request = production.GetOrderRequest(site=SITE, order_name="MO/NONE")
    cases = {
        "HEADERS_TOO_LARGE": lambda: client.production.GetOrder(
            request, metadata=[("x", "a" * 9_000)]),
        "MESSAGE_TOO_LARGE": lambda: client.send_bytes(
            "/millrace.production.v1.ProductionService/GetOrder", bytes(5 << 20)),
        "METHOD_UNKNOWN": lambda: plant.direct().send_bytes("/a.B/C", b""),
    }
    for reason, call in cases.items():
        found = refused(call)
        assert (found.reason, len(found.request_id)) == (reason, 32)


def test_what_production_does_not_answer_in_time_is_refused_with_a_reason(plant):
    # A stock client would give up by itself at the same time.
    request = production.GetOrderRequest(site=SITE, order_name="MO/NONE").SerializeToString()
    fields = call_headers(
        "/millrace.production.v1.ProductionService/GetOrder",
        ("authorization", f"Bearer {plant.key}"), ("grpc-timeout", "300m"))
    with plant.production.frozen(), Connection(plant.gateway_port) as connection:
        *_, trailers = connection.open().exchange(fields, message(request))
    assert trailers["grpc-status"] == str(grpc.StatusCode.DEADLINE_EXCEEDED.value[0])
    details = base64.b64decode(trailers["grpc-status-details-bin"] + "==")
    assert b"DEADLINE_PASSED" in details and b"google.rpc.RequestInfo" in details


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_monitoring_port_that_is_taken_ends_the_program_and_is_named(plant, tmp_path, program):
    settings = json.loads((plant.folder / f"{program}.json").read_text())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings |= {
            "listen": {"host": "127.0.0.1", "port": 0},
            "database": str(tmp_path / "records.sqlite"),
            "monitoring": {"host": "127.0.0.1", "port": taken.getsockname()[1]}}
        path = tmp_path / "settings.json"
        path.write_text(json.dumps(settings))
        ended = subprocess.run([paths.program(program), "--config", path], timeout=20,
                               capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"monitoring: 127.0.0.1:{settings['monitoring']['port']}" in ended.stderr


def test_the_services_have_jemallocs_malloc(plant):
    for program in (plant.gateway, plant.production):
        assert "libjemalloc" in Path(f"/proc/{program.pid}/maps").read_text()


def test_a_clean_stop_logs_no_error(plant):
    for program in (plant.gateway, plant.production):
        program.stop()
        assert not [line for line in program.output().splitlines()
                    if '"level":"error"' in line or " error " in line]
        program.start()
