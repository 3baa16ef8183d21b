"""Reports as fast as a machine makes them: a stock client's stream through the Gateway, over kills."""

import itertools
import queue

import grpc
import pytest

from Support import facts
from Support.client import refusal
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.stubs import production

REPORTS, KILLS = 6_000, 3


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


def _take_over(plant, order):
    plant.system_of_record().production.ReleaseOrder(facts.release(order, "1000000"))
    mes = plant.mes()
    mes.production.AcknowledgeOrder(facts.acknowledge(order))
    return mes


def _report(order, offset):
    return production.StreamReportsRequest(
        offset=offset, report=facts.report(order, 1, event=f"{order}-{offset}"))


def _progress(mes, order):
    return mes.production.GetOrder(production.GetOrderRequest(site=SITE, order_name=order)).order.progress


def test_every_acknowledged_report_is_there_once_over_kills(plant):
    order = facts.unique("MO/STREAM")
    mes = _take_over(plant, order)
    acknowledged, accepted, duplicates, kills = 0, 0, 0, 0
    while acknowledged < REPORTS:
        # What was not acknowledged is sent again, by its own identity.
        requests = (_report(order, offset) for offset in range(acknowledged + 1, REPORTS + 1))
        try:
            for answer in mes.production.StreamReports(requests):
                assert not answer.rejections, answer
                acknowledged = answer.acknowledged_offset
                accepted += answer.accepted_count
                duplicates += answer.duplicate_count
                if kills < KILLS and acknowledged > REPORTS * (kills + 1) // (KILLS + 1):
                    kills += 1
                    plant.production.kill()
                    plant.production.start()
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, refusal(error)
            eventually("Production answers again", lambda: _answers(mes, order))
    assert kills == KILLS
    progress = _progress(mes, order)
    assert progress.report_count == REPORTS
    assert progress.good.value == str(REPORTS)
    # What a kill has cost is its answer: those reports were told again, and were known.
    assert REPORTS - duplicates <= accepted <= REPORTS


def _answers(mes, order):
    try:
        return _progress(mes, order)
    except grpc.RpcError:
        return None


def test_a_sender_may_wait_for_each_answer(plant):
    order = facts.unique("MO/SLOW")
    mes, waiting = _take_over(plant, order), queue.Queue()
    answers = mes.production.StreamReports(iter(waiting.get, None))
    for offset in itertools.islice(itertools.count(10, 10), 20):
        waiting.put(_report(order, offset))
        answer = next(answers)
        assert (answer.acknowledged_offset, answer.accepted_count) == (offset, 1)
    waiting.put(production.StreamReportsRequest(
        offset=1_000, report=facts.report("NOBODYS", 1)))
    rejected = next(answers).rejections
    assert [(each.offset, each.rejection.reason) for each in rejected] == [(1_000, "ORDER_NOT_FOUND")]
    waiting.put(None)
    assert list(answers) == []
