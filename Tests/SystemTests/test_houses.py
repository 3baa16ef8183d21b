"""Across the houses, by their watches alone: holds stop what they cover everywhere, shortages become supply signals,
genealogy becomes traces; and what is known goes on counting while its source is down."""

import time

import grpc
import pytest

from Support import facts
from Support.client import refusal, refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.stubs import common, inventory, procurement, production, quality

STORE, LINE = "WH/Stock", "WH/Line"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant"), all_houses=True) as running:
        yield running


@pytest.fixture(scope="module")
def people(plant):
    """A client for each role of the plant, through the Gateway."""
    def client(name, role):
        return plant.mes(plant.issue_key(name, SITE, roles=[role]))
    return {role: client(f"the-{role}", role) for role in ("mes", "wms", "quality", "planner")}


def _amount(value):
    return common.Quantity(value=str(value), unit="Units")


def _lot(item, lot):
    return quality.HoldTarget(lot=quality.LotTarget(item_code=item, lot=lot))


def _place(people, target):
    return people["quality"].quality.PlaceHold(quality.PlaceHoldRequest(
        site=SITE, request_id=facts.unique("hold"), target=target, reason="cracks")).hold.hold_id


def _release(people, hold):
    people["quality"].quality.ReleaseHold(quality.ReleaseHoldRequest(
        site=SITE, request_id=facts.unique("release"), hold_id=hold, reason="looked at"))


def _move(people, item, lot, quantity, to, source="", **fields):
    kind = inventory.MOVEMENT_TYPE_TRANSFER if source else inventory.MOVEMENT_TYPE_RECEIPT
    return people["wms"].inventory.RecordMovement(inventory.RecordMovementRequest(
        site=SITE, movement=inventory.MovementReport(
            header=facts.header(), type=kind, item_code=item, lot=lot, from_location=source,
            to_location=to, quantity=_amount(quantity), **fields))).movement


def _stops(call) -> bool:
    try:
        call()
    except grpc.RpcError as error:
        return refusal(error).reason == "ON_HOLD"
    return False


def _acknowledged(plant, people):
    order = facts.unique("MO")
    plant.system_of_record().production.ReleaseOrder(facts.release(order, "10"))
    people["mes"].production.AcknowledgeOrder(facts.acknowledge(order))
    return order


def _genealogy(people, order, lot, used):
    return people["mes"].production.ReportGenealogy(production.ReportGenealogyRequest(
        site=SITE, header=facts.header(), order_name=order,
        produced=common.TracedMaterial(item_code="FG-VALVE", lot=lot), consumed=[
            production.ConsumedMaterial(
                material=common.TracedMaterial(item_code="RM-STEEL", lot=used),
                quantity=_amount(2))]))


def test_a_hold_stops_production_and_inventory_within_a_second(plant, people):
    """Each look is a call; the time is from the answer of PlaceHold until both refuse."""
    order, lot = _acknowledged(plant, people), facts.unique("LOT")
    _move(people, "RM-STEEL", lot, 10, STORE)
    target = _lot("RM-STEEL", lot)
    hold = _place(people, target)
    placed = time.monotonic()
    eventually("Inventory keeps to it", lambda: _stops(
        lambda: _move(people, "RM-STEEL", lot, 1, LINE, STORE)))
    eventually("Production keeps to it", lambda: _stops(
        lambda: _genealogy(people, order, facts.unique("T"), lot)))
    print(f"both keep to a hold after {time.monotonic() - placed:.3f} s")
    found = refused(lambda: _move(people, "RM-STEEL", lot, 1, LINE, STORE))
    assert found.reason == "ON_HOLD" and "cracks" in found.message
    _release(people, hold)
    eventually("Inventory lets it go", lambda: not _stops(
        lambda: _move(people, "RM-STEEL", lot, 1, LINE, STORE)))
    eventually("Production lets it go", lambda: not _stops(
        lambda: _genealogy(people, order, facts.unique("T"), lot)))


