"""Many records at once: what a snapshot changes, what it refuses, and what is left of one that was cut off."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.seeds import seeded
from Support.stewards import (
    BILL, CALENDAR, DRAFT, ITEM, LOCATION, PARTNER, RELEASED, ROUTING, UNIT, WAREHOUSE, WITHDRAWN,
    WORK_CENTER, Steward, as_record, bill, calendar, is_refused, item, line, location, mapping, operation,
    ownership, partner, routing, site, unit, warehouse, work_center)
from Support.stubs import masterdata

CREATED, CHANGED, GONE, REJECTED = (
    masterdata.SNAPSHOT_CHANGE_CREATED, masterdata.SNAPSHOT_CHANGE_CHANGED,
    masterdata.SNAPSHOT_CHANGE_WITHDRAWN, masterdata.SNAPSHOT_CHANGE_REJECTED)
LARGE = 12_000
"""Records of an import that is cut off."""
METHOD = "/millrace.masterdata.v1.MasterDataService/ImportSnapshot"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def client(plant):
    return plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"]))


@pytest.fixture(scope="module")
def steward(client):
    steward = Steward(client.masterdata)
    steward.accept(unit("Units"))
    return steward


@pytest.fixture(scope="module")
def neighbour(steward):
    return Steward(steward.stub, OTHER_SITE)


def head(site=SITE, **fields):
    return masterdata.ImportSnapshotRequest(head=masterdata.SnapshotHead(site=site, **fields))


def part(records):
    return masterdata.ImportSnapshotRequest(records=masterdata.SnapshotRecords(
        records=[as_record(each) for each in records]))


def parts(records, size=500):
    """The messages of records."""
    return [part(records[start:start + size]) for start in range(0, len(records), size)]


def send(steward, *records, size=500, complete=(), **fields):
    """A snapshot, and what has become of it."""
    fields["complete_kinds"] = [kind.number for kind in complete]
    return steward.stub.ImportSnapshot(
        iter([head(steward.site, **fields), *parts(records, size)]), timeout=60)


def counts(answer, kind):
    """How many were created, changed, unchanged, withdrawn, rejected."""
    found, = [each for each in answer.counts if each.kind == kind.number]
    return found.created, found.changed, found.unchanged, found.withdrawn, found.rejected


def differences(answer):
    return [(each.code, each.change, each.rejection.reason) for each in answer.differences]


# What becomes of it

def test_a_partial_snapshot_says_what_is_new_other_and_the_same(steward):
    steward.accept(partner("PA-1"), partner("PA-2"), partner("PA-3"))
    answer = send(steward, partner("PA-1"), partner("PA-2", description="other"), partner("PA-4"))
    assert counts(answer, PARTNER) == (1, 1, 1, 0, 0)
    assert differences(answer) == [("PA-2", CHANGED, ""), ("PA-4", CREATED, "")]
    assert [steward.read(PARTNER, code).head.revision for code in ("PA-1", "PA-2", "PA-3")] == [1, 2, 1]


def test_sent_again_nothing_changes(steward):
    records = [item("AGAIN"), *[partner(f"AGAIN-{number}") for number in range(1_200)],
               work_center("AGAIN"), routing("AGAIN", operation(1, "AGAIN")),
               bill("AGAIN", "AGAIN", routing="AGAIN"), calendar("AGAIN"), site(), warehouse("AGAIN"),
               location("AGAIN", warehouse="AGAIN")]
    send(steward, *records, size=499)
    token = steward.now()
    answer = send(steward, *records)
    assert {(each.created, each.changed, each.withdrawn, each.rejected) for each in answer.counts} == {
        (0, 0, 0, 0)}
    assert sum(each.unchanged for each in answer.counts) == len(records)
    assert steward.changes(token)[0] == []


def test_what_is_wrong_is_rejected_and_the_rest_is_taken(steward):
    answer = send(steward, item("GOOD"), item("BAD", unit="furlong"), bill("BAD", "LATER"), item("LATER"))
    assert differences(answer) == [
        ("GOOD", CREATED, ""), ("BAD", REJECTED, "REFERENCE_UNKNOWN"),
        ("BAD", REJECTED, "REFERENCE_UNKNOWN"), ("LATER", CREATED, "")]
    assert (counts(answer, ITEM), counts(answer, BILL)) == ((2, 0, 0, 0, 1), (0, 0, 0, 0, 1))


def test_only_the_first_thousand_differences_are_told_and_all_are_counted(steward):
    codes = [f"told-{number:04}" for number in range(1_203)]
    answer = send(steward, *map(partner, codes))
    assert counts(answer, PARTNER) == (1_203, 0, 0, 0, 0)
    assert [each.code for each in answer.differences] == codes[:1_000]


def test_a_preview_says_the_same_and_changes_nothing(steward, neighbour):
    neighbour.accept(warehouse("PRE-1"), warehouse("PRE-2"))
    token = neighbour.now()
    records = [warehouse("PRE-2", description="other"), warehouse("PRE-3"), warehouse("PRE-4", description="")]
    options = {"complete": [WAREHOUSE], "maximum_withdrawn_percent": 100}
    foreseen = send(neighbour, *records, validate_only=True, **options)
    assert differences(foreseen) == [
        ("PRE-2", CHANGED, ""), ("PRE-3", CREATED, ""), ("PRE-4", REJECTED, "INVALID_FIELDS"),
        ("PRE-1", GONE, "")]
    assert neighbour.changes(token)[0] == []
    assert send(neighbour, *records, **options) == foreseen


@pytest.fixture(scope="module")
def pair(steward):
    steward.accept(item("TAKES-1", barcode="T1"), item("TAKES-2", barcode="T2"))


@pytest.mark.xfail(strict=True, reason="a snapshot in which two items have each other's barcode is never taken")
def test_a_snapshot_in_which_barcodes_are_exchanged_is_taken(steward, pair):
    answer = send(steward, item("TAKES-1", barcode="T2"), item("TAKES-2", barcode="T1"))
    assert counts(answer, ITEM) == (0, 2, 0, 0, 0)


# Complete ones

def test_what_a_complete_snapshot_misses_is_withdrawn(steward, neighbour):
    send(neighbour, *[location(f"L-{number}") for number in range(8)], location("L-8", DRAFT),
         location("L-9", WITHDRAWN))
    steward.accept(location("L-0"))
    answer = send(neighbour, *[location(f"L-{number}") for number in range(5)], complete=[LOCATION],
                  maximum_withdrawn_percent=50)
    assert counts(answer, LOCATION) == (0, 0, 5, 4, 0)
    assert neighbour.codes(LOCATION, life_cycles=[RELEASED]) == [f"L-{number}" for number in range(5)]
    assert neighbour.codes(LOCATION, life_cycles=[WITHDRAWN]) == [f"L-{number}" for number in range(5, 10)]
    assert neighbour.read(LOCATION, "L-9").head.revision == 1
    assert steward.read(LOCATION, "L-0").head.life_cycle == RELEASED


def test_what_is_there_but_wrong_is_not_missing(neighbour):
    send(neighbour, work_center("WC-1"), work_center("WC-2"))
    answer = send(neighbour, work_center("WC-1", description=""), work_center("WC-2"),
                  complete=[WORK_CENTER])
    assert differences(answer) == [("WC-1", REJECTED, "INVALID_FIELDS")]
    assert neighbour.read(WORK_CENTER, "WC-1").head.life_cycle == RELEASED


def test_what_is_missing_and_still_in_use_is_rejected(neighbour):
    neighbour.accept(warehouse("USED"))
    neighbour.accept(location("USES", warehouse="USED"))
    records = [warehouse(code) for code in neighbour.codes(WAREHOUSE, life_cycles=[RELEASED]) if code != "USED"]
    answer = send(neighbour, *records, complete=[WAREHOUSE], maximum_withdrawn_percent=100)
    assert ("USED", REJECTED, "RECORD_IN_USE") in differences(answer)


def test_what_is_missing_with_its_users_is_withdrawn_with_them(neighbour):
    neighbour.accept(work_center("OLD"))
    neighbour.accept(routing("OLD", operation(1, "OLD")))
    answer = send(neighbour, complete=[WORK_CENTER, ROUTING],
                  maximum_withdrawn_percent=100)
    assert {("OLD", GONE, "")} <= set(differences(answer))
    assert counts(answer, ROUTING)[4] == counts(answer, WORK_CENTER)[4] == 0


def test_a_missing_tree_of_locations_is_withdrawn_at_once(neighbour):
    neighbour.accept(location("a"), location("b", parent="a"), location("0", parent="b"))
    answer = send(neighbour, location("L-0"), complete=[LOCATION], maximum_withdrawn_percent=100)
    assert counts(answer, LOCATION)[4] == 0
    assert neighbour.codes(LOCATION, life_cycles=[RELEASED]) == ["L-0"]


def test_a_snapshot_that_withdraws_too_much_changes_nothing_at_all(steward):
    codes = [f"share-{number:02}" for number in range(20)]
    send(steward, *map(calendar, codes))
    others = [calendar(code) for code in steward.codes(CALENDAR, life_cycles=[RELEASED]) if code not in codes]
    total = len(codes) + len(others)
    for missing in range(1, len(codes)):
        is_too_much = missing * 100 > 10 * total
        records = [*others, *map(calendar, codes[missing:])]
        reason = is_refused(lambda records=records: send(
            steward, *records, calendar("new"), complete=[CALENDAR], validate_only=not is_too_much))
        assert reason == ("WITHDRAWS_TOO_MUCH" if is_too_much else ""), missing
    assert steward.get(CALENDAR, "new")[1] == ["new"]
    found = refused(lambda: send(steward, *others, complete=[CALENDAR]))
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "WITHDRAWS_TOO_MUCH")


# What is no snapshot

@pytest.mark.parametrize("messages, field", [
    ([], "head"), ([masterdata.ImportSnapshotRequest()], "head"), ([part([item("N")])], "head"),
    ([head(), head()], "head"), ([head(), part([item("N")]), head()], "head"),
    ([head(), part([])], "records.records"),
    ([head(), part([item(f"N-{number}") for number in range(501)])], "records.records"),
    ([head(), masterdata.ImportSnapshotRequest(records=masterdata.SnapshotRecords(
        records=[masterdata.Record()]))], "records.records[0]"),
    ([head(), part([item("N"), mapping("N", code="1", target="N")])], "records.records[1]"),
    ([head(), part([ownership("N", "item", "me")])], "records.records[0]"),
    ([head(), part([item("N")]), part([item("N")])], "records.records[0].head.code"),
    ([head(complete_kinds=[masterdata.RECORD_KIND_MAPPING_RULE])], "head.complete_kinds[0]"),
    ([head(complete_kinds=[masterdata.RECORD_KIND_ITEM, 0])], "head.complete_kinds[1]"),
    ([head(maximum_withdrawn_percent=101)], "head.maximum_withdrawn_percent"),
    ([head(maximum_withdrawn_percent=-1)], "head.maximum_withdrawn_percent"),
    ([head(site="")], "head.site"),
], ids=["nothing", "nothing in it", "no head", "two heads", "a head at the end", "no records", "501 records",
        "an empty record", "a mapping rule", "an ownership rule", "a record twice", "complete rules",
        "complete of nothing", "more than all", "less than nothing", "no site"])
def test_what_is_no_snapshot_is_refused_and_writes_nothing(steward, messages, field):
    assert list(refused(lambda: steward.stub.ImportSnapshot(iter(messages))).fields) == [field]
    assert steward.get(ITEM, "N")[1] == ["N"]


def test_a_snapshot_of_a_site_that_is_not_granted_is_refused(plant):
    of_one_site = plant.mes(plant.issue_key("of-one-site", SITE, roles=["steward"])).masterdata
    found = refused(lambda: of_one_site.ImportSnapshot(iter([head(OTHER_SITE), part([item("N")])])))
    assert found.reason == "SITE_NOT_GRANTED"


@pytest.fixture(scope="module")
def raw_import(client):
    """The RPC with messages that are bytes already."""
    return client.channel.stream_unary(
        METHOD, request_serializer=bytes,
        response_deserializer=masterdata.ImportSnapshotResponse.FromString)


def test_more_than_250_000_records_are_refused(raw_import, steward):
    numbers = itertools.count()

    def too_many():
        yield head().SerializeToString()
        for _ in range(501):
            yield part([partner(f"TOO-MANY-{next(numbers)}") for _ in range(500)]).SerializeToString()

    found = refused(lambda: raw_import(too_many(), timeout=90))
    assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SNAPSHOT_TOO_LARGE")
    assert steward.codes(PARTNER, code_prefix="TOO-MANY-") == []


def test_more_than_64_mebibytes_are_refused(raw_import, steward):
    long = line(1, "X" * 64, unit="Y" * 64)

    def too_large():
        yield head().SerializeToString()
        for number in range(0, 1_000, 20):
            yield part([bill(f"LARGE-{number + each}", "X", *[long] * 500) for each in range(20)]
                       ).SerializeToString()

    assert sum(map(len, too_large())) > 64 << 20
    found = refused(lambda: raw_import(too_large(), timeout=90))
    assert (found.code, found.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SNAPSHOT_TOO_LARGE")
    assert steward.codes(BILL, code_prefix="LARGE-") == []


# Cut off

def test_who_stops_halfway_has_written_nothing(plant, steward):
    token = steward.now()
    halfway, never_set = threading.Event(), threading.Event()

    def half():
        yield head()
        for number in range(20):
            yield part([item(f"HALF-{number}-{each}") for each in range(500)])
        halfway.set()
        never_set.wait(60)

    call = steward.stub.ImportSnapshot.future(half(), timeout=60)
    assert halfway.wait(30)
    call.cancel()
    never_set.set()
    # A later write of the same service comes behind what that call would have written.
    steward.accept(item("AFTER-HALF"))
    assert [each.head.code for each in steward.changes(token)[0]] == ["AFTER-HALF"]


MOMENTS = {"before anything is written": 0, "at the beginning": 0.1, "later": 0.6, "near the end": 0.9}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_that_was_killed_is_sent_again_and_everything_is_there_once(plant, steward, moment):
    chance = seeded(f"import killed {moment}")
    name = f"kill-{len(moment)}"
    new = [item(f"{name}/{number:05}") for number in range(LARGE - 500)]
    known = [item(f"{name}/known-{number:03}") for number in range(500)]
    send(steward, *known)
    other = [item(each.head.code, description="other") for each in known[:250]]
    records = [*new, *other, *known[250:]]
    chance.shuffle(records)
    seen = MOMENTS[moment] and chance.choice(new[:int(LARGE * 0.05)]).head.code
    if seen:
        _move(records, seen, int(MOMENTS[moment] * LARGE))
    token = steward.now()
    was_cut = _killed_when_there(plant, steward, records, seen)
    print("cut off" if was_cut else "it was done before")
    if seen:
        assert steward.read(ITEM, seen).head.revision == 1

    created, changed, unchanged, withdrawn, rejected = counts(send(steward, *records), ITEM)
    assert (created + changed + unchanged, withdrawn, rejected) == (LARGE, 0, 0)
    assert counts(send(steward, *records), ITEM) == (0, 0, LARGE, 0, 0)
    told = sorted((each.head.code, each.head.revision) for each in steward.changes(token)[0])
    assert told == sorted([(each.head.code, 1) for each in new] + [(each.head.code, 2) for each in other])
    untouched, _ = steward.get(ITEM, *[each.head.code for each in known[250:]])
    assert {each.head.revision for each in untouched} == {1}


def _move(records, code, place):
    """Puts a record at a place in the order in which they are written."""
    at = next(index for index, each in enumerate(records) if each.head.code == code)
    records.insert(place, records.pop(at))


def _killed_when_there(plant, steward, records, code) -> bool:
    """Ends MasterData during an import, as soon as a record is there; starts it again. Whether it was cut off."""
    sent = threading.Event()

    def messages():
        yield from [head(), *parts(records)]
        sent.set()

    cut = steward.stub.ImportSnapshot.future(messages(), timeout=60)
    assert sent.wait(60)
    while code and steward.get(ITEM, code)[1]:
        pass
    plant.masterdata.kill()
    assert cut.exception() is None or cut.code() == grpc.StatusCode.UNAVAILABLE
    plant.masterdata.start()
    eventually("it answers again", lambda: not is_refused(lambda: steward.page(UNIT)))
    return cut.exception() is not None


# Two at once

def test_two_who_send_the_same_at_once_make_it_once(steward):
    records = [item(f"SAME-{number:04}") for number in range(4_000)]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: counts(send(steward, *records), ITEM), range(2)))
    assert [sum(each) for each in zip(*answers)] == [4_000, 0, 4_000, 0, 0]
    found, _ = steward.page(ITEM, size=500, code_prefix="SAME-")
    assert {each.head.revision for each in found} == {1}


def test_two_who_send_something_else_at_once_leave_each_record_as_one_of_them_said_it(steward):
    codes = [f"EITHER-{number:04}" for number in range(2_000)]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda said: counts(send(
            steward, *[item(code, description=said) for code in codes]), ITEM), ("one", "two")))
    created, changed, unchanged, _, rejected = [sum(each) for each in zip(*answers)]
    assert (created, changed, unchanged, rejected) == (2_000, 2_000, 0, 0)
    found, _ = steward.page(ITEM, size=500, code_prefix="EITHER-")
    assert {each.head.revision for each in found} == {2}
    assert {each.description for each in found} <= {"one", "two"}


def test_a_barcode_that_is_taken_while_a_snapshot_is_written_is_nobodys_twice(steward):
    count, taken = 6_000, 200
    records = [item(f"MINE-{number:04}", barcode=f"race-{number:04}") for number in range(count)]
    thieves = [item(f"THEIRS-{number:04}", barcode=f"race-{number:04}") for number in range(count - taken, count)]
    with ThreadPoolExecutor(2) as both:
        snapshot = both.submit(send, steward, *records)
        theirs = both.submit(lambda: [steward.put(each)[0].receipt for each in reversed(thieves)])
        created, *_, rejected = counts(snapshot.result(), ITEM)
    got = theirs.result().count(1)
    assert (created, rejected) == (count - got, got)
    owners = [each.barcode for prefix in ("MINE-", "THEIRS-") for each in _all_items(steward, prefix)]
    assert len(owners) == len(set(owners)) == count


def _all_items(steward, prefix):
    found, token = steward.page(ITEM, size=500, code_prefix=prefix)
    while token:
        more, token = steward.page(ITEM, token, 500, code_prefix=prefix)
        found += more
    return found


def test_a_unit_is_not_withdrawn_under_a_snapshot_that_uses_it(steward):
    steward.accept(unit("Doomed"))
    records = [item(f"DOOMED-{number:04}", unit="Doomed") for number in range(4_000)]
    with ThreadPoolExecutor(2) as both:
        snapshot = both.submit(send, steward, *records)
        outcomes = []
        while not snapshot.done() and not outcomes:
            outcomes = [each for each in steward.put(unit("Doomed", life_cycle=WITHDRAWN)) if not each.rejection.reason]
        created, *_, rejected = counts(snapshot.result(), ITEM)
    is_withdrawn = steward.read(UNIT, "Doomed").head.life_cycle == WITHDRAWN
    assert (created, rejected) == ((0, 4_000) if is_withdrawn else (4_000, 0))
