"""Watching master data: nothing is missed, whoever was away or fell over."""

import itertools
import threading

import grpc
import pytest

from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import run
from Support.seeds import seeded
from Support.stewards import (
    ITEM, LOCATION, PARTNER, RELEASED, UNIT, WITHDRAWN, Steward, bill, item, is_refused, kind_of, location,
    mapping, ownership, partner, record_in, unit, warehouse)
from Support.stubs import masterdata


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def steward(plant):
    client = plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"]))
    steward = Steward(client.masterdata)
    steward.accept(unit("Units"))
    steward.accept(item("A"))
    return steward


@pytest.fixture(scope="module")
def neighbour(steward):
    return Steward(steward.stub, OTHER_SITE)


class Watcher:
    """Follows the changes and begins again where it was when its stream ends, like any watcher."""

    def __init__(self, stub, token="", kinds=(), site=SITE):
        self.stub, self.token, self.kinds, self.site = stub, token, kinds, site
        self.seen = []
        """Code and revision of each change that it was told."""
        self.times_all_was_told = 0
        self._is_over = threading.Event()
        self._stream = None
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        if self._stream:
            self._stream.cancel()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _follow(self):
        while not self._is_over.is_set():
            self._stream = self.stub.WatchChanges(masterdata.WatchChangesRequest(
                site=self.site, resume_token=self.token, kinds=self.kinds), timeout=120)
            try:
                for change in self._stream:
                    self._take(change)
            except grpc.RpcError:
                self._is_over.wait(0.05)

    def _take(self, change):
        if change.HasField("record"):
            head = record_in(change.record).head
            self.seen.append((head.code, head.revision))
        else:
            self.times_all_was_told += 1
        self.token = change.resume_token


def _codes(records):
    return [each.head.code for each in records]


def _restart(program, steward, *, well):
    program.stop() if well else program.kill()
    program.start()
    eventually("it answers again", lambda: not is_refused(lambda: steward.page(UNIT)))


# What is told

def test_without_a_token_all_records_are_told_and_then_that_all_has_been_told(steward, neighbour):
    steward.accept(location("OURS"))
    neighbour.accept(location("THEIRS"))
    seen, _ = steward.changes()
    assert {"Units", "A", "OURS"} <= set(_codes(seen))
    assert "THEIRS" not in _codes(seen)
    assert len(seen) == len({(kind_of(each).one, each.head.code) for each in seen})


def test_a_record_is_told_as_it_is_now_once_and_in_the_order_of_its_last_change(steward):
    token = steward.now()
    for number in range(3):
        steward.accept(partner("OFTEN", description=f"Number {number}"), partner(f"ONCE-{number}"))
    steward.accept(partner("OFTEN", WITHDRAWN))
    seen, _ = steward.changes(token)
    assert [(each.head.code, each.head.revision) for each in seen] == [
        ("ONCE-0", 1), ("ONCE-1", 1), ("ONCE-2", 1), ("OFTEN", 4)]
    assert seen[-1] == steward.read(PARTNER, "OFTEN")


def test_what_changed_nothing_is_not_told(steward):
    steward.accept(partner("STILL"))
    token = steward.now()
    steward.accept(partner("STILL"))
    steward.put(partner("STILL", description=""), partner("NEVER", description=""))
    steward.put(partner("STILL", description="other"), validate_only=True)
    assert steward.changes(token)[0] == []


def test_a_watcher_hears_of_its_kinds_only_and_resumes_with_them(steward):
    kinds = [PARTNER.number, LOCATION.number]
    _, token = steward.changes(kinds=kinds)
    steward.accept(item("NOT-THIS"))
    steward.accept(partner("THIS"))
    steward.accept(warehouse("NOR-THIS"))
    steward.accept(location("AND-THIS"))
    seen, token = steward.changes(token, kinds)
    assert _codes(seen) == ["THIS", "AND-THIS"]
    assert steward.changes(token, kinds)[0] == []


def test_the_marker_of_a_watch_without_changes_of_its_kinds_goes_on_nevertheless(steward):
    kinds = [PARTNER.number]
    _, before = steward.changes(kinds=kinds)
    steward.accept(*[item(f"BESIDE-{number}") for number in range(100)])
    seen, after = steward.changes(before, kinds)
    assert (seen, after != before) == ([], True)


def test_rules_are_told_like_everything_else(steward):
    token = steward.now()
    steward.stub.CreateMappingRules(masterdata.CreateMappingRulesRequest(
        site=SITE, mapping_rules=[mapping("told", code="told", target="A")]))
    steward.stub.SetOwnershipRules(masterdata.SetOwnershipRulesRequest(
        site=SITE, ownership_rules=[ownership("told", "warehouse", "steward")]))
    steward.stub.RetireMappingRules(masterdata.RetireMappingRulesRequest(site=SITE, codes=["told"]))
    seen, _ = steward.changes(token)
    assert [(type(each).__name__, each.head.life_cycle) for each in seen] == [
        ("OwnershipRule", RELEASED), ("MappingRule", WITHDRAWN)]


def test_a_watcher_that_is_there_is_told_at_once_and_then_that_it_knows_all(steward):
    token = steward.now()
    with Watcher(steward.stub, token) as watcher:
        eventually("it knows all", lambda: watcher.times_all_was_told == 1)
        for number in range(1, 6):
            steward.accept(partner("LIVE", description=f"Number {number}"))
            eventually("it is told", lambda number=number: ("LIVE", number) in watcher.seen, 5)
            eventually("it knows all", lambda: watcher.token == steward.changes(watcher.token)[1], 5)


