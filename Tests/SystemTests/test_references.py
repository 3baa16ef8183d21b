"""Production's copy of master data: what is unknown is refused or becomes a case, also while MasterData is down."""

import time

import grpc
import pytest

from Support import facts
from Support.client import refusal, refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.stubs import common, gateway, masterdata, production, timestamp

RELEASED = masterdata.LIFE_CYCLE_RELEASED


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant"), unknown_codes={SITE: "case", OTHER_SITE: "refuse"}) as running:
        yield running


@pytest.fixture(scope="module")
def steward(plant):
    client = plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"])).masterdata
    client.UpsertUnits(masterdata.UpsertUnitsRequest(site=SITE, units=[
        _unit("Units"), _unit("Dozens", 12)]))
    return client


def _head(code, life_cycle=RELEASED):
    return masterdata.RecordHead(code=code, life_cycle=life_cycle)


def _unit(code, numerator=1):
    return masterdata.Unit(
        head=_head(code), category="Unit", rounding="1",
        reference_ratio=masterdata.Ratio(numerator=numerator, denominator=1))


def _put_items(steward, *codes, life_cycle=RELEASED):
    outcomes = steward.UpsertItems(masterdata.UpsertItemsRequest(site=SITE, items=[
        masterdata.Item(head=_head(code, life_cycle), description=code, unit="Units",
                        tracking=common.TRACKING_NONE) for code in codes])).outcomes
    assert all(each.receipt != common.RECEIPT_REJECTED for each in outcomes), outcomes


def _release(plant, name, item, site=SITE, unit="Units"):
    return plant.system_of_record().production.ReleaseOrder(production.ReleaseOrderRequest(
        request_id=facts.unique("request"), site=site, order_name=name, item_code=item,
        planned_quantity=common.Quantity(value="12", unit=unit), tracking=common.TRACKING_NONE,
        planned_start_at=timestamp.Timestamp(seconds=int(time.time()))))


def _cases(plant, name):
    """The open cases about what an order names."""
    listed = plant.mes().gateway.ListCases(
        gateway.ListCasesRequest(site=SITE, open_only=True)).cases
    return [each.explanation for each in listed
            if each.order_name == name and each.reason == "REFERENCES_UNKNOWN"]


def _refused(plant, item, unit="Units"):
    return refused(lambda: _release(plant, facts.unique("MO"), item, OTHER_SITE, unit))


def test_an_order_of_an_unknown_item_is_refused_where_the_site_wants_it(plant, steward):
    _put_items(steward, "KNOWN")
    eventually("the copy knows the item",
               lambda: not _is_refused(plant, "KNOWN"))
    found = _refused(plant, "UNKNOWN")
    assert (found.reason, list(found.fields)) == (
        "REFERENCE_UNKNOWN", ["item_code"])
    found = _refused(plant, "KNOWN", "furlong")
    assert list(found.fields) == ["planned_quantity.unit"]
    found = _refused(plant, "KNOWN", "Dozens")
    assert "exactly" in found.fields["planned_quantity.unit"][0]


def _is_refused(plant, item):
    try:
        _release(plant, facts.unique("MO"), item, OTHER_SITE)
    except grpc.RpcError:
        return True
    return False


def test_elsewhere_it_becomes_a_case_that_closes_when_the_item_comes(plant, steward):
    name, item = facts.unique("MO"), facts.unique("ITEM")
    _release(plant, name, item)
    eventually("a case", lambda: _cases(plant, name))
    assert f"item_code must be a released item: {item}" in _cases(plant, name)[0]
    _put_items(steward, item)
    eventually("no case", lambda: not _cases(plant, name))


def test_while_masterdata_is_down_known_orders_go_on_and_nobody_is_refused_for_long(plant, steward):
    _put_items(steward, "GOES-ON")
    eventually("the copy knows the item", lambda: not _is_refused(plant, "GOES-ON"))
    plant.masterdata.stop()
    _release(plant, facts.unique("MO"), "GOES-ON", OTHER_SITE)
    plant.production.stop()
    plant.production.start()
    _release(plant, facts.unique("MO"), "GOES-ON", OTHER_SITE)
    plant.masterdata.start()
    _put_items(plant.mes(plant.issue_key("steward-2", SITE, roles=["steward"])).masterdata, "AFTER")
    eventually("the copy follows again", lambda: not _is_refused(plant, "AFTER"))


def test_who_owns_an_order_is_enforced_where_it_is_written(plant, steward):
    rule = masterdata.OwnershipRule(
        head=_head("reports"), subject="production_report", owner="line-2")
    name = facts.unique("MO")
    _release(plant, name, "KNOWN")
    line_1 = plant.mes(plant.issue_key("line-1", SITE)).production
    line_2 = plant.mes(plant.issue_key("line-2", SITE)).production
    line_1.AcknowledgeOrder(facts.acknowledge(name))
    line_1.ReportProduction(facts.report(name, 1))
    steward.SetOwnershipRules(masterdata.SetOwnershipRulesRequest(site=SITE, ownership_rules=[rule]))
    eventually("the rule holds", lambda: _not_owner(line_1, name))
    line_2.ReportProduction(facts.report(name, 1))
    rule.head.life_cycle = masterdata.LIFE_CYCLE_WITHDRAWN
    steward.SetOwnershipRules(masterdata.SetOwnershipRulesRequest(site=SITE, ownership_rules=[rule]))
    eventually("the rule is gone", lambda: not _not_owner(line_1, name))


def _not_owner(client, name):
    try:
        client.ReportProduction(facts.report(name, 1))
    except grpc.RpcError as error:
        assert refusal(error).reason == "NOT_OWNER"
        assert "belongs to line-2" in error.details()
        return True
    return False
