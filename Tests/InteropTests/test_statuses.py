"""Every status of this contract, as a stock client sees it, with its machine-readable reason."""

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.plant import OTHER_SITE, SITE
from Support.stubs import common, events, gateway, production

Code = grpc.StatusCode


def expect(found, code, reason=None):
    assert found.code == code, found
    if reason is not None:
        assert found.reason == reason, found


def test_an_accepted_report_is_durable_and_counted(mes, orders):
    order = orders.acknowledged()
    answer = mes.production.ReportProduction(facts.report(order, 7, 1))
    assert answer.receipt == common.RECEIPT_ACCEPTED
    assert answer.order_state == production.ORDER_STATE_RUNNING
    assert len(answer.report_id) == 32 and answer.sequence > 0
    found = mes.production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=order)).order
    assert (found.progress.good.value, found.progress.scrap.value) == ("7", "1")
    assert [each.consumed.value for each in found.progress.components] == ["16", "0.12"]
    assert found.posting.state in (
        common.POSTING_STATE_QUEUED, common.POSTING_STATE_REJECTED, common.POSTING_STATE_UNKNOWN)


@pytest.mark.parametrize("metadata", [
    [],
    [("authorization", "")],
    [("authorization", "Bearer")],
    [("authorization", "Basic bWVzOnNlY3JldA==")],
    [("authorization", "Bearer mr_live_nobody_" + "A" * 43)],
    [("authorization", "Bearer " + "x" * 4000)],
], ids=["none", "empty", "no key", "other scheme", "unknown key", "overlong key"])
def test_a_caller_without_a_good_key_is_unauthenticated(plant, metadata):
    from Support.client import Client

    with Client(f"127.0.0.1:{plant.gateway_port}", metadata) as nobody:
        expect(refused(lambda: nobody.production.GetOrder(
            production.GetOrderRequest(site=SITE, order_name="MO"))), Code.UNAUTHENTICATED)
        expect(refused(lambda: nobody.gateway.ListCases(
            gateway.ListCasesRequest(site=SITE))), Code.UNAUTHENTICATED)
        expect(refused(lambda: nobody.production.WatchOrders(
            production.WatchOrdersRequest(site=SITE))), Code.UNAUTHENTICATED)


def test_a_key_with_one_wrong_character_is_unauthenticated(plant):
    wrong = plant.key[:-1] + ("A" if plant.key[-1] != "A" else "B")
    nobody = plant.mes(wrong)
    expect(refused(lambda: nobody.production.ListOrders(
        production.ListOrdersRequest(site=SITE))), Code.UNAUTHENTICATED)


def test_a_site_that_is_not_granted_is_refused(mes, orders):
    foreign = orders.foreign()
    for call in (
        lambda: mes.production.GetOrder(
            production.GetOrderRequest(site=OTHER_SITE, order_name=foreign)),
        lambda: mes.production.ListOrders(production.ListOrdersRequest(site=OTHER_SITE)),
        lambda: mes.production.ListReports(production.ListReportsRequest(site=OTHER_SITE)),
        lambda: mes.production.WatchOrders(production.WatchOrdersRequest(site=OTHER_SITE)),
        lambda: mes.production.AcknowledgeOrder(
            facts.acknowledge(foreign, site=OTHER_SITE)),
        lambda: mes.production.ReportProduction(facts.report(foreign, 1, site=OTHER_SITE)),
        lambda: mes.gateway.ListCases(gateway.ListCasesRequest(site=OTHER_SITE)),
        lambda: mes.gateway.ListPostings(gateway.ListPostingsRequest(site=OTHER_SITE)),
        lambda: mes.gateway.GetOdooStatus(gateway.GetOdooStatusRequest(site=OTHER_SITE)),
    ):
        expect(refused(call), Code.PERMISSION_DENIED, "SITE_NOT_GRANTED")


def test_only_the_system_of_record_releases_orders(mes, plant):
    for caller, reason in ((mes, "METHOD_NOT_GRANTED"),
                           (plant.direct(kind="partner"), "NOT_SYSTEM_OF_RECORD")):
        found = refused(lambda: caller.production.ReleaseOrder(  # noqa: B023
            facts.release(facts.unique("MO"))))
        expect(found, Code.PERMISSION_DENIED, reason)