# What is no watch

def test_tokens_that_are_none_are_refused(steward):
    token = steward.now()
    _, page_token = steward.page(PARTNER, size=1)
    before = token[:-1]
    for wrong in ("x", "é", "\0", token + "0" * 9, before + "-1", before + "١", page_token, token.upper() + "A"):
        assert list(refused(lambda wrong=wrong: steward.changes(wrong)).fields) == ["resume_token"], wrong


def test_kinds_that_there_are_not_are_refused(steward):
    for kinds, field in (([0], "kinds[0]"), ([PARTNER.number, 99], "kinds[1]"), ([ITEM.number] * 14, "kinds")):
        assert list(refused(lambda kinds=kinds: steward.changes(kinds=kinds)).fields) == [field]


# Who was away

def test_a_watcher_that_was_away_for_5000_changes_is_told_each_once(steward):
    token = steward.now()
    chance = seeded("away for 5,000 changes")
    revisions = {}
    for _ in range(10):
        batch = chance.sample(range(3_000), 500)
        for number in batch:
            revisions[f"AWAY-{number}"] = revisions.get(f"AWAY-{number}", 0) + 1
        steward.accept(*[partner(f"AWAY-{number}", description=f"Revision {revisions[f'AWAY-{number}']}")
                         for number in batch])
    assert sum(revisions.values()) == 5_000
    seen, _ = steward.changes(token)
    assert len(seen) == len(revisions)
    assert {each.head.code: each.head.revision for each in seen} == revisions


def test_any_token_on_the_way_is_one_to_resume_with(steward):
    token = steward.now()
    codes = [f"STEP-{number:03}" for number in range(60)]
    steward.accept(*map(partner, codes))
    for place in range(len(codes)):
        stream = steward.stub.WatchChanges(
            masterdata.WatchChangesRequest(site=SITE, resume_token=token), timeout=30)
        change = next(stream)
        stream.cancel()
        assert record_in(change.record).head.code == codes[place]
        token = change.resume_token
    assert steward.changes(token)[0] == []


def test_a_change_while_one_catches_up_is_not_lost(steward):
    token = steward.now()
    steward.accept(*[partner(f"CATCH-{number}") for number in range(500)])
    stream = steward.stub.WatchChanges(
        masterdata.WatchChangesRequest(site=SITE, resume_token=token), timeout=30)
    first = [record_in(change.record).head for change in itertools.islice(stream, 10)]
    steward.accept(partner("CATCH-0", description="again"), partner("CATCH-499", description="again"))
    told = {each.code: each.revision for each in first}
    while told.get("CATCH-0") != 2 or told.get("CATCH-499") != 2:
        change = next(stream)
        if change.HasField("record"):
            head = record_in(change.record).head
            told[head.code] = head.revision
    stream.cancel()
    assert told == {f"CATCH-{number}": 2 if number in (0, 499) else 1 for number in range(500)}


@pytest.mark.parametrize("program, well", [
    ("masterdata", True), ("masterdata", False), ("gateway", True), ("gateway", False)],
    ids=["MasterData ends", "MasterData is killed", "the Gateway ends", "the Gateway is killed"])
def test_a_watcher_resumes_where_it_was(plant, steward, program, well):
    token = steward.now()
    name = f"{program}-{well}"
    with Watcher(steward.stub, token) as watcher:
        steward.accept(*[partner(f"{name}-{number}") for number in range(200)])
        eventually("it is in the middle", lambda: len(watcher.seen) > 10)
        _restart(getattr(plant, program), steward, well=well)
        steward.accept(*[partner(f"{name}-{number}") for number in range(200, 400)])
        eventually("it is told the last", lambda: (f"{name}-399", 1) in watcher.seen, 30)
    assert watcher.seen == [(f"{name}-{number}", 1) for number in range(400)]


def test_a_watcher_that_does_not_read_holds_nobody_up(steward):
    streams = [steward.stub.WatchChanges(masterdata.WatchChangesRequest(site=SITE), timeout=60)
               for _ in range(20)]
    for stream in streams:
        next(stream)
    token = steward.now()
    steward.accept(*[bill(f"SLOW-{number}", "A", version="x" * 64) for number in range(500)])
    assert len(steward.changes(token)[0]) == 500
    for stream in streams:
        stream.cancel()


def test_a_watch_ends_with_the_right_to_it(plant, steward):
    key = plant.issue_key("leaves", SITE, roles=["steward"])
    stream = plant.mes(key).masterdata.WatchChanges(masterdata.WatchChangesRequest(site=SITE), timeout=60)
    next(stream)
    plant.administer("partner", "suspend", "leaves")
    with pytest.raises(grpc.RpcError) as ended:
        for _ in stream:
            pass
    assert ended.value.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


def test_after_a_restore_no_token_from_before_is_believed(plant, steward):
    token = steward.now()
    _, page_token = steward.page(PARTNER, size=1)
    database, backup = str(plant.folder / "masterdata.sqlite"), str(plant.folder / "backup")
    run("millrace", "backup", database, backup)
    steward.accept(partner("AFTER-THE-BACKUP"))
    plant.masterdata.stop()
    run("millrace", "restore", backup, database)
    plant.masterdata.start()
    eventually("it answers again", lambda: not is_refused(lambda: steward.page(UNIT)))
    for call in (lambda: steward.changes(token), lambda: steward.page(PARTNER, page_token)):
        found = refused(call)
        assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "FEED_RESTORED")
    seen, _ = steward.changes()
    assert "AFTER-THE-BACKUP" not in _codes(seen) and len(seen) > 1_000
