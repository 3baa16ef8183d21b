"""The identity of a fact: said once or a thousand times, it is one fact."""

import collections

import grpc

from Support import facts
from Support.plant import SITE
from Support.seeds import seeded
from Support.stubs import common, production


def order_of(mes, name):
    return mes.production.GetOrder(production.GetOrderRequest(site=SITE, order_name=name)).order


def reports_of(mes, name):
    return facts.pages(
        mes.production.ListReports,
        production.ListReportsRequest(site=SITE, order_name=name), "reports")


def test_a_repeated_report_is_a_duplicate_with_the_same_answer(mes, orders):
    order = orders.acknowledged()
    request = facts.report(order, 3)
    first = mes.production.ReportProduction(request)
    again = mes.production.ReportProduction(request)
    assert again.receipt == common.RECEIPT_DUPLICATE
    assert (again.report_id, again.sequence) == (first.report_id, first.sequence)
    assert order_of(mes, order).progress.good.value == "3"
    assert len(reports_of(mes, order)) == 1


def test_the_same_content_written_otherwise_is_the_same_fact(mes, orders):
    order = orders.acknowledged()
    request = facts.report(order, "3")
    mes.production.ReportProduction(request)
    for good in ("3.0", "03", "3.000000"):
        request.good.value = good
        assert mes.production.ReportProduction(request).receipt == common.RECEIPT_DUPLICATE


def test_a_duplicate_is_recognised_after_the_order_was_completed(mes, orders):
    order = orders.acknowledged()
    request = facts.report(order, 3)
    mes.production.ReportProduction(request)
    mes.production.ReportProduction(facts.report(order, 1, final=True))
    assert mes.production.ReportProduction(request).receipt == common.RECEIPT_DUPLICATE


def test_the_same_event_id_of_another_system_is_another_fact(mes, orders):
    order = orders.acknowledged()
    request = facts.report(order, 3, event=facts.unique("event"))
    mes.production.ReportProduction(request)
    request.header.source_system = "other-system"
    assert mes.production.ReportProduction(request).receipt == common.RECEIPT_ACCEPTED


def test_a_refused_report_may_be_repaired_under_the_same_identity(mes, orders):
    order = orders.released()
    request = facts.report(order, 3)
    try:
        mes.production.ReportProduction(request)
        raise AssertionError("accepted on an order that nobody acknowledged")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    mes.production.AcknowledgeOrder(facts.acknowledge(order))
    request.good.value = "4"
    assert mes.production.ReportProduction(request).receipt == common.RECEIPT_ACCEPTED


def test_a_thousand_calls_at_once_are_each_counted_once(mes, orders):
    order = orders.acknowledged("1000")
    requests = [facts.report(order, 1) for _ in range(1000)]
    calls = [mes.production.ReportProduction.future(request, timeout=60) for request in requests]
    answers = [call.result() for call in calls]
    assert {answer.receipt for answer in answers} == {common.RECEIPT_ACCEPTED}
    assert len({answer.sequence for answer in answers}) == 1000
    assert len({answer.report_id for answer in answers}) == 1000
    progress = order_of(mes, order).progress
    assert (progress.good.value, progress.report_count) == ("1000", 1000)
    listed = reports_of(mes, order)
    assert [each.sequence for each in listed] == sorted(answer.sequence for answer in answers)
    assert {each.header.source_event_id for each in listed} == {
        each.header.source_event_id for each in requests}


def test_the_same_fact_said_at_once_by_many_is_accepted_once(plant, orders):
    order = orders.acknowledged()
    request = facts.report(order, 5)
    clients = [plant.mes() for _ in range(8)]
    calls = [client.production.ReportProduction.future(request, timeout=60)
             for client in clients for _ in range(25)]
    receipts = collections.Counter(call.result().receipt for call in calls)
    assert receipts == {common.RECEIPT_ACCEPTED: 1, common.RECEIPT_DUPLICATE: 199}
    assert order_of(clients[0], order).progress.good.value == "5"


def test_conflicting_facts_said_at_once_leave_exactly_one(mes, orders):
    order = orders.acknowledged("10000")
    request = facts.report(order, 1)
    calls = []
    for good in range(1, 101):
        request.good.value = str(good)
        calls.append(mes.production.ReportProduction.future(request, timeout=60))
    codes = collections.Counter(call.code() for call in calls)
    assert codes == {grpc.StatusCode.OK: 1, grpc.StatusCode.ALREADY_EXISTS: 99}
    assert len(reports_of(mes, order)) == 1


def test_many_reporters_never_pass_the_tolerance(mes, orders):
    order = orders.acknowledged("100")
    calls = [mes.production.ReportProduction.future(facts.report(order, 3), timeout=60)
             for _ in range(100)]
    codes = collections.Counter(call.code() for call in calls)
    assert codes[grpc.StatusCode.OK] == 36  # 36 × 3 = 108 ≤ 110 < 111
    assert order_of(mes, order).progress.good.value == "108"


def test_totals_follow_from_the_reports_whatever_they_are(mes, orders):
    chance = seeded("totals")
    demands = [("RM-A", "3", "0.01"), ("RM-B", "0.7", "0.001"), ("RM-C", "100", "1")]
    for _ in range(10):
        planned = chance.choice(["7", "33", "100", "12.5"])
        name = orders.acknowledged(planned, components=[
            production.Component(
                line=line, item_code=code, demand=facts.quantity(demand, "kg"),
                unit_rounding=rounding, tracking=common.TRACKING_NONE)
            for line, (code, demand, rounding) in enumerate(demands, 1)])
        good = scrap = facts.Decimal(0)
        for _ in range(chance.randrange(1, 8)):
            made = facts.Decimal(chance.randrange(1, 10**6)) / 10**6
            lost = facts.Decimal(chance.randrange(0, 10**5)) / 10**6
            operation = chance.choice(["", "Assemble", "Cut"])
            mes.production.ReportProduction(
                facts.report(name, made, lost, operation=operation))
            if operation != "Cut":
                good, scrap = good + made, scrap + lost
        progress = order_of(mes, name).progress
        assert facts.Decimal(progress.good.value) == good
        assert facts.Decimal(progress.scrap.value) == scrap
        for (_, demand, rounding), found in zip(demands, progress.components):
            assert facts.Decimal(found.consumed.value) == facts.consumption(
                good + scrap, demand, planned, rounding)


def test_pages_cover_the_list_exactly(mes, orders):
    order = orders.acknowledged("1000")
    for _ in range(25):
        mes.production.ReportProduction(facts.report(order, 1))
    whole = reports_of(mes, order)
    assert len(whole) == 25
    for size in (1, 7, 25, 26):
        paged = facts.pages(mes.production.ListReports, production.ListReportsRequest(
            site=SITE, order_name=order, page={"page_size": size}), "reports")
        assert [each.sequence for each in paged] == [each.sequence for each in whole]
    names = [each.name for each in facts.pages(
        mes.production.ListOrders,
        production.ListOrdersRequest(site=SITE, page={"page_size": 3}), "orders")]
    assert names == sorted(names) and len(names) == len(set(names))


def test_orders_can_be_listed_by_state(mes, orders):
    released, completed = orders.released(), orders.completed()
    def names(*states):
        return {each.name for each in facts.pages(
            mes.production.ListOrders,
            production.ListOrdersRequest(site=SITE, states=states), "orders")}
    assert released in names(production.ORDER_STATE_RELEASED)
    assert completed not in names(production.ORDER_STATE_RELEASED)
    assert {released, completed} <= names(
        production.ORDER_STATE_RELEASED, production.ORDER_STATE_COMPLETED,
        production.ORDER_STATE_CLOSED)
