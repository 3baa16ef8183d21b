"""From a report to Odoo's books: stated between bookings, booked at the final report."""

from decimal import Decimal

import pytest

from Support import facts
from Support.conditions import eventually
from Support.plant import SITE
from Support.seeds import seeded
from Support.stubs import common, gateway, production


def test_reports_are_stated_on_the_work_orders_and_nothing_moves(shift, factory):
    order, name = shift.start(factory.routed, 10)
    cut, assemble = (each.code for each in shift.order(name).operations)
    shift.report(name, 6, operation=cut)
    shift.report(name, 2, 1, operation=assemble)
    shift.report(name, 1)
    posting = shift.stated(name)
    assert posting.document == "" and posting.reason == ""
    stated = eventually("the work orders show it", lambda: {
        each["name"]: each["qty_produced"] for each in shift.odoo.work_orders(order)
    } if all(each["qty_produced"] for each in shift.odoo.work_orders(order)) else None)
    assert sorted(stated.values()) in ([3.0, 6.0], [4.0, 6.0])
    held = shift.odoo.booked(order)
    assert (held.good, held.components) == (0, {})
    assert shift.odoo.read_order(order)["qty_producing"] == 0
    eventually("every report is stated", lambda: {
        each.posting.state for each in shift.reports(name)} == {common.POSTING_STATE_STATED})


def test_the_final_report_books_exactly_what_was_reported(shift, factory):
    order, name = shift.start(factory.routed, 10)
    for good in (3, 3, 4):
        shift.report(name, good, final=good == 4)
    posting = shift.booked(name)
    assert posting.document
    shift.assert_agreement(factory.routed, order, name)
    assert shift.odoo.read_order(order)["state"] == "done"
    eventually("the order is closed here too", lambda: shift.order(name).state
               == production.ORDER_STATE_CLOSED)
    assert {each.posting.state for each in shift.reports(name)} == {common.POSTING_STATE_BOOKED}
    assert not shift.cases(name)


def test_a_final_report_below_plan_closes_without_a_backorder(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 6, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    states = [each["state"] for each in shift.odoo.chain(order)]
    assert states.count("done") == 1 and set(states) <= {"done", "cancel"}


def test_a_final_report_above_plan_is_booked(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 11, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)


def test_scrap_consumes_components_and_is_kept_apart(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 3, 2)
    shift.report(name, 5, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    assert shift.odoo.booked(order).good == 8


def test_fractions_are_rounded_on_the_total_only(shift, factory):
    order, name = shift.start(factory.rounded, 10)
    for _ in range(5):
        shift.report(name, "0.07")
    shift.report(name, "0.36", final=True)
    shift.booked(name)
    shift.assert_agreement(factory.rounded, order, name)


def test_an_order_without_operations_is_booked(shift, factory):
    order, name = shift.start(factory.plain, 7)
    shift.report(name, 3)
    shift.report(name, 4, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.plain, order, name)


def test_nothing_made_and_nothing_consumed_is_cancelled(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 0, final=True)
    eventually("Odoo's order is cancelled",
               lambda: shift.odoo.read_order(order)["state"] == "cancel")
    shift.booked(name)
    held = shift.odoo.booked(order)
    assert (held.good, held.components) == (0, {})


def test_nothing_good_but_consumed_is_a_case(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 0, 4, final=True)
    shift.posted(name, common.POSTING_STATE_REJECTED)
    assert shift.cases(name)
    held = shift.odoo.booked(order)
    assert (held.good, held.components) == (0, {})


def test_progress_of_an_earlier_operation_is_no_output(shift, factory):
    order, name = shift.start(factory.routed, 10)
    first = shift.order(name).operations[0].code
    shift.report(name, 9, operation=first)
    shift.report(name, 4, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    assert shift.odoo.booked(order).good == 4


def test_calls_to_odoo_grow_with_orders_and_not_with_reports(shift, factory, plant):
    def calls():
        answer = shift.mes.gateway.GetOdooStatus(gateway.GetOdooStatusRequest(site=SITE))
        assert answer.reachable
        return {(each.model, each.method): each.sent for each in answer.calls}
    order, name = shift.start(factory.routed, 500)
    before = calls()
    pending = [shift.mes.production.ReportProduction.future(request, timeout=60) for request in (
        facts.report(name, 1) for _ in range(400))]
    assert all(each.result() for each in pending)
    shift.report(name, 100, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    after = calls()
    writes = sum(after[key] - before.get(key, 0) for key in after
                 if key[1] in ("write", "button_mark_done", "load"))
    assert writes <= 60, {key: after[key] - before.get(key, 0) for key in after}


@pytest.mark.parametrize("round_number", range(3))
def test_orders_of_any_shape_agree(shift, factory, round_number):
    chance = seeded(f"posting {round_number}")
    open_orders = []
    for _ in range(6):
        product = chance.choice([factory.routed, factory.plain, factory.rounded])
        planned = chance.randrange(5, 200)
        order, name = shift.start(product, planned)
        open_orders.append((product, order, name, planned))
    for product, order, name, planned in open_orders:
        left = Decimal(planned)
        for _ in range(chance.randrange(0, 12)):
            good = min(left, Decimal(chance.randrange(0, planned * 10)) / 100)
            scrap = min(left - good, Decimal(chance.randrange(0, planned)) / 100)
            if good + scrap > 0:
                shift.report(name, good, scrap)
                left -= good + scrap
        shift.report(name, max(left, Decimal("0.01")), final=True)
    for product, order, name, _ in open_orders:
        shift.booked(name)
        shift.assert_agreement(product, order, name)


def test_postings_are_listed_with_their_documents(shift, factory):
    order, name = shift.start(factory.plain, 3)
    answer = shift.report(name, 3, final=True)
    shift.booked(name)
    listed = {each.order_name: each for each in facts.pages(
        shift.mes.gateway.ListPostings, gateway.ListPostingsRequest(site=SITE), "postings")}
    posting = listed[name]
    assert posting.posting.state == common.POSTING_STATE_BOOKED
    assert posting.target_through_sequence == posting.covers_through_sequence
    assert posting.booked_through_sequence == answer.sequence
    assert posting.documents and posting.documents[0].startswith(name.rsplit("-", 1)[0])
