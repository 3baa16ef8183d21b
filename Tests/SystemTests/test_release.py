"""Which orders come down to the shop floor, and what they look like there."""

import datetime

import grpc

from Support import facts
from Support.plant import SITE
from Support.stubs import common, production


def is_released(shift, name) -> bool:
    try:
        shift.mes.production.GetOrder(production.GetOrderRequest(site=SITE, order_name=name))
        return True
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND
        return False


def nothing_more_comes(shift, factory):
    """A later order has come down, so everything before it was looked at."""
    _, name = shift.odoo.order(factory.plain, 1)
    shift.released(name)


def test_a_confirmed_order_comes_down_as_it_stands_in_odoo(shift, factory):
    deadline = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
    order, name = shift.odoo.order(
        factory.routed, 20, days=1, date_deadline=deadline.strftime("%Y-%m-%d %H:%M:%S"))
    released = shift.released(name)
    assert released.state == production.ORDER_STATE_RELEASED
    assert released.planned_quantity == common.Quantity(value="20", unit="Units")
    assert {each.item_code: each.demand.value for each in released.components} == {
        code: str(20 * int(need)) for code, need in factory.needs[factory.routed].items()}
    assert [each.position for each in released.operations] == sorted(
        each.position for each in released.operations)
    assert len(released.operations) == len(shift.odoo.work_orders(order)) == 2
    assert released.reporting_operation == released.operations[-1].code
    assert released.operations[0].work_center_code.startswith("WC-CUT")
    assert released.tracking == common.TRACKING_NONE
    assert released.due_at.seconds == int(deadline.timestamp())
    assert not released.HasField("posting")


def test_an_order_without_operations_comes_down_without(shift, factory):
    _, name = shift.odoo.order(factory.rounded, 10)
    released = shift.released(name)
    assert not released.operations and released.reporting_operation == ""
    resin = released.components[0]
    assert (resin.demand.value, resin.demand.unit) == ("3.3", "kg")
    assert facts.Decimal(resin.unit_rounding) > 0


def test_a_draft_comes_down_only_once_it_is_confirmed(shift, factory):
    draft, name = shift.odoo.order(factory.plain, 5, confirm=False)
    nothing_more_comes(shift, factory)
    assert not is_released(shift, name)
    shift.odoo.call("mrp.production", "action_confirm", [draft])
    shift.released(shift.odoo.read_order(draft)["name"])


def test_an_order_beyond_the_horizon_waits(shift, factory):
    far, name = shift.odoo.order(factory.plain, 5, days=60)
    nothing_more_comes(shift, factory)
    assert not is_released(shift, name)
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    shift.odoo.call(
        "mrp.production", "write", [far], {"date_start": soon.strftime("%Y-%m-%d %H:%M:%S")})
    shift.released(name)


def test_a_cancelled_order_does_not_come_down(shift, factory):
    draft, name = shift.odoo.order(factory.plain, 5, confirm=False)
    shift.odoo.cancel(draft)
    nothing_more_comes(shift, factory)
    assert not is_released(shift, name)


def test_a_tracked_item_comes_down_but_is_not_reported_on(shift, factory):
    _, name = shift.odoo.order(factory.tracked, 5)
    assert shift.released(name).tracking == common.TRACKING_LOT
    shift.mes.production.AcknowledgeOrder(facts.acknowledge(name))
    try:
        shift.mes.production.ReportProduction(facts.report(name, 1))
        raise AssertionError("accepted")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION


def test_many_orders_at_once_come_down_once_each(shift, factory):
    names = {shift.odoo.order(factory.plain, quantity)[1] for quantity in range(1, 41)}
    for name in names:
        shift.released(name)
    listed = [each.name for each in facts.pages(
        shift.mes.production.ListOrders, production.ListOrdersRequest(site=SITE), "orders")]
    assert len(listed) == len(set(listed)) and names <= set(listed)


def test_the_echo_of_our_own_postings_is_no_second_release(shift, factory):
    """Closing below plan, and a person's backorder, rename orders and make new ones in Odoo."""
    order, name = shift.start(factory.routed, 10)
    shift.odoo.close_partly(order, 4, backorder=True)
    shift.report(name, 7, final=True)
    shift.assert_agreement_or_case(factory.routed, order, name)
    chain = {each["name"] for each in shift.odoo.chain(order)}
    nothing_more_comes(shift, factory)
    listed = {each.name for each in facts.pages(
        shift.mes.production.ListOrders, production.ListOrdersRequest(site=SITE), "orders")}
    assert chain & listed <= {name}, "an order of the chain was released again"
    assert name in listed
