"""Watches through the Gateway: everything once, in order, from any token on."""

import threading

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.shift import insist
from Support.stubs import events, production


def watch(client, token="", **options):
    return client.production.WatchOrders(
        production.WatchOrdersRequest(site=SITE, resume_token=token), **options)


def until(stream, wanted) -> list:
    """The messages of a stream up to the first one that is wanted."""
    found = []
    for message in stream:
        found.append(message)
        if wanted(message):
            return found
    raise AssertionError(f"the stream ended without it: {found}")


def test_a_watch_starts_with_all_orders_and_goes_on(mes, orders):
    before = {orders.released() for _ in range(3)}
    stream = watch(mes)
    seen = []
    while not before <= {each.order.name for each in seen}:
        seen.append(next(stream))
    later = orders.acknowledged()
    until(stream, lambda each: each.order.name == later
          and each.order.state == production.ORDER_STATE_ACKNOWLEDGED)
    stream.cancel()


def test_a_watch_without_a_token_has_every_order_of_the_site_once(mes, orders):
    orders.released()
    names = {each.name for each in facts.pages(
        mes.production.ListOrders, production.ListOrdersRequest(site=SITE), "orders")}
    stream = watch(mes)
    seen = [next(stream).order.name for _ in names]
    assert sorted(seen) == sorted(names)
    stream.cancel()


def test_resuming_misses_nothing_and_repeats_nothing(mes, orders):
    last = orders.released()
    stream = watch(mes)
    token = until(stream, lambda each: each.order.name == last)[-1].resume_token
    stream.cancel()
    missed = [orders.released() for _ in range(5)]
    resumed = watch(mes, token)
    assert [next(resumed).order.name for _ in missed] == missed
    resumed.cancel()


def test_every_message_can_be_resumed_after(mes, orders):
    """Cut at any message, the rest is the same."""
    last = orders.released()
    first = until(watch(mes), lambda each: each.order.name == last)
    for place in range(0, len(first) - 1, max(1, len(first) // 7)):
        stream = watch(mes, first[place].resume_token)
        rest = until(stream, lambda each: each.order.name == last)
        stream.cancel()
        assert [each.order.name for each in rest] == [
            each.order.name for each in first[place + 1:]]


def test_the_order_in_a_watch_is_as_it_is_now(mes, orders):
    order = orders.acknowledged()
    mes.production.ReportProduction(facts.report(order, 4, 2))
    message = until(watch(mes), lambda each: each.order.name == order)[-1]
    now = mes.production.GetOrder(production.GetOrderRequest(site=SITE, order_name=order)).order
    assert message.order.progress == now.progress
    assert message.order.progress.good.value == "4"


def test_many_watches_see_the_same(mes, plant, orders):
    last = orders.released()
    token = until(watch(mes), lambda each: each.order.name == last)[-1].resume_token
    streams = [watch(plant.mes(), token) for _ in range(20)]
    order = orders.released()
    for stream in streams:
        assert next(stream).order.name == order
        stream.cancel()


def test_a_watcher_that_does_not_read_delays_nobody(mes, orders):
    idle = watch(mes)
    order = orders.acknowledged("100000")
    for _ in range(200):
        mes.production.ReportProduction(facts.report(order, 1))
    stream = watch(mes)
    until(stream, lambda each: each.order.name == order)
    idle.cancel()
    stream.cancel()


def test_a_watch_that_changed_orders_flood_coalesces_and_ends_with_the_newest(mes, orders):
    order = orders.acknowledged("100000")
    token = until(watch(mes), lambda each: each.order.name == order)[-1].resume_token
    stream = watch(mes, token)
    for _ in range(100):
        mes.production.ReportProduction(facts.report(order, 1))
    found = until(stream, lambda each: each.order.progress.good.value == "100")
    revisions = [each.order.revision for each in found]
    assert revisions == sorted(set(revisions))
    stream.cancel()


def test_cancelling_a_watch_ends_it(mes):
    stream = watch(mes)
    next(stream)
    stream.cancel()
    with pytest.raises(grpc.RpcError) as error:
        for _ in stream:
            pass
    assert error.value.code() == grpc.StatusCode.CANCELLED


def test_a_watch_ends_at_its_deadline(mes):
    with pytest.raises(grpc.RpcError) as error:
        for _ in watch(mes, timeout=0.5):
            pass
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_thousand_cancelled_watches_leave_nothing_behind(plant, mes):
    """Descriptors of the Gateway and of Production come back down."""
    def descriptors():
        from os import listdir
        return sum(len(listdir(f"/proc/{each.pid}/fd"))
                   for each in (plant.gateway, plant.production))

    next(watch(mes))
    before = descriptors()
    for _ in range(20):
        streams = [watch(mes) for _ in range(50)]
        for stream in streams:
            stream.cancel()
    eventually("the descriptors are closed", lambda: descriptors() <= before + 4)
    assert insist(mes.production.ListOrders, production.ListOrdersRequest(site=SITE)).orders


def test_watches_end_unavailable_when_production_goes_and_resume_after_it(tmp_path):
    with Plant(tmp_path / "plant") as alone:
        record, mes = alone.system_of_record(), alone.mes()
        first = facts.unique("MO")
        record.production.ReleaseOrder(facts.release(first))
        stream = watch(mes)
        token = next(stream).resume_token
        ended = []

        def read():
            try:
                for _ in stream:
                    pass
            except grpc.RpcError as error:
                ended.append(error.code())
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        alone.production.kill()
        reader.join(20)
        assert ended == [grpc.StatusCode.UNAVAILABLE]
        alone.production.start()
        second = facts.unique("MO")

        def released():
            try:
                alone.system_of_record().production.ReleaseOrder(facts.release(second))
                return True
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE
        eventually("Production takes orders again", released)

        def resumed():
            try:
                return next(watch(mes, token)).order.name
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE
        assert eventually("the watch resumes", resumed) == second


def test_tokens_of_another_database_are_refused(tmp_path):
    """A database that was restored or made anew has another incarnation."""
    with Plant(tmp_path / "plant") as alone:
        record = alone.system_of_record()
        for _ in range(3):
            record.production.ReleaseOrder(facts.release(facts.unique("MO")))
        old = next(watch(record)).resume_token
        page = record.production.ListOrders(production.ListOrdersRequest(
            site=SITE, page={"page_size": 1})).page.next_page_token
        event = next(record.events.Subscribe(
            events.SubscribeRequest(consumer="test"))).resume_token
        alone.production.stop()
        for file in alone.folder.glob("production.sqlite*"):
            file.unlink()
        alone.production.start()
        record = alone.system_of_record()
        for call in (
            lambda: watch(record, old),
            lambda: record.production.ListOrders(production.ListOrdersRequest(
                site=SITE, page={"page_token": page})),
            lambda: record.events.Subscribe(
                events.SubscribeRequest(consumer="test", resume_token=event)),
            lambda: record.events.Acknowledge(
                events.AcknowledgeRequest(consumer="test", resume_token=event)),
        ):
            found = refused(call)
            assert (found.code, found.reason) == (
                grpc.StatusCode.FAILED_PRECONDITION, "FEED_RESTORED")