def test_an_order_on_hold_is_not_released(plant, people):
    order, other = facts.unique("MO"), _acknowledged(plant, people)
    hold = _place(people, quality.HoldTarget(order_name=order))
    # Holds come in order: who knows of the second knows of the first.
    second = _place(people, quality.HoldTarget(order_name=other))
    eventually("Production knows", lambda: people["mes"].production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=other)).holds)
    record = plant.system_of_record().production
    assert _stops(lambda: record.ReleaseOrder(facts.release(order, "10")))
    assert _stops(lambda: people["mes"].production.ReportProduction(facts.report(other, 1)))
    _release(people, second)
    _release(people, hold)
    eventually("it is released", lambda: not _stops(
        lambda: record.ReleaseOrder(facts.release(order, "10"))))


def test_while_quality_is_down_the_last_known_holds_still_stop(plant, people):
    lot = facts.unique("LOT")
    _move(people, "RM-STEEL", lot, 10, STORE)
    hold = _place(people, _lot("RM-STEEL", lot))
    def move():
        return _move(people, "RM-STEEL", lot, 1, LINE, STORE)
    eventually("it is stopped", lambda: _stops(move))
    assert plant.houses["quality"].stop() == 0
    assert _stops(move)
    # Also after a restart, and what is known says how old it is.
    plant.houses["inventory"].stop()
    plant.houses["inventory"].start()
    eventually("the Gateway reaches it again", lambda: _stops(move))
    answer = people["wms"].inventory.CheckAvailability(inventory.CheckAvailabilityRequest(
        site=SITE, questions=[inventory.AvailabilityQuestion(
            item_code="RM-STEEL", lot=lot, quantity="1")]))
    assert answer.answers[0].held.value == "10" and not answer.answers[0].sufficient
    assert answer.answers[0].hold_ids == [hold]
    age = time.time() - answer.holds_as_of.ToMicroseconds() / 1e6
    assert 0 < age < 60
    plant.houses["quality"].start()
    def reachable():
        try:
            return people["quality"].quality.GetHold(quality.GetHoldRequest(site=SITE, hold_id=hold))
        except grpc.RpcError:
            return None
    eventually("Quality answers again", reachable)
    _release(people, hold)
    eventually("it moves", lambda: not _stops(move))


def test_a_shortage_on_the_shop_floor_is_a_supply_signal(plant, people):
    item = facts.unique("ITEM")
    shortage = people["mes"].production.ReportShortage(production.ReportShortageRequest(
        site=SITE, header=facts.header(), item_code=item, quantity=_amount(7)))
    def signals():
        return people["planner"].procurement.ListSupplySignals(
            procurement.ListSupplySignalsRequest(site=SITE, item_code=item))
    eventually("the planner sees it", lambda: signals().signals)
    [signal] = signals().signals
    assert signal.signal_id == shortage.shortage_id and signal.quantity.value == "7"
    assert signal.origin == procurement.SIGNAL_ORIGIN_PRODUCTION
    assert signals().HasField("shortages_as_of")


def test_a_trace_joins_what_three_houses_have_recorded(plant, people):
    order, used, made = _acknowledged(plant, people), facts.unique("C"), facts.unique("T")
    _move(people, "RM-STEEL", used, 10, STORE, supplier_code="V-1", document="ASN-7")
    _genealogy(people, order, made, used)
    def trace():
        return people["quality"].quality.TraceLot(quality.TraceLotRequest(
            site=SITE, material=common.TracedMaterial(item_code="FG-VALVE", lot=made),
            direction=quality.TRACE_DIRECTION_BACKWARD))
    eventually("the trace is complete", lambda: len(trace().edges) == 2)
    found = trace()
    assert [each.edge.recorded_by for each in found.edges] == ["production", "inventory"]
    assert found.edges[1].edge.supplier_code == "V-1" and found.edges[1].edge.document == "ASN-7"
    assert all(source.HasField("as_of") for source in found.sources)
    hold = _place(people, quality.HoldTarget(supplier_code="V-1"))
    assert hold in [each.hold_id for each in trace().holds]
    eventually("what came from the supplier stands still", lambda: _stops(
        lambda: _move(people, "RM-STEEL", used, 1, LINE, STORE)))
    _release(people, hold)
