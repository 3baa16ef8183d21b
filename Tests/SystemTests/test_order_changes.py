"""What an ERP system and an MES say to each other about an order after its release, by stock clients through the
Gateway, with Production killed in between."""

import itertools

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.stubs import production, timestamp

OPERATIONS = [("CUT", 1), ("PACK", 2)]


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture
def order(plant):
    """An order that an MES has taken over."""
    name = facts.unique("MO/CHANGE")
    plant.system_of_record().production.ReleaseOrder(facts.release(
        name, "10", operations=[production.Operation(code=code, position=place, work_center_code="WC")
                                for code, place in OPERATIONS]))
    plant.mes().production.AcknowledgeOrder(facts.acknowledge(name))
    return name


def _get(plant, order):
    return plant.mes().production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=order)).order


def _change(plant, order, planned):
    return plant.system_of_record().production.ChangeReleasedOrder(
        production.ChangeReleasedOrderRequest(
            site=SITE, request_id=facts.unique("change"), order_name=order,
            planned_quantity=facts.quantity(planned), reason="the customer wants more",
            planned_start_at=timestamp.Timestamp(seconds=1_790_000_000)))


def _answer(order, number, refusal="", request_id=None):
    return production.AcknowledgeChangeRequest(
        site=SITE, request_id=request_id or facts.unique("answer"), order_name=order,
        change_number=number, accept=not refusal, refusal_reason=refusal)


def _restart(plant, order):
    plant.production.kill()
    plant.production.start()

    def answers():
        try:
            return _get(plant, order)
        except grpc.RpcError:
            return None
    return eventually("Production answers again", answers)


def test_a_change_waits_over_a_kill_until_the_mes_has_answered(plant, order):
    mes = plant.mes().production
    assert _change(plant, order, "14").order.change.state == production.ORDER_CHANGE_STATE_WAITING
    found = _restart(plant, order)
    assert found.change.number == 1 and found.planned_quantity.value == "10"
    mes.ReportProduction(facts.report(order, 8))
    final = refused(lambda: mes.ReportProduction(facts.report(order, 6, final=True)))
    assert final.reason == "CHANGE_WAITING"
    answer = _answer(order, 1)
    accepted = mes.AcknowledgeChange(answer)
    assert accepted.order.planned_quantity.value == "14"
    _restart(plant, order)
    # The MES has not seen the answer, and says it again.
    again = plant.mes().production.AcknowledgeChange(answer)
    assert again.order == accepted.order
    plant.mes().production.ReportProduction(facts.report(order, 6, final=True))
    assert _get(plant, order).state == production.ORDER_STATE_COMPLETED


def test_the_one_who_watches_sees_the_change_and_what_became_of_it(plant, order):
    mes = plant.mes().production
    watched = mes.WatchOrders(production.WatchOrdersRequest(site=SITE), timeout=30)
    states = (each.order.change.state for each in watched if each.order.name == order)
    assert next(states) == production.ORDER_CHANGE_STATE_UNSPECIFIED
    _change(plant, order, "14")
    assert next(states) == production.ORDER_CHANGE_STATE_WAITING
    mes.AcknowledgeChange(_answer(order, 1, "the material is cut"))
    assert next(states) == production.ORDER_CHANGE_STATE_REFUSED
    watched.cancel()


def test_work_orders_go_their_way_and_are_watched(plant, order):
    mes = plant.mes().production
    watched = mes.WatchWorkOrders(production.WatchWorkOrdersRequest(site=SITE), timeout=30)
    seen = (f"{each.work_order.operation} {production.WorkOrderState.Name(each.work_order.state)[17:]}"
            for each in watched if each.work_order.order_name == order)
    assert set(itertools.islice(seen, 2)) == {"CUT READY", "PACK PENDING"}

    def step(verb, operation):
        request = getattr(production, f"{verb}WorkOrderRequest")(
            site=SITE, header=facts.header(), order_name=order, operation=operation)
        getattr(mes, f"{verb}WorkOrder")(request)
    assert refused(lambda: step("Start", "PACK")).reason == "WORK_ORDER_STATE"
    for verb, state in (("Start", "RUNNING"), ("Pause", "PAUSED"), ("Resume", "RUNNING")):
        step(verb, "CUT")
        assert next(seen) == f"CUT {state}"
    step("Complete", "CUT")
    assert list(itertools.islice(seen, 2)) == ["CUT COMPLETED", "PACK READY"]
    watched.cancel()


def test_what_comes_after_the_end_in_the_erp_system_is_a_case_for_a_person(plant, order):
    mes = plant.mes().production
    plant.system_of_record().production.CancelOrder(production.CancelOrderRequest(
        site=SITE, request_id=facts.unique("cancel"), order_name=order, reason="withdrawn",
        ending=production.ORDER_ENDING_CANCELLED_IN_ERP))
    mes.ReportProduction(facts.report(order, 3))
    _restart(plant, order)
    mes = plant.mes().production
    cases = mes.ListProductionCases(
        production.ListProductionCasesRequest(site=SITE, order_name=order)).cases
    assert [(each.reason, each.good.value, each.report_count) for each in cases] == [
        ("REPORTED_AFTER_END", "3", 1)]
    planner = plant.mes(plant.issue_key("the-planner", SITE, roles=["planner"])).production
    decided = planner.ResolveProductionCase(production.ResolveProductionCaseRequest(
        site=SITE, request_id=facts.unique("decide"), case_id=cases[0].case_id,
        revision=cases[0].revision, reason="booked by hand",
        resolution=production.PRODUCTION_CASE_RESOLUTION_CORRECT)).production_case
    assert decided.state == production.PRODUCTION_CASE_STATE_RESOLVED
    assert decided.resolved_by == "the-planner"
