"""MasterData as those use it who look after units and items: stock clients through the Gateway."""

import itertools
import json

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import run
from Support.stubs import audit, common, masterdata

RELEASED, WITHDRAWN = masterdata.LIFE_CYCLE_RELEASED, masterdata.LIFE_CYCLE_WITHDRAWN


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def steward(plant):
    """Who looks after the records."""
    client = plant.mes(plant.issue_key("steward", SITE, roles=["steward"])).masterdata
    put(client, units=[unit("Units"), unit("Dozens", 12)])
    return client


def unit(code, numerator=1, denominator=1, life_cycle=RELEASED):
    return masterdata.Unit(
        head=masterdata.RecordHead(code=code, life_cycle=life_cycle), category="count",
        reference_ratio=masterdata.Ratio(numerator=numerator, denominator=denominator), rounding="1")


def item(code, life_cycle=RELEASED, **fields):
    return masterdata.Item(
        head=masterdata.RecordHead(code=code, life_cycle=life_cycle),
        **{"description": f"Item {code}", "tracking": common.TRACKING_NONE, "unit": "Units",
           **fields})


def put(client, units=(), items=(), **options):
    if units:
        return client.UpsertUnits(masterdata.UpsertUnitsRequest(
            site=SITE, units=units, **options)).outcomes
    return client.UpsertItems(masterdata.UpsertItemsRequest(
        site=SITE, items=items, **options)).outcomes


def test_a_batch_is_answered_record_by_record(steward):
    outcomes = put(steward, items=[item("A"), item("B", unit="furlong"), item("A-2", description="")])
    assert [each.receipt for each in outcomes] == [
        common.RECEIPT_ACCEPTED, common.RECEIPT_REJECTED, common.RECEIPT_REJECTED]
    assert [each.rejection.reason for each in outcomes] == ["", "REFERENCE_UNKNOWN", "INVALID_FIELDS"]
    assert outcomes[2].rejection.violations[0].field == "items[2].description"
    found = steward.GetItems(masterdata.GetItemsRequest(site=SITE, codes=["A", "B"]))
    assert [each.head.code for each in found.items] == ["A"]
    assert list(found.missing_codes) == ["B"]


def test_a_site_that_is_not_granted_says_nothing(plant, steward):
    for request in (masterdata.ListItemsRequest(site=OTHER_SITE), masterdata.ListItemsRequest(site="X")):
        assert refused(lambda request=request: steward.ListItems(request)).reason == "SITE_NOT_GRANTED"


def test_a_watcher_that_was_away_misses_nothing(plant, steward):
    reader = plant.mes(plant.issue_key("reader", SITE, roles=["wms"])).masterdata

    def watch(token, count):
        stream = reader.WatchChanges(
            masterdata.WatchChangesRequest(site=SITE, resume_token=token), timeout=60)
        seen = list(itertools.islice(stream, count))
        stream.cancel()
        return seen

    put(steward, items=[item("W-0")])
    token = _token_of(reader, "W-0")
    wanted = [f"W-{number}" for number in range(1, 2_001)]
    for start in range(0, len(wanted), 500):
        put(steward, items=[item(code) for code in wanted[start:start + 500]])
    plant.masterdata.kill()
    plant.masterdata.start()
    assert [each.record.item.head.code for each in watch(token, len(wanted))] == wanted


def _token_of(reader, code) -> str:
    """The token of an item's last change."""
    stream = reader.WatchChanges(masterdata.WatchChangesRequest(site=SITE), timeout=60)
    token = next(
        change.resume_token for change in stream if change.record.item.head.code == code)
    stream.cancel()
    return token


def test_who_changed_what_is_shown_to_an_auditor(plant, steward):
    put(steward, items=[item("AUDITED")])
    entries = plant.admin().audit.ListEntries(
        audit.ListEntriesRequest(service="millrace.masterdata", principal="steward")).entries
    assert any(entry.object == "item AUDITED" for entry in entries)


def test_the_records_are_backed_up_and_inspected_like_any_other(plant, steward):
    put(steward, items=[item("KEPT")])
    database = str(plant.folder / "masterdata.sqlite")
    run("millrace", "backup", database, str(plant.folder / "backup"))
    inspected = json.loads(run("millrace", "inspect", database, "--json"))
    assert inspected["rows"]["records"] > 0
    run("millrace", "audit", "verify", database)


def test_while_it_is_down_the_others_go_on(plant, steward):
    plant.masterdata.stop()
    listing = masterdata.ListUnitsRequest(site=SITE)
    found = refused(lambda: steward.ListUnits(listing))
    assert (found.reason, found.retry_seconds) == ("SERVICE_DOWN", 1.0)
    name = facts.unique("MO")
    plant.system_of_record().production.ReleaseOrder(facts.release(name))
    plant.mes().production.AcknowledgeOrder(facts.acknowledge(name))
    plant.masterdata.start()
    eventually("it answers again", lambda: _answers(steward, listing))


def _answers(steward, listing) -> bool:
    try:
        return bool(steward.ListUnits(listing).units)
    except grpc.RpcError:
        return False
