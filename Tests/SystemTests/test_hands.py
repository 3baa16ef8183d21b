"""People work on our orders between our calls. Every order ends as agreement or as a case, and no
posted document is edited (the fixture looks at the sandbox's own protocol after every test)."""

import pytest

from Support.odoo import OdooError
from Support.seeds import seeded
from Support.stubs import common


def close(odoo, order):
    odoo.close(order)


def close_a_part(odoo, order):
    odoo.close_partly(order, 3, backorder=True)


def close_a_part_and_drop_the_rest(odoo, order):
    odoo.close_partly(order, 3, backorder=False)


def cancel(odoo, order):
    odoo.cancel(order)


def split(odoo, order):
    odoo.split(order, [6, 4])


def raise_the_quantity(odoo, order):
    odoo.change_quantity(order, 14)


def lower_the_quantity(odoo, order):
    odoo.change_quantity(order, 6)


def type_a_quantity(odoo, order):
    odoo.type_quantity(order, 2)


def type_a_consumption(odoo, order):
    odoo.type_consumption(odoo.raw_moves(order)[0]["id"], 1)


def unreserve(odoo, order):
    odoo.call("mrp.production", "do_unreserve", [order])


ACTIONS = [close, close_a_part, close_a_part_and_drop_the_rest, cancel, split, raise_the_quantity,
           lower_the_quantity, type_a_quantity, type_a_consumption, unreserve]
"""What a person does to an order of 10 pieces."""


def by_name(action):
    return action.__name__


@pytest.mark.parametrize("action", ACTIONS, ids=by_name)
@pytest.mark.parametrize("product", ["routed", "plain"])
def test_before_the_first_report(shift, factory, action, product):
    product = getattr(factory, product)
    order, name = shift.start(product, 10)
    action(shift.odoo, order)
    shift.report(name, 4)
    shift.report(name, 6, final=True)
    shift.assert_agreement_or_case(product, order, name)


@pytest.mark.parametrize("action", ACTIONS, ids=by_name)
def test_after_the_reports_were_stated(shift, factory, action):
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 4)
    shift.stated(name)
    action(shift.odoo, order)
    shift.report(name, 6, final=True)
    shift.assert_agreement_or_case(factory.routed, order, name)


@pytest.mark.parametrize("action", ACTIONS, ids=by_name)
def test_during_an_outage_that_hides_it(shift, factory, plant, action):
    """The final report is in before the Gateway can see what the person has done."""
    order, name = shift.start(factory.routed, 10)
    shift.report(name, 4)
    shift.stated(name)
    with plant.wire.outage():
        shift.report(name, 5, final=True)
        action(shift.odoo, order)
    shift.assert_agreement_or_case(factory.routed, order, name)


MOMENTS = [
    ("before", "mrp.production", "write"), ("after", "mrp.production", "write"),
    ("before", "mrp.production", "button_mark_done"),
    ("after", "mrp.production", "button_mark_done")]
"""Between which of our calls a person is quicker."""


@pytest.mark.parametrize("action", ACTIONS, ids=by_name)
@pytest.mark.parametrize("when, model, method", MOMENTS, ids=lambda each: each)
def test_in_the_middle_of_a_booking(shift, factory, plant, action, when, model, method):
    order, name = shift.start(factory.routed, 10)
    refused = []

    def hand():
        try:
            plant.by_hand(action, shift.odoo, order)
        except OdooError as error:
            refused.append(error)
    getattr(plant.wire, when)(model, method, hand)
    shift.report(name, 9, final=True)
    shift.assert_agreement_or_case(factory.routed, order, name)


def test_a_person_who_books_more_than_reported_makes_a_case(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.odoo.close(order)
    shift.report(name, 4, final=True)
    posting = shift.posted(name, common.POSTING_STATE_REJECTED)
    assert posting.reason
    assert shift.odoo.booked(order).good == 10, "the posted document is as the person left it"
    assert [each.order_name for each in shift.cases(name)] == [name]


def test_a_persons_partial_booking_is_completed_on_the_backorder(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.odoo.close_partly(order, 3, backorder=True)
    shift.report(name, 10, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    assert len(shift.odoo.chain(order)) >= 2


def test_a_split_order_is_filled_along_its_chain(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.odoo.split(order, [6, 4])
    shift.report(name, 10, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)


def test_a_cancelled_order_makes_a_case_and_stays_cancelled(shift, factory):
    order, name = shift.start(factory.routed, 10)
    shift.odoo.cancel(order)
    shift.report(name, 4, final=True)
    shift.posted(name, common.POSTING_STATE_REJECTED)
    assert shift.odoo.read_order(order)["state"] == "cancel"
    assert shift.odoo.booked(order).good == 0


def test_one_orders_case_does_not_stop_the_others(shift, factory):
    bad, bad_name = shift.start(factory.routed, 10)
    good, good_name = shift.start(factory.routed, 10)
    shift.odoo.cancel(bad)
    shift.report(bad_name, 1)
    shift.report(bad_name, 9, final=True)
    shift.report(good_name, 10, final=True)
    shift.booked(good_name)
    shift.assert_agreement(factory.routed, good, good_name)
    shift.posted(bad_name, common.POSTING_STATE_REJECTED)


@pytest.mark.parametrize("round_number", range(4))
def test_hands_at_random_moments(shift, factory, plant, round_number):
    chance = seeded(f"hands {round_number}")
    orders = []
    for _ in range(5):
        product = chance.choice([factory.routed, factory.plain])
        orders.append((product, *shift.start(product, 10)))
    steps = [(each, "report") for each in orders for _ in range(3)]
    steps += [(each, "hand") for each in orders for _ in range(chance.randrange(0, 3))]
    chance.shuffle(steps)
    for (product, order, name), step in steps:
        if step == "report":
            shift.report(name, chance.randrange(1, 4))
        else:
            action = chance.choice(ACTIONS)
            chain = shift.odoo.chain(order)
            target = chance.choice(chain)["id"]
            try:
                with plant.gateway.frozen():
                    plant.by_hand(action, shift.odoo, target)
                print(f"{name}: {action.__name__} on {target}")
            except OdooError as error:
                print(f"{name}: {action.__name__} refused: {error}")
    for product, order, name in orders:
        shift.report(name, chance.randrange(0, 2), final=True)
    for product, order, name in orders:
        posting = shift.assert_agreement_or_case(product, order, name)
        print(f"{name}: {common.PostingState.Name(posting.state)} {posting.reason}")
