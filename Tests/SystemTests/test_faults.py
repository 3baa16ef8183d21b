"""Odoo is away, loses answers, talks nonsense or says no: nothing is lost, nothing is booked twice,
and what did not happen is never called booked."""

import pytest

from Support import odoo as odoo_people
from Support.conditions import eventually, never
from Support.plant import SITE
from Support.stubs import common, gateway

READS = [("mrp.production", "search_read"), ("stock.move", "search_read"),
         ("mrp.production", "read"), ("mrp.workorder", "search_read"), ("stock.move", "read"),
         ("mrp.workorder", "read")]
WRITES = [("mrp.workorder", "write"), ("mrp.production", "write"),
          ("mrp.production", "button_mark_done")]


def status(shift):
    return shift.mes.gateway.GetOdooStatus(gateway.GetOdooStatusRequest(site=SITE))


def test_reports_are_accepted_during_an_outage_and_booked_after_it(shift, factory, plant):
    orders = [shift.start(factory.routed, 20) for _ in range(3)]
    plant.wire.down()
    for order, name in orders:
        for _ in range(10):
            shift.report(name, 2)
    eventually("the outage is noticed", lambda: not status(shift).reachable)
    assert status(shift).last_failure
    for order, name in orders:
        shift.report(name, 0, final=True)
        assert shift.order(name).posting.state in (
            common.POSTING_STATE_QUEUED, common.POSTING_STATE_STATED,
            common.POSTING_STATE_SENDING, common.POSTING_STATE_UNKNOWN)
    plant.wire.clear()
    for order, name in orders:
        shift.booked(name)
        shift.assert_agreement(factory.routed, order, name)
        assert not shift.cases(name)
    assert status(shift).reachable


def test_odoo_that_is_killed_and_gone_is_an_outage_too(shift, factory, plant):
    """A refused connection, in place of a listening Odoo that does not answer."""
    order, name = shift.start(factory.plain, 5)
    with plant.wire.refusing_connections():
        shift.report(name, 5, final=True)
        eventually("the outage is noticed", lambda: not status(shift).reachable)
    shift.booked(name)
    shift.assert_agreement(factory.plain, order, name)


@pytest.mark.parametrize("model, method", WRITES + READS, ids=lambda each: each)
def test_an_answer_lost_after_commit(shift, factory, plant, model, method):
    order, name = shift.start(factory.routed, 10)
    plant.wire.drop_answers(model, method, times=2)
    shift.report(name, 4)
    shift.report(name, 6, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    assert not shift.cases(name)


def test_the_answer_to_a_cancellation_is_lost(shift, factory, plant):
    order, name = shift.start(factory.routed, 10)
    plant.wire.drop_answers("mrp.production", "action_cancel", times=1)
    shift.report(name, 0, final=True)
    shift.booked(name)
    assert shift.odoo.read_order(order)["state"] == "cancel"


@pytest.mark.parametrize("model, method", WRITES, ids=lambda each: each)
def test_a_bad_gateway_before_odoo(shift, factory, plant, model, method):
    order, name = shift.start(factory.routed, 10)
    plant.wire.bad_gateway(model, method, times=3)
    shift.report(name, 4)
    shift.report(name, 6, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)


@pytest.mark.parametrize("error", [
    "psycopg2.errors.SerializationFailure", "psycopg2.OperationalError"])
def test_a_technical_error_is_tried_again(shift, factory, plant, error):
    order, name = shift.start(factory.routed, 10)
    plant.wire.errors("mrp.production", "button_mark_done", error, times=3)
    shift.report(name, 10, final=True)
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)


@pytest.mark.parametrize("model, method", WRITES, ids=lambda each: each)
def test_missing_rights_are_a_case_until_they_are_granted(shift, factory, plant, model, method):
    order, name = shift.start(factory.routed, 10)
    plant.wire.errors(
        model, method, "odoo.exceptions.AccessError", message="You may not", times=None)

    def shown():
        return [each for each in shift.cases() if "You may not" in each.odoo_answer]
    shift.report(name, 4)
    if model == "mrp.workorder":
        # With the final report in the same round there is nothing left to state.
        eventually("the statement is refused", shown)
    shift.report(name, 6, final=True)
    case = eventually("a case says what is missing", shown)[0]
    assert case.owner_role == gateway.OWNER_ROLE_INTEGRATION
    assert shift.order(name).posting.state != common.POSTING_STATE_BOOKED
    assert shift.odoo.booked(order).good == 0
    plant.wire.clear()
    shift.booked(name)
    shift.assert_agreement(factory.routed, order, name)
    eventually("the case is closed", lambda: not shown())


