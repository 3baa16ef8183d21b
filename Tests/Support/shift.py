"""An MES as it behaves on a bad day: it says everything again until it has an answer."""

from decimal import Decimal

import grpc

from Support import facts
from Support.conditions import eventually
from Support.plant import SITE
from Support.stubs import common, gateway, production

AGAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
         grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN}
"""Answers after which nobody knows whether the fact was stored."""
POSTING_SECONDS = 60
"""An order is booked, or has become a case, within this time."""


def insist(call, request, seconds: float = 60):
    """Sends a request until it is answered, under the same identity."""
    def answered():
        try:
            return call(request, timeout=5)
        except grpc.RpcError as error:
            if error.code() not in AGAIN:
                raise
            return None
    return eventually(f"an answer to {type(request).__name__}", answered, seconds)


class Shift:
    """Reports on orders and remembers what was acknowledged."""

    def __init__(self, plant, factory):
        self.plant, self.factory, self.odoo = plant, factory, plant.odoo
        self.mes = plant.mes()
        self.acknowledged = []
        """(request, answer) of every report that was answered OK."""

    # The order's way

    def released(self, name: str, seconds: float = 30):
        """Waits until the order is on the shop floor's list, and returns it."""
        def there():
            try:
                return self.mes.production.GetOrder(
                    production.GetOrderRequest(site=SITE, order_name=name), timeout=5).order
            except grpc.RpcError as error:
                if error.code() not in {grpc.StatusCode.NOT_FOUND} | AGAIN:
                    raise
        return eventually(f"{name} is released", there, seconds)

    def start(self, product: int, quantity, **fields):
        """A confirmed order that the MES has taken over: Odoo's id and the name."""
        order, name = self.odoo.order(product, float(quantity), **fields)
        self.released(name)
        insist(self.mes.production.AcknowledgeOrder, facts.acknowledge(name))
        return order, name

    def report(self, name: str, good=0, scrap=0, **fields):
        request = facts.report(name, good, scrap, **fields)
        answer = insist(self.mes.production.ReportProduction, request)
        self.acknowledged.append((request, answer))
        return answer

    def order(self, name: str):
        return insist(self.mes.production.GetOrder,
                      production.GetOrderRequest(site=SITE, order_name=name)).order

    def reports(self, name: str) -> list:
        return facts.pages(
            lambda request: insist(self.mes.production.ListReports, request),
            production.ListReportsRequest(site=SITE, order_name=name), "reports")

    # What became of it

    def cases(self, name: str | None = None, open_only: bool = True) -> list:
        found = facts.pages(
            lambda request: insist(self.mes.gateway.ListCases, request),
            gateway.ListCasesRequest(site=SITE, open_only=open_only), "cases")
        return [each for each in found if name is None or each.order_name == name]

    def posted(self, name: str, *states, seconds: float = POSTING_SECONDS):
        """Waits until the order's posting is in one of these states, and returns it."""
        shown = []

        def reached():
            posting = self.order(name).posting
            shown[:] = [common.PostingState.Name(posting.state), posting.reason]
            assert posting.state in states, shown
            return posting
        return eventually(
            f"{name} is {[common.PostingState.Name(each) for each in states]}", reached, seconds)

    def stated(self, name: str):
        return self.posted(name, common.POSTING_STATE_STATED)

    def booked(self, name: str):
        return self.posted(name, common.POSTING_STATE_BOOKED)

    def settled(self, name: str):
        """Booked, or a case for a person."""
        return self.posted(name, common.POSTING_STATE_BOOKED, common.POSTING_STATE_REJECTED)

    def targets(self, product: int, name: str):
        """Good pieces, and the consumption by component, that the stored reports come to."""
        order = self.order(name)
        good = Decimal(order.progress.good.value)
        processed = good + Decimal(order.progress.scrap.value)
        planned = order.planned_quantity.value
        needs = {
            code: facts.consumption(processed, Decimal(each) * Decimal(planned), planned)
            for code, each in self.factory.needs[product].items()}
        return good, needs

    def assert_agreement(self, product: int, order: int, name: str):
        """Odoo holds exactly what was reported, in posted documents."""
        good, needs = self.targets(product, name)
        held = self.odoo.booked(order)
        assert held.good == good, f"{name}: reported {good}, Odoo holds {held.good}"
        assert held.components == needs, f"{name}: {needs} reported, Odoo holds {held.components}"
        shown = {each.item_code: Decimal(each.consumed.value)
                 for each in self.order(name).progress.components}
        assert shown == needs

    def assert_agreement_or_case(self, product: int, order: int, name: str):
        """The end of every order that people have touched: equal figures, or a person is asked."""
        posting = self.settled(name)
        if posting.state == common.POSTING_STATE_BOOKED:
            self.assert_agreement(product, order, name)
            assert not self.cases(name), self.cases(name)
        else:
            cases = self.cases(name)
            assert cases, f"{name} is REJECTED without a case"
            assert posting.reason in {each.reason for each in cases}
            assert all(each.explanation and each.owner_role for each in cases)
        return posting