def test_the_feed_is_not_for_partners(mes, plant):
    expect_outside = refused(lambda: mes.events.Subscribe(
        events.SubscribeRequest(consumer="x")))
    assert expect_outside.code in (Code.UNIMPLEMENTED, Code.PERMISSION_DENIED)
    partner = plant.direct(kind="partner")
    for call in (
        lambda: partner.events.Subscribe(events.SubscribeRequest(consumer="x")),
        lambda: partner.events.Acknowledge(events.AcknowledgeRequest(consumer="x")),
        lambda: partner.events.ReportOutcome(events.ReportOutcomeRequest(
            site=SITE, order_name="MO", revision=1, state=common.POSTING_STATE_BOOKED)),
    ):
        expect(refused(call), Code.PERMISSION_DENIED)


def test_an_unknown_order_is_not_found(mes):
    for call in (
        lambda: mes.production.GetOrder(
            production.GetOrderRequest(site=SITE, order_name="MO-NOBODY")),
        lambda: mes.production.AcknowledgeOrder(facts.acknowledge("MO-NOBODY")),
        lambda: mes.production.ReportProduction(facts.report("MO-NOBODY", 1)),
        lambda: mes.production.ListReports(
            production.ListReportsRequest(site=SITE, order_name="MO-NOBODY")),
    ):
        expect(refused(call), Code.NOT_FOUND, "ORDER_NOT_FOUND")


def test_an_unknown_operation_is_not_found(mes, orders):
    order = orders.acknowledged()
    expect(refused(lambda: mes.production.ReportProduction(
        facts.report(order, 1, operation="Paint"))), Code.NOT_FOUND, "OPERATION_NOT_FOUND")


def test_a_reused_identity_with_other_content_already_exists(mes, orders):
    order = orders.acknowledged()
    first = facts.report(order, 2)
    mes.production.ReportProduction(first)
    second = production.ReportProductionRequest()
    second.CopyFrom(first)
    second.good.value = "3"
    expect(refused(lambda: mes.production.ReportProduction(second)),
           Code.ALREADY_EXISTS, "SOURCE_EVENT_REUSED")