@pytest.mark.parametrize("error", [
    "odoo.exceptions.UserError", "odoo.exceptions.ValidationError", "builtins.ValueError"])
@pytest.mark.parametrize("model, method", WRITES[1:], ids=lambda each: each)
def test_a_refusal_is_a_case_with_odoos_own_words(shift, factory, plant, error, model, method):
    order, name = shift.start(factory.routed, 10)
    plant.wire.errors(model, method, error, message="Tank 7 is locked", times=50)
    shift.report(name, 10, final=True)
    posting = shift.posted(name, common.POSTING_STATE_REJECTED)
    case = shift.cases(name)[0]
    assert posting.reason == case.reason
    assert "Tank 7 is locked" in case.odoo_answer
    assert shift.odoo.booked(order).good == 0
    plant.wire.clear()


NONSENSE = {
    "no JSON": "<html>Welcome</html>",
    "nothing at all": "",
    "a list": "[]",
    "a number": "42",
    "null": "null",
    "JSON cut in the middle": '{"jsonrpc": "2.0", "id": "%ID%", "result": [{"id": "%ID%", "na',
    "a result of another type": '{"jsonrpc": "2.0", "id": "%ID%", "result": "perhaps"}',
    "records without fields": '{"jsonrpc": "2.0", "id": "%ID%", "result": [{}]}',
    "records of other types": '{"jsonrpc": "2.0", "id": "%ID%", "result": [{"id": "x", "name": 7, '
                              '"state": [], "product_qty": "many", "write_date": 0}]}',
    "an error without data": '{"jsonrpc": "2.0", "id": "%ID%", "error": {}}',
    "an error that is a text": '{"jsonrpc": "2.0", "id": "%ID%", "error": "no"}',
    "numbers no plant needs": '{"jsonrpc": "2.0", "id": "%ID%", "result": [{"id": 1e300, '
                              '"product_qty": 1e300, "state": "done"}]}',
    "depth without end": "[" * 100_000,
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_never_called_booked(shift, factory, plant, nonsense):
    order, name = shift.start(factory.routed, 10)
    plant.wire.nonsense(NONSENSE[nonsense])
    shift.report(name, 10, final=True)
    never("booked, on the word of nonsense",
          lambda: shift.order(name).posting.state == common.POSTING_STATE_BOOKED, seconds=1)
    assert plant.gateway.is_running
    plant.wire.clear()
    shift.assert_agreement_or_case(factory.routed, order, name)


@pytest.mark.parametrize("nonsense", ["no JSON", "a result of another type", "null", "a number"])
def test_nonsense_in_answer_to_the_booking_itself(shift, factory, plant, nonsense):
    """Odoo has booked and answers rubbish: reading it again settles it."""
    order, name = shift.start(factory.routed, 10)
    plant.wire.nonsense(
        NONSENSE[nonsense], "mrp.production", "button_mark_done", after_commit=True, times=1)
    shift.report(name, 10, final=True)
    shift.assert_agreement_or_case(factory.routed, order, name)
    assert shift.odoo.booked(order).good == 10


def test_slow_answers_book_once(shift, factory, plant):
    order, name = shift.start(factory.routed, 10)
    plant.wire.latency(seconds=0.4)
    shift.report(name, 4)
    shift.report(name, 6, final=True)
    shift.booked(name)
    plant.wire.clear()
    shift.assert_agreement(factory.routed, order, name)


def test_a_wrong_api_key_is_shown_and_mended(tmp_path):
    from Support import factory as factories
    from Support.plant import Plant
    from Support.shift import Shift

    with Plant(tmp_path / "plant") as alone:
        shift = Shift(alone, factories.build(alone.odoo))
        order, name = shift.start(shift.factory.plain, 3)
        key_file = alone.folder / "odoo-api-key"
        alone.gateway.stop()
        key_file.write_text("no-such-key-77\n")
        alone.gateway.start()
        eventually("the refusal is shown", lambda: status(shift).last_failure)
        assert "no-such-key-77" not in status(shift).last_failure
        shift.report(name, 3, final=True)
        assert shift.order(name).posting.state != common.POSTING_STATE_BOOKED
        assert shift.odoo.booked(order).good == 0
        alone.gateway.stop()
        key_file.write_text(odoo_people.API_KEY + "\n")
        alone.gateway.start()
        shift.booked(name)
        shift.assert_agreement(shift.factory.plain, order, name)
        assert alone.edits() == []
