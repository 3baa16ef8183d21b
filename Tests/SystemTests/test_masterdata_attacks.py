"""Who means MasterData ill: bytes that are no messages, races, and callers that ask for too much."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.internal.encoder import _VarintBytes

from Support import contract_calls
from Support.client import refused
from Support.plant import OTHER_SITE, SITE, Plant
from Support.random_messages import randomized
from Support.seeds import seeded
from Support.stewards import (
    ACCEPTED, BILL, CALENDAR, ITEM, LOCATION, REJECTED, RELEASED, UNIT, WITHDRAWN, Steward, as_record, bill,
    calendar, head, item, line, location, mapping, operation, partner, quantity, routing, shift,
    supplier_item, unit, work_center)
from Support.stubs import masterdata

SERVICE = "/millrace.masterdata.v1.MasterDataService/"
UPSERT_ITEMS = SERVICE + "UpsertItems"
METHODS = [method for method in contract_calls.methods() if method.startswith(SERVICE[1:])]
UNARY = [method for method in METHODS if not contract_calls.methods()[method].client_streaming
         and not contract_calls.methods()[method].server_streaming]
LARGEST = 4 << 20
"""Bytes of a request."""
ROUNDS = 25
"""How often two race each other."""


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def client(plant):
    return plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"]))


@pytest.fixture(scope="module")
def of_one_site(plant, steward):
    return plant.mes(plant.issue_key("of-one-site", SITE, roles=["steward"]))


@pytest.fixture(scope="module")
def steward(client):
    steward = Steward(client.masterdata)
    steward.accept(unit("Units"))
    steward.accept(item("A"))
    steward.accept(partner("S"))
    steward.accept(work_center("PRESS"))
    return steward


@pytest.fixture(scope="module")
def known(steward):
    """A record that nobody writes."""
    return steward.read(ITEM, "A")


@pytest.fixture(autouse=True)
def everything_runs_on(plant, steward, known):
    """Whatever was sent: MasterData has not fallen over, and says what it said before."""
    process = plant.masterdata.pid
    yield
    assert (plant.masterdata.is_running, plant.masterdata.pid) == (True, process)
    assert steward.read(ITEM, "A") == known


def field(number, content: bytes) -> bytes:
    """A field of the wire: text, bytes or a message."""
    return _VarintBytes(number << 3 | 2) + _VarintBytes(len(content)) + content


GOOD = ITEM.upsert([item("WIRE")]).SerializeToString()


# Bytes

@pytest.mark.parametrize("message", [
    b"\xff" * 100, b"\x0a", b"\x0a\x7f", b"\x12\xff\xff\xff\xff\x0f", b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x0b" * 10_000, b"\x9b\x06" * 5_000 + b"\x9c\x06" * 5_000, b"\x00\x00", b"\x0a\x02\xc3\x28",
    b"\x0a\x03\xed\xa0\x80", b"\x0a\x02\xc0\x80", b"\x0d\x00\x00\x00\x00", GOOD[:-1],
    GOOD + field(2, item("B").SerializeToString() + field(1, b"\x0a\x01C")),
    field(1, b"PLANT1") + field(2, b"") * 500_000,
], ids=["no field", "no length", "less than said", "four gigabytes", "a negative length", "open groups", "groups",
        "field zero", "not UTF-8", "half a surrogate", "an overlong zero", "another type", "cut off",
        "a message twice", "half a million records"])
def test_bytes_that_are_no_message_are_refused_as_malformed(client, steward, message):
    found = refused(lambda: client.send_bytes(UPSERT_ITEMS, message))
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE")
    assert steward.get(ITEM, "WIRE")[1] == ["WIRE"]


def test_a_field_that_comes_twice_counts_as_it_came_last_at_every_door(client, of_one_site, steward):
    request = ITEM.upsert([item("LAST")]).SerializeToString()
    theirs, nowhere = field(1, OTHER_SITE.encode()), field(1, b"NOWHERE")
    found = refused(lambda: of_one_site.send_bytes(UPSERT_ITEMS, request + theirs))
    assert found.reason == "SITE_NOT_GRANTED"
    assert steward.get(ITEM, "LAST")[1] == ["LAST"]
    of_one_site.send_bytes(UPSERT_ITEMS, nowhere + theirs + request)
    assert steward.read(ITEM, "LAST").head.revision == 1


def test_fields_from_the_future_are_passed_over(client, steward):
    client.send_bytes(UPSERT_ITEMS, ITEM.upsert([item("NEWER")]).SerializeToString() + field(1_000, b"new"))
    assert steward.read(ITEM, "NEWER").head.revision == 1


@pytest.mark.parametrize("method", UNARY, ids=contract_calls.short)
def test_random_requests_are_answered_or_refused_with_a_reason(client, method):
    chance = seeded(f"random {contract_calls.short(method)}")
    request_type = contract_calls.request(method, contract_calls.Target("anybody", site=SITE))
    for _ in range(20):
        message = randomized(type(request_type)(), chance, present=0.7)
        if chance.random() < 0.8:
            message.site = SITE
        _answered_or_refused(client, method, message.SerializeToString())


@pytest.mark.parametrize("method", UNARY, ids=contract_calls.short)
def test_good_requests_with_a_few_other_bytes_are_answered_or_refused_with_a_reason(client, method):
    chance = seeded(f"bytes of {contract_calls.short(method)}")
    good = contract_calls.request(method, contract_calls.Target("anybody", site=OTHER_SITE)).SerializeToString()
    for _ in range(20):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        _answered_or_refused(client, method, bytes(damaged))


def _answered_or_refused(client, method, message: bytes):
    try:
        client.send_bytes(f"/{method}", message)
    except grpc.RpcError as error:
        found = refused(lambda: (_ for _ in ()).throw(error))
        assert found.code in (
            grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.FAILED_PRECONDITION), (found, message)


def test_a_snapshot_of_random_parts_is_refused_and_writes_nothing(client, steward):
    chance = seeded("random snapshots")
    token = steward.now()
    call = client.channel.stream_unary(
        SERVICE + "ImportSnapshot", request_serializer=bytes, response_deserializer=bytes)
    first = masterdata.ImportSnapshotRequest(head=masterdata.SnapshotHead(site=SITE)).SerializeToString()
    for _ in range(40):
        found = refused(lambda: call(iter([first, chance.randbytes(chance.randint(3, 300)), b"\xff"])))
        assert found.code == grpc.StatusCode.INVALID_ARGUMENT, found
    assert steward.changes(token)[0] == []


# Races

def race(*actions):
    """Lets all act at the same moment; what they got, in their order."""
    start = threading.Barrier(len(actions))

    def act(action):
        start.wait(10)
        return action()

    with ThreadPoolExecutor(len(actions)) as runners:
        return list(runners.map(act, actions))


def putting(steward, record):
    return lambda: steward.put(record)[0].receipt


def test_of_16_who_have_read_the_same_one_overwrites_it(steward):
    for number in range(ROUNDS):
        code = f"ETAG-{number}"
        first, = steward.accept(item(code))
        found = race(*[putting(steward, item(code, description=f"By {who}", etag=first.etag))
                       for who in range(16)])
        assert sorted(found) == [ACCEPTED] + [REJECTED] * 15
        record = steward.read(ITEM, code)
        assert (record.head.revision, record.description) == (2, f"By {found.index(ACCEPTED)}")


def test_who_overwrites_without_reading_is_one_after_another(steward):
    said = [f"By {who}" for who in range(16)]
    found = race(*[lambda text=text: steward.put(item("BLIND", description=text))[0] for text in said])
    assert sorted(each.revision for each in found) == list(range(1, 17))
    last = next(place for place, each in enumerate(found) if each.revision == 16)
    assert steward.read(ITEM, "BLIND").description == said[last]


def _users(steward, number):
    """What is withdrawn, and what is released at the same moment and names it."""
    code = f"RACE-{number}"
    return {
        "item": (item(code), item(code, WITHDRAWN), bill(f"B-{code}", "A", line(1, code))),
        "unit": (unit(code), unit(code, life_cycle=WITHDRAWN), item(f"I-{code}", unit=code)),
        "location": (location(code), location(code, WITHDRAWN), location(f"L-{code}", parent=code)),
        "work centre": (work_center(code), work_center(code, WITHDRAWN), routing(f"R-{code}", operation(1, code))),
        "partner": (partner(code), partner(code, WITHDRAWN), supplier_item(f"S-{code}", code, "A")),
    }


@pytest.mark.parametrize("what", ["item", "unit", "location", "work centre", "partner"])
def test_what_is_withdrawn_and_named_at_once_is_one_of_both(steward, what):
    for number in range(ROUNDS):
        target, withdrawn, user = _users(steward, f"{what}-{number}")[what]
        steward.accept(target)
        assert sorted(race(putting(steward, withdrawn), putting(steward, user))) == [ACCEPTED, REJECTED]


def test_an_item_is_not_withdrawn_here_while_it_is_named_there(steward, client):
    neighbour = Steward(client.masterdata, OTHER_SITE)
    for number in range(ROUNDS):
        steward.accept(item(f"HERE-{number}"))
        found = race(putting(steward, item(f"HERE-{number}", WITHDRAWN)),
                     putting(neighbour, bill(f"THERE-{number}", f"HERE-{number}")))
        assert sorted(found) == [ACCEPTED, REJECTED]


def test_two_who_close_a_circle_at_once_do_not(steward):
    for number in range(ROUNDS):
        a, b = f"CA-{number}", f"CB-{number}"
        steward.accept(item(a), item(b))
        steward.accept(location(a), location(b))
        assert sorted(race(putting(steward, bill(a, a, line(1, b))), putting(steward, bill(b, b, line(1, a))))
                      ) == [ACCEPTED, REJECTED]
        assert sorted(race(putting(steward, location(a, parent=b)), putting(steward, location(b, parent=a)))
                      ) == [ACCEPTED, REJECTED]


def test_two_who_take_what_there_is_once_do_not_both_get_it(steward):
    for number in range(ROUNDS):
        found = race(*[putting(steward, item(f"BAR-{who}-{number}", barcode=f"race-{number}"))
                       for who in range(2)])
        assert sorted(found) == [ACCEPTED, REJECTED]
        steward.accept(item(f"SUP-{number}"))
        found = race(*[putting(steward, supplier_item(f"SUP-{who}-{number}", "S", f"SUP-{number}"))
                       for who in range(2)])
        assert sorted(found) == [ACCEPTED, REJECTED]


# Too much

def test_a_request_of_more_than_4_mebibytes_is_refused_and_the_connection_goes_on(client, steward):
    long = line(1, "X" * 64, unit="Y" * 64)
    records = [bill(f"HUGE-{number}", "A", *[long] * 500) for number in range(100)]
    found = refused(lambda: steward.put(*records))
    assert found.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert steward.codes(BILL, code_prefix="HUGE-") == []


def test_a_watcher_sees_nothing_of_sites_that_are_not_granted(of_one_site):
    found = refused(lambda: of_one_site.masterdata.WatchChanges(
        masterdata.WatchChangesRequest(site=OTHER_SITE)))
    assert found.reason == "SITE_NOT_GRANTED"


@pytest.mark.parametrize("method", METHODS, ids=contract_calls.short)
def test_no_call_acts_for_a_site_that_is_not_granted(of_one_site, method):
    answer = contract_calls.ask(of_one_site, method, contract_calls.Target("thief", site=OTHER_SITE))
    assert answer.verdict == (grpc.StatusCode.PERMISSION_DENIED, "SITE_NOT_GRANTED")


@pytest.mark.parametrize("kind, make, site", [(UNIT, unit, ""), (ITEM, item, ""), (LOCATION, location, SITE)],
                         ids=["unit", "item", "location"])
def test_what_the_service_says_itself_is_not_taken_from_requests(steward, kind, make, site):
    record = make("SAID")
    record.head.MergeFrom(masterdata.RecordHead(revision=99, site=OTHER_SITE))
    record.head.changed_at.FromSeconds(1)
    steward.accept(record)
    found = steward.read(kind, "SAID").head
    assert (found.revision, found.site, found.life_cycle) == (1, site, RELEASED)
    assert found.changed_at.seconds > 1_700_000_000


# What is taken and can't be told

def _largest_calendar(code, site):
    """A calendar of which the request is exactly as large as a request may be."""
    record = calendar(code, shifts=[])

    def left():
        return LARGEST - CALENDAR.upsert([record], site).ByteSize()

    every_hour = [shift("😀" * 64, f"{hour:02}:00", 60) for hour in range(24)]
    days = (masterdata.ShiftException(date=f"{year}-{month:02}-{day:02}", shifts=every_hour)
            for year in range(2030, 2040) for month in range(1, 13) for day in range(1, 29))
    largest = len(field(4, next(days).SerializeToString()))
    record.exceptions.extend(day for day, _ in zip(days, range((left() - 1_000) // largest)))
    last = record.exceptions.add(date="2029-01-01")
    while left() > 200:
        name = "😀" * (64 if left() > 500 else 10)
        last.shifts.append(shift(name, f"{len(last.shifts):02}:00", 60))
    while left() > 0:
        record.description += "d" * max(1, left() // 2)
    assert (left(), len(record.description) <= 256) == (0, True)
    return record


def test_a_record_that_no_answer_could_carry_is_rejected(client):
    neighbour = Steward(client.masterdata, OTHER_SITE)
    rejection = neighbour.reject(_largest_calendar("LARGEST", OTHER_SITE))
    assert rejection.reason == "RECORD_TOO_LARGE"
    neighbour.accept(partner("BEHIND"))
    assert "BEHIND" in [each.head.code for each in neighbour.changes()[0]]


def _wrong_everywhere(code):
    """A bill in which a hundred fields are wrong."""
    return masterdata.BillOfMaterial(
        head=head(code), item="A", type=masterdata.BILL_TYPE_NORMAL, quantity=quantity(1),
        lines=[line(number, "A", "1,5") for number in range(1, 101)],
        by_products=[masterdata.ByProduct(item="S", quantity=quantity("1,5")) for _ in range(100)])


def test_what_was_written_of_a_snapshot_is_told_however_much_is_wrong_with_it(steward):
    wrong = [as_record(_wrong_everywhere(f"WRONG-{number}")) for number in range(1_000)]
    messages = [masterdata.ImportSnapshotRequest(head=masterdata.SnapshotHead(site=SITE))] + [
        masterdata.ImportSnapshotRequest(records=masterdata.SnapshotRecords(records=wrong[start:start + 100]))
        for start in range(0, 1_000, 100)]
    messages[1].records.records.append(as_record(item("RIGHT")))
    answer = steward.stub.ImportSnapshot(iter(messages))
    assert {(each.kind, each.created, each.rejected) for each in answer.counts} == {
        (ITEM.number, 1, 0), (BILL.number, 0, 1_000)}


def test_the_longest_codes_are_resolved_5000_at_once(steward):
    long = "😀" * 64
    steward.stub.CreateMappingRules(masterdata.CreateMappingRulesRequest(
        site=SITE, mapping_rules=[mapping(long, code_prefix="😀", target=long)]))
    codes = ["😀" * 124 + f"{number:04}" for number in range(5_000)]
    assert len(steward.stub.ResolveCodes(masterdata.ResolveCodesRequest(
        site=SITE, system="mes", kind=ITEM.number, codes=codes)).codes) == 5_000
