"""What operators do with a service's records: look at them, back them up, restore them."""

import json
import os
import sqlite3
import subprocess
import threading

import grpc
import pytest

from Support import facts, paths, records
from Support.client import refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.programs import run
from Support.stubs import events, health, production


def millrace(*arguments) -> dict:
    return json.loads(run("millrace", *map(str, arguments), "--json"))


def fails(*arguments) -> str:
    """Runs the tool with something it must refuse; returns what it said."""
    done = subprocess.run(
        [str(paths.program("millrace")), *map(str, arguments)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode > 0 and done.stderr.startswith("Error: "), done
    return done.stderr


@pytest.fixture
def alone(tmp_path):
    with Plant(tmp_path / "plant") as plant:
        yield plant


@pytest.fixture
def files(alone):
    return alone.folder / "production.sqlite", alone.folder / "production.backup"


def release(plant, orders=1) -> list:
    """Releases orders; returns their names."""
    record = plant.system_of_record()
    names = [facts.unique("MO") for _ in range(orders)]
    for name in names:
        record.production.ReleaseOrder(facts.release(name))
    return names


def stored(plant) -> set:
    listed = facts.pages(
        plant.system_of_record().production.ListOrders,
        production.ListOrdersRequest(site=SITE), "orders")
    return {order.name for order in listed}


class Releasing(threading.Thread):
    """Releases orders one after the other, and remembers which were acknowledged."""

    def __init__(self, plant):
        super().__init__(daemon=True)
        self.record = plant.system_of_record()
        self.acknowledged, self.failure = [], None
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.is_set():
                name = facts.unique("MO")
                self.record.production.ReleaseOrder(facts.release(name))
                self.acknowledged.append(name)
        except BaseException as error:
            self.failure = error

    def end(self):
        self.ended.set()
        self.join(30)
        assert self.failure is None, self.failure


def test_a_backup_of_a_running_service_is_restored_and_old_tokens_are_told(alone, files):
    database, backup = files
    writing = Releasing(alone)
    writing.start()
    eventually("orders are released", lambda: len(writing.acknowledged) > 5)
    before = list(writing.acknowledged)
    made = millrace("backup", database, backup)
    eventually("it goes on", lambda: len(writing.acknowledged) > len(before) + 5)
    writing.end()
    subscribe = events.SubscribeRequest(consumer="test")
    token = next(alone.system_of_record().events.Subscribe(subscribe)).resume_token
    in_backup = records.fingerprint(backup)
    assert made["newestEvent"] == in_backup["rs_outbox"] and made["auditSequence"] > 0
    assert token.startswith(made["incarnation"])

    # A database in use is not replaced, and the refusal says by whom.
    said = fails("restore", backup, database)
    assert str(alone.production.pid) in said
    assert stored(alone) == set(writing.acknowledged)

    alone.production.stop()
    whole = records.fingerprint(database)
    restored = millrace("restore", backup, database)
    assert records.fingerprint(database) == in_backup
    assert records.fingerprint(alone.folder / restored["keptAs"]) == whole
    assert restored["backupIncarnation"] == made["incarnation"] != restored["incarnation"]
    alone.production.start()

    found = stored(alone)
    assert set(before) <= found < set(writing.acknowledged)
    record = alone.system_of_record()
    for call in (
        lambda: record.events.Subscribe(
            events.SubscribeRequest(consumer="test", resume_token=token)),
        lambda: record.events.Acknowledge(
            events.AcknowledgeRequest(consumer="test", resume_token=token)),
    ):
        refusal = refused(call)
        assert (refusal.code, refusal.reason) == (
            grpc.StatusCode.FAILED_PRECONDITION, "FEED_RESTORED")
    fresh = next(record.events.Subscribe(subscribe)).resume_token
    assert fresh.startswith(restored["incarnation"])
    assert set(release(alone)) < stored(alone)


def test_a_running_service_and_a_backup_can_be_inspected(alone, files):
    database, backup = files
    release(alone, 3)
    token = next(alone.system_of_record().events.Subscribe(
        events.SubscribeRequest(consumer="test"))).resume_token
    alone.system_of_record().events.Acknowledge(
        events.AcknowledgeRequest(consumer="test", resume_token=token))
    found = millrace("inspect", database, "--check")
    assert found["check"] == [] and not found["isBackup"]
    assert found["rows"]["orders"] == 3
    assert found["newestEvent"] == found["rows"]["rs_outbox"]
    consumer = next(each for each in found["consumers"] if each["name"] == "test")
    assert consumer["lag"] == found["newestEvent"] - consumer["acknowledged"] > 0
    assert consumer["oldestUnacknowledgedAgeMilliseconds"] >= 0
    assert {each["state"] for each in found["migrations"]} == {"same", "unknown"}
    assert millrace("archive", "verify", database) == {"archives": []}
    assert "no archives yet" in run("millrace", "archive", "verify", str(database))

    made = millrace("backup", database, backup)
    copy = millrace("inspect", backup, "--check")
    assert copy["isBackup"] and copy["incarnation"] == made["incarnation"] == found["incarnation"]
    assert copy["rows"] == found["rows"]
    for line in (made["incarnation"], "orders", "rs_outbox", "test", "no damage"):
        assert line in run("millrace", "inspect", str(database), "--check")
    assert sorted(each.name for each in alone.folder.glob("production.*")) == [
        "production.backup", "production.sqlite", "production.sqlite-shm",
        "production.sqlite-wal", "production.sqlite.lock"]


def test_wrong_words_change_nothing(alone, files):
    database, backup = files
    release(alone)
    millrace("backup", database, backup)
    content = backup.read_bytes()
    assert "--force" in fails("backup", database, backup)
    assert "same file" in fails("restore", backup, backup)
    fails("backup", database, database, "--force")
    fails("backup", database, alone.folder / "nowhere" / "backup")
    fails("restore", alone.folder / "principal-keys.json", database)
    fails("inspect", alone.folder / "principal-keys.json")
    fails("archive", "verify", alone.folder / "principal-keys.json")
    assert backup.read_bytes() == content
    # A backup is no database: copied into place by hand it would answer with the old incarnation.
    alone.production.stop()
    kept = alone.folder / "kept"
    os.rename(database, kept)
    database.write_bytes(content)
    said = subprocess.run(
        [*alone.production.command(), *alone.production.arguments], capture_output=True, text=True,
        timeout=30, check=False)
    assert said.returncode > 0 and "millrace restore" in said.stdout + said.stderr
    os.rename(kept, database)
    alone.production.start()
    assert len(stored(alone)) == 1


def test_health_says_that_records_cannot_be_written_and_heals_without_traffic(alone, files):
    """Another program that holds its lock stands for every storage that refuses writes and returns."""
    database, _ = files
    anybody, record = alone.direct(), alone.system_of_record()
    [name] = release(alone)

    def serves(service):
        return anybody.health.Check(health.HealthCheckRequest(service=service)).status == (
            health.HealthCheckResponse.SERVING)

    assert serves("millrace.production.writes")
    holder = sqlite3.connect(database, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        refusal = refused(lambda: record.production.ReleaseOrder(
            facts.release(facts.unique("MO"))))
        assert (refusal.code, refusal.reason) == (
            grpc.StatusCode.UNAVAILABLE, "STORAGE_UNAVAILABLE")
        assert refusal.retry_seconds
        eventually("health says so", lambda: not serves("millrace.production.writes"))
        assert serves("") and serves("millrace.production.v1.ProductionService")
        assert stored(alone) == {name}, "reads go on"
        alone.production.wait_for("records cannot be written")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    eventually("it heals", lambda: serves("millrace.production.writes"))
    alone.production.wait_for("records can be written again")
    assert len(alone.production.output().split("records cannot be written")) == 2, "said once"
    assert set(release(alone)) < stored(alone)
