"""kill -9 at random moments of a shift: nothing acknowledged is lost, and Odoo holds each quantity
exactly once."""

import threading

import pytest

from Support import facts
from Support import factory as factories
from Support.plant import Plant
from Support.seeds import seeded
from Support.shift import Shift, insist
from Support.stubs import common

CYCLES = 10
ORDERS = 3
REPORTS = 30
"""Reports of one order in one cycle; some of them are said twice."""
KILLS = 5
LONGEST_PAUSE_SECONDS = 1.2
"""A program dies at a random moment within this time of the last death."""


@pytest.fixture(scope="module")
def crashing(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as plant:
        yield Shift(plant, factories.build(plant.odoo))


class Killer(threading.Thread):
    """Ends the Gateway or Production again and again, and starts it anew.

    It runs beside the shift, and stops after its kills or when the shift is told to end.
    """

    def __init__(self, plant, chance):
        super().__init__(daemon=True)
        self.plant, self.chance = plant, chance
        self.ended = threading.Event()
        self.killed = []
        self.failure = None

    def run(self):
        try:
            for _ in range(KILLS):
                if self.ended.wait(self.chance.uniform(0, LONGEST_PAUSE_SECONDS)):
                    return
                victim = self.chance.choice([self.plant.gateway, self.plant.production])
                victim.kill()
                self.killed.append(victim.name)
                victim.start()
        except BaseException as error:
            self.failure = error


def work(shift, chance, orders):
    """One shift: reports on every order, some said twice, the last one final."""
    left = {name: REPORTS for _, _, name in orders}
    while left:
        name = chance.choice(sorted(left))
        left[name] -= 1
        final = left[name] == 0
        shift.report(name, chance.randrange(1, 5), chance.randrange(0, 2), final=final)
        if chance.random() < 0.2:
            request, first = chance.choice(shift.acknowledged)
            answer = insist(shift.mes.production.ReportProduction, request)
            assert answer.receipt == common.RECEIPT_DUPLICATE
            assert (answer.report_id, answer.sequence) == (first.report_id, first.sequence)
        if final:
            del left[name]


@pytest.mark.parametrize("cycle", range(CYCLES))
def test_a_shift_with_sudden_deaths(crashing, cycle):
    shift, plant = crashing, crashing.plant
    chance = seeded(f"crash {cycle}")
    shift.acknowledged.clear()
    killer = Killer(plant, chance)
    killer.start()
    try:
        orders = []
        for _ in range(ORDERS):
            product = chance.choice([shift.factory.routed, shift.factory.plain])
            orders.append((product, *shift.start(product, 100)))
        work(shift, chance, orders)
        killer.join(60)
    finally:
        killer.ended.set()
        killer.join(60)
    assert killer.failure is None, killer.failure
    print(f"killed: {killer.killed}")
    assert len(killer.killed) == KILLS

    for product, order, name in orders:
        said = {request.header.source_event_id: answer
                for request, answer in shift.acknowledged if request.order_name == name}
        stored = {each.header.source_event_id: each for each in shift.reports(name)}
        assert said.keys() == stored.keys(), "acknowledged and stored differ"
        for event, answer in said.items():
            assert (stored[event].report_id, stored[event].sequence) == (
                answer.report_id, answer.sequence)
        good = sum(facts.Decimal(each.good.value) for each in stored.values())
        shift.booked(name)
        assert facts.Decimal(shift.order(name).progress.good.value) == good
        shift.assert_agreement(product, order, name)
        assert not shift.cases(name)
    assert plant.edits() == []
