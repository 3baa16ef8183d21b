"""Calls as such: health, deadlines, cancellation, metadata."""

import grpc
import pytest

from Support import facts
from Support.client import Client, refusal
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.shift import insist
from Support.stubs import common, health, production


def listing(client, **options):
    return client.production.ListOrders(production.ListOrdersRequest(site=SITE), **options)


def test_both_programs_answer_the_standard_health_check(plant):
    for port in (plant.gateway_port, plant.production_port):
        with Client(f"127.0.0.1:{port}") as anybody:
            answer = anybody.health.Check(health.HealthCheckRequest())
            assert answer.status == health.HealthCheckResponse.SERVING


def test_the_health_of_a_service_nobody_knows_is_not_found(plant):
    with Client(f"127.0.0.1:{plant.production_port}") as anybody:
        answer = anybody.health.Check(health.HealthCheckRequest(
            service="millrace.production.v1.ProductionService"))
        assert answer.status == health.HealthCheckResponse.SERVING
        with pytest.raises(grpc.RpcError) as error:
            anybody.health.Check(health.HealthCheckRequest(service="nobody"))
        assert error.value.code() == grpc.StatusCode.NOT_FOUND


def test_health_can_be_watched(plant):
    with Client(f"127.0.0.1:{plant.gateway_port}") as anybody:
        stream = anybody.health.Watch(health.HealthCheckRequest())
        assert next(stream).status == health.HealthCheckResponse.SERVING
        stream.cancel()


def test_the_health_of_all_services_can_be_listed(plant):
    with Client(f"127.0.0.1:{plant.production_port}") as anybody:
        statuses = anybody.health.List(health.HealthListRequest()).statuses
        assert {name: each.status for name, each in statuses.items()} == dict.fromkeys(
            ["", "millrace.production.v1.ProductionService", "millrace.events.v1.EventFeedService",
             "millrace.genealogy.v1.GenealogyService", "millrace.identity.v1.RevocationService", "millrace.audit.v1.AuditService",
             "millrace.production.writes"],
            health.HealthCheckResponse.SERVING)


def test_a_health_watch_is_told_of_the_shutdown_and_does_not_hold_it_up(tmp_path):
    with Plant(tmp_path / "plant") as ending:
        with Client(f"127.0.0.1:{ending.production_port}") as anybody:
            stream = anybody.health.Watch(health.HealthCheckRequest())
            assert next(stream).status == health.HealthCheckResponse.SERVING
            ending.production.terminate()
            assert next(stream).status == health.HealthCheckResponse.NOT_SERVING
            with pytest.raises(grpc.RpcError) as error:
                next(stream)
            # Told by the service itself, not by a connection that was cut when the grace was over.
            assert error.value.code() == grpc.StatusCode.UNAVAILABLE
            assert refusal(error.value).reason == "SHUTTING_DOWN"
        assert ending.production.stop() == 0
        ending.production.start()


def test_a_deadline_that_is_over_is_told(mes):
    with pytest.raises(grpc.RpcError) as error:
        listing(mes, timeout=0.000001)
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_cancelled_call_leaves_the_connection_in_order(mes, orders):
    order = orders.acknowledged("10000")
    for _ in range(80):
        call = mes.production.ReportProduction.future(facts.report(order, 1))
        call.cancel()
    assert listing(mes).orders
    progress = mes.production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=order)).order.progress
    assert int(progress.good.value) == progress.report_count


def test_a_report_whose_caller_went_away_is_stored_whole_or_not_at_all(mes, orders):
    """Whatever became of it, saying it again settles it."""
    order = orders.acknowledged("10000")
    requests = [facts.report(order, 1) for _ in range(100)]
    for request in requests:
        mes.production.ReportProduction.future(request).cancel()
    for request in requests:
        insist(mes.production.ReportProduction, request)
    progress = mes.production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=order)).order.progress
    assert (progress.good.value, progress.report_count) == ("100", 100)


def test_a_caller_that_cancels_without_end_is_cut_off_and_may_come_again(tmp_path):
    """More cancelled calls than a connection may have are an attack; a new connection is not.

    In a plant of its own: the connections of an address that attacks have to wait.
    """
    with Plant(tmp_path / "plant") as alone:
        name = facts.unique("MO")
        alone.system_of_record().production.ReleaseOrder(facts.release(name, "10000"))
        restless = alone.mes()
        restless.production.AcknowledgeOrder(facts.acknowledge(name))
        for _ in range(2000):
            restless.production.ReportProduction.future(facts.report(name, 1)).cancel()
        listed = insist(
            restless.production.ListOrders, production.ListOrdersRequest(site=SITE))
        assert listed.orders


def test_metadata_the_server_does_not_know_is_ignored(mes):
    listing(mes, metadata=[
        ("x-trace", "a" * 200), ("x-trace", "twice"), ("x-binary-bin", bytes(range(256)))])


def test_too_much_metadata_is_refused_and_the_program_lives(mes, plant):
    with pytest.raises(grpc.RpcError) as error:
        listing(mes, metadata=[(f"x-{n}", "a" * 1000) for n in range(100)])
    assert error.value.code() in (
        grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL, grpc.StatusCode.CANCELLED)
    eventually("the Gateway answers a next call", lambda: listing(plant.mes()).orders is not None)


def test_a_hundred_connections_are_served(plant):
    clients = [plant.mes() for _ in range(100)]
    calls = [client.production.ListOrders.future(
        production.ListOrdersRequest(site=SITE), timeout=60) for client in clients]
    assert all(call.result() is not None for call in calls)


def test_draining_finishes_calls_and_refuses_new_connections(tmp_path):
    with Plant(tmp_path / "plant") as alone:
        record = alone.system_of_record()
        name = facts.unique("MO")
        record.production.ReleaseOrder(facts.release(name, "10000"))
        mes = alone.mes()
        mes.production.AcknowledgeOrder(facts.acknowledge(name))
        calls = [mes.production.ReportProduction.future(facts.report(name, 1), timeout=30)
                 for _ in range(300)]
        assert alone.gateway.stop() == 0
        codes = {call.code() for call in calls}
        assert codes <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}, codes
        accepted = sum(call.code() == grpc.StatusCode.OK for call in calls)
        stored = record.production.GetOrder(
            production.GetOrderRequest(site=SITE, order_name=name)).order.progress.report_count
        assert stored >= accepted
        assert alone.production.stop() == 0
        assert alone.sandbox.stop() == 0
        alone.production.start()
        alone.gateway.start()
        alone.sandbox.start()


def test_a_page_of_the_sites_orders_has_what_was_released(mes, record):
    name = facts.unique("MO")
    release = facts.release(name, "12")
    record.production.ReleaseOrder(release)
    order = mes.production.GetOrder(
        production.GetOrderRequest(site=SITE, order_name=name)).order
    assert order.item_code == release.item_code
    assert order.planned_quantity == release.planned_quantity
    assert list(order.components) == list(release.components)
    assert list(order.operations) == list(release.operations)
    assert order.reporting_operation == "Assemble"
    assert order.planned_start_at == release.planned_start_at
    assert not order.HasField("due_at")
    assert order.tracking == common.TRACKING_NONE
    assert order.state == production.ORDER_STATE_RELEASED