def test_a_reused_request_id_with_other_content_already_exists(mes, orders, record):
    one, two = orders.released(), orders.released()
    mes.production.AcknowledgeOrder(facts.acknowledge(one, request_id=f"ack-{one}"))
    expect(refused(lambda: mes.production.AcknowledgeOrder(
        facts.acknowledge(two, request_id=f"ack-{one}"))),
        Code.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    release = facts.release(facts.unique("MO"))
    record.production.ReleaseOrder(release)
    release.order_name = facts.unique("MO")
    expect(refused(lambda: record.production.ReleaseOrder(release)),
           Code.ALREADY_EXISTS, "REQUEST_ID_REUSED")


def test_an_order_released_again_with_other_content_is_refused(record):
    release = facts.release(facts.unique("MO"))
    assert record.production.ReleaseOrder(release).receipt == common.RECEIPT_ACCEPTED
    release.request_id = facts.unique("release")
    assert record.production.ReleaseOrder(release).receipt == common.RECEIPT_DUPLICATE
    release.request_id = facts.unique("release")
    release.planned_quantity.value = "101"
    expect(refused(lambda: record.production.ReleaseOrder(release)),
           Code.FAILED_PRECONDITION, "ORDER_ALREADY_RELEASED")


def test_a_refused_transition_names_the_state_and_the_allowed_ones(mes, orders):
    released, completed = orders.released(), orders.completed()
    early = refused(lambda: mes.production.ReportProduction(facts.report(released, 1)))
    expect(early, Code.FAILED_PRECONDITION, "ORDER_STATE")
    for state in ("RELEASED", "ACKNOWLEDGED", "RUNNING"):
        assert state in early.message
    late = refused(lambda: mes.production.ReportProduction(facts.report(completed, 1)))
    expect(late, Code.FAILED_PRECONDITION, "ORDER_STATE")
    assert "COMPLETED" in late.message or "CLOSED" in late.message


def test_acknowledging_again_is_answered_with_the_order(mes, orders):
    order = orders.released()
    first = mes.production.AcknowledgeOrder(facts.acknowledge(order))
    again = mes.production.AcknowledgeOrder(facts.acknowledge(order))
    assert first.receipt == common.RECEIPT_ACCEPTED
    assert again.receipt == common.RECEIPT_DUPLICATE
    assert again.order.state == production.ORDER_STATE_ACKNOWLEDGED
    mes.production.ReportProduction(facts.report(order, 1))
    later = mes.production.AcknowledgeOrder(facts.acknowledge(order))
    assert later.order.state == production.ORDER_STATE_RUNNING


def test_more_than_the_tolerance_above_plan_is_refused(mes, orders):
    order = orders.acknowledged("100")
    mes.production.ReportProduction(facts.report(order, 110))
    expect(refused(lambda: mes.production.ReportProduction(facts.report(order, "0.000001"))),
           Code.FAILED_PRECONDITION, "OVER_PRODUCTION")


def test_another_unit_than_the_orders_is_refused(mes, orders):
    order = orders.acknowledged()
    expect(refused(lambda: mes.production.ReportProduction(facts.report(order, 1, unit="kg"))),
           Code.FAILED_PRECONDITION, "UNIT_MISMATCH")


def test_totals_that_cannot_be_counted_are_refused(mes, orders):
    order = orders.acknowledged("999999999999", components=[])

    def keep_reporting():
        for _ in range(20):
            mes.production.ReportProduction(
                facts.report(order, "999999999999", operation="Cut"))
    found = refused(keep_reporting)
    expect(found, Code.FAILED_PRECONDITION)
    assert found.reason in ("QUANTITY_OVERFLOW", "OVER_PRODUCTION"), found


@pytest.mark.parametrize("tracking", [common.TRACKING_LOT, common.TRACKING_SERIAL])
@pytest.mark.parametrize("tracked", ["item", "component"])
def test_tracked_orders_are_taken_in_but_not_reported_on(mes, orders, tracking, tracked):
    fields = {}
    if tracked == "component":
        fields["components"] = [production.Component(
            line=1, item_code="RM-RESIN", demand=facts.quantity(5, "kg"), unit_rounding="0.01",
            tracking=tracking)]
    name = facts.unique("MO")
    release = facts.release(name, **fields)
    if tracked == "item":
        release.tracking = tracking
    orders.record.production.ReleaseOrder(release)
    mes.production.AcknowledgeOrder(facts.acknowledge(name))
    expect(refused(lambda: mes.production.ReportProduction(facts.report(name, 1))),
           Code.FAILED_PRECONDITION, "TRACKING_NOT_SUPPORTED")


def test_an_unknown_method_is_unimplemented(mes):
    for path in ("/millrace.production.v1.ProductionService/Nothing",
                 "/millrace.nothing.v1.NothingService/Nothing", "/x/y"):
        with pytest.raises(grpc.RpcError) as error:
            mes.send_bytes(path, b"")
        assert error.value.code() == Code.UNIMPLEMENTED


def test_a_message_above_the_limit_is_refused(mes, plant):
    path = "/millrace.production.v1.ProductionService/GetOrder"
    with pytest.raises(grpc.RpcError) as error:
        mes.send_bytes(path, b"\x0a" + b"\x80\x80\x80\x04" + b"x" * (8 << 20))
    assert error.value.code() in (Code.RESOURCE_EXHAUSTED, Code.INVALID_ARGUMENT)
    assert plant.gateway.is_running and plant.production.is_running


def test_a_gateway_without_its_service_is_unavailable_and_says_when_to_retry(tmp_path):
    from Support.plant import Plant

    with Plant(tmp_path / "plant") as alone:
        client = alone.mes()
        client.production.ListOrders(production.ListOrdersRequest(site=SITE))
        alone.production.kill()
        found = refused(lambda: client.production.ListOrders(
            production.ListOrdersRequest(site=SITE)))
        expect(found, Code.UNAVAILABLE)
        alone.production.start()
        from Support.conditions import eventually

        def answered():
            try:
                client.production.ListOrders(production.ListOrdersRequest(site=SITE))
                return True
            except grpc.RpcError as error:
                assert error.code() == Code.UNAVAILABLE
                return False
        eventually("the Gateway finds Production again", answered)
