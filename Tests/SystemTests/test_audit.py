"""Who did what, and who was refused, as an auditor looks it up through the Gateway."""

import json

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import run
from Support.stubs import audit, production


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def auditor_key(plant):
    path = plant.folder / "auditor-api-key"
    path.write_text(plant.issue_key("auditor", SITE, roles=["auditor"]) + "\n")
    path.chmod(0o600)
    return path


def test_an_auditor_finds_what_a_partner_has_done_and_was_refused(plant, auditor_key):
    order = facts.unique("MO/")
    plant.system_of_record().production.ReleaseOrder(facts.release(order))
    client = plant.mes()
    client.production.AcknowledgeOrder(facts.acknowledge(order))
    refused(lambda: client.production.GetOrder(
        production.GetOrderRequest(site=OTHER_SITE, order_name=order)))
    found = [json.loads(line) for line in plant.administer(
        "audit", "query", "--service", "millrace.production", "--principal", "mes-line-1", "--json",
        api_key_file=auditor_key).splitlines()]
    done = {(row["action"].partition("/")[2], row["object"], row["outcome"]) for row in found}
    assert any(action == "AcknowledgeOrder" and order in thing and outcome == "OK"
               for action, thing, outcome in done)
    assert ("GetOrder", OTHER_SITE, "SITE_NOT_GRANTED") in done
    assert {row["principal"] for row in found} == {"mes-line-1"}
    refusals = plant.administer("audit", "query", "--service", "millrace.production", "--refused",
                                api_key_file=auditor_key)
    assert "SITE_NOT_GRANTED" in refusals and "OK" not in refusals.split()


def test_the_gateways_own_log_has_the_administration(plant, auditor_key):
    exported = [json.loads(line) for line in plant.administer(
        "audit", "export", api_key_file=auditor_key).splitlines()]
    assert [row["sequence"] for row in exported] == list(range(1, len(exported) + 1))
    assert any(row["principal"] == "admin" and row["object"] == "partner auditor"
               for row in exported)
    behind = plant.administer("audit", "export", "--after", str(len(exported) - 1),
                              api_key_file=auditor_key).splitlines()
    assert json.loads(behind[0]) == exported[-1]


def test_only_auditors_and_administrators_may_look(plant):
    ask = plant.mes().audit.ListEntries
    assert refused(lambda: ask(audit.ListEntriesRequest())).reason == "METHOD_NOT_GRANTED"
    # Past the Gateway the service itself says no.
    direct = plant.direct(roles=["mes"]).audit.ListEntries
    found = refused(lambda: direct(audit.ListEntriesRequest()))
    assert (found.code, found.reason) == (grpc.StatusCode.PERMISSION_DENIED, "AUDIT_NOT_GRANTED")


def test_a_service_that_there_is_not_and_wrong_fields_are_named(plant, auditor_key):
    ask = plant.mes(auditor_key.read_text().strip()).audit.ListEntries
    found = refused(lambda: ask(audit.ListEntriesRequest(service="millrace.nothing")))
    assert found.reason == "SERVICE_NOT_FOUND" and "millrace.production" in found.message
    found = refused(lambda: ask(audit.ListEntriesRequest(
        principal="a b", page_size=501, after_sequence=-1, correlation_id="é")))
    assert set(found.fields) == {"principal", "page_size", "after_sequence", "correlation_id"}


def test_a_file_without_a_head_proves_nothing(plant, tmp_path):
    (tmp_path / "heads.jsonl").write_text("")
    with pytest.raises(AssertionError, match="holds no head"):
        run("millrace", "audit", "verify", str(plant.folder / "production.sqlite"),
            "--heads", str(tmp_path / "heads.jsonl"))
