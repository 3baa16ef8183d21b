"""deploy/runbooks/upgrade-and-roll-back.md, step by step, on a plant that is reported to meanwhile.

The same program stands for the new one and for the old one; a mark in the database stands for a
migration that only the new one knows.
"""

import json
import re
import sqlite3
import subprocess
import threading

import grpc
import pytest

from Support import facts, paths
from Support import factory as factories
from Support.client import refusal, refused
from Support.conditions import eventually, never
from Support.plant import SITE, Plant
from Support.programs import Program, free_port, run
from Support.shift import Shift
from Support.stubs import common, gateway, health, production

REPORTERS = 4
AFTER_NOTHING_SECONDS = 0.1
"""How long a caller rests that was not told when to try again."""


class Reporting(threading.Thread):
    """Reports piece after piece, says each again until it is answered, and waits as told."""

    def __init__(self, plant, order: str):
        super().__init__(daemon=True)
        self.client, self.order = plant.mes(), order
        self.acknowledged, self.refusals, self.failure = [], [], None
        self._ended = threading.Event()

    def run(self):
        try:
            while not self._ended.is_set():
                request = facts.report(self.order, 1)
                self.acknowledged.append((request, self._insist(request)))
        except BaseException as error:
            self.failure = error

    def _insist(self, request):
        while True:
            try:
                return self.client.production.ReportProduction(request)
            except grpc.RpcError as error:
                found = refusal(error)
                self.refusals.append(found)
                if found.code is not grpc.StatusCode.UNAVAILABLE:
                    raise
                self._ended.wait(found.retry_seconds or AFTER_NOTHING_SECONDS)

    def end(self):
        self._ended.set()
        self.join(30)
        assert self.failure is None, self.failure
        assert not self.is_alive()


class Load:
    """Some who report on one order at the same time."""

    def __init__(self, plant, order: str):
        self.reporters = [Reporting(plant, order) for _ in range(REPORTERS)]
        for each in self.reporters:
            each.start()
        self.goes_on()

    def goes_on(self):
        """Waits until all of them have got some more reports through."""
        before = [len(each.acknowledged) for each in self.reporters]
        eventually("all go on reporting", lambda: all(
            len(each.acknowledged) > count + 10 for each, count in zip(self.reporters, before)))

    def notices(self):
        """Waits until all of them have been refused."""
        before = [len(each.refusals) for each in self.reporters]
        eventually("all are refused", lambda: all(
            len(each.refusals) > count for each, count in zip(self.reporters, before)))

    def end(self):
        for each in self.reporters:
            each.end()

    @property
    def acknowledged(self) -> list:
        return [answer for each in self.reporters for answer in each.acknowledged]

    @property
    def refusals(self) -> list:
        return [found for each in self.reporters for found in each.refusals]


@pytest.fixture
def alone(tmp_path):
    with Plant(tmp_path / "plant") as plant:
        yield plant
        assert plant.edits() == []


@pytest.fixture
def shop(alone):
    return Shift(alone, factories.build(alone.odoo))


def database(plant, service="production"):
    return plant.folder / f"{service}.sqlite"


def millrace(*arguments) -> dict:
    return json.loads(run("millrace", *map(str, arguments), "--json"))


def migrations(file) -> list:
    return [(each["scope"], each["version"]) for each in millrace("inspect", file)["migrations"]]


def rehearse(plant, backup):
    """Starts the new program on a copy of the records; answers the copy's migrations."""
    folder = plant.folder / "rehearsal"
    folder.mkdir(mode=0o700)
    copy = folder / "production.sqlite"
    millrace("restore", backup, copy)
    settings = json.loads((plant.folder / "millrace-production.json").read_text())
    settings |= {"database": str(copy), "listen": {"host": "127.0.0.1", "port": free_port()}}
    path = folder / "production.json"
    path.write_text(json.dumps(settings))
    program = Program("millrace-production", ["--config", str(path)], folder).start()
    assert program.stop() == 0
    return migrations(copy)


def watch(shop, token=""):
    request = production.WatchOrdersRequest(site=SITE, resume_token=token)
    return shop.mes.production.WatchOrders(request, timeout=120)


def is_stored_once(shop, order: str, requests: list):
    """Each of these reports is there, none is there twice, and no other."""
    stored = [each.header.source_event_id for each in shop.reports(order)]
    assert sorted(stored) == sorted(each.header.source_event_id for each in requests)
    assert shop.order(order).progress.good.value == str(len(requests))


def ends_booked(shop, product, order, name):
    """The final report books the order, and Odoo agrees."""
    shop.report(name, 0, final=True)
    shop.booked(name)
    shop.assert_agreement(product, order, name)
    assert not shop.cases(name)


def test_a_service_is_upgraded_under_load_and_nothing_is_lost_or_doubled(alone, shop):
    order, name = shop.start(shop.factory.routed, 100_000)
    watching = watch(shop)
    next(watching)
    load = Load(alone, name)
    # Beforehand, while it runs.
    check = run("millrace-production", *alone.production.arguments, "--check-config")
    assert check == "the configuration is valid"
    trial = alone.folder / "trial.backup"
    millrace("backup", database(alone), trial)
    assert rehearse(alone, trial) == migrations(trial)
    load.goes_on()
    assert not load.refusals, "nobody has noticed anything so far"
    # The exchange.
    assert alone.production.stop() == 0
    load.notices()
    millrace("backup", database(alone), alone.folder / "production.backup")
    alone.production.start()
    load.goes_on()
    load.end()
    # Afterwards.
    assert {(each.code, each.reason) for each in load.refusals} == {
        (grpc.StatusCode.UNAVAILABLE, "SERVICE_DOWN")}
    assert all(each.retry_seconds for each in load.refusals)
    with pytest.raises(grpc.RpcError) as ended:
        list(watching)
    found = refusal(ended.value)
    assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert found.retry_seconds
    for service in ("", "millrace.production.writes"):
        request = health.HealthCheckRequest(service=service)
        assert alone.direct().health.Check(request).status == health.HealthCheckResponse.SERVING
    assert millrace("inspect", database(alone), "--check")["check"] == []
    is_stored_once(shop, name, [request for request, _ in load.acknowledged])
    ends_booked(shop, shop.factory.routed, order, name)


def mark_as_migrated(file):
    """What a newer program leaves behind: a migration that this one does not know."""
    with sqlite3.connect(file) as records:
        records.execute("""
            INSERT INTO rs_migrations SELECT scope, max(version) + 1, 'of_the_new_program', hash,
            applied_at FROM rs_migrations WHERE scope = 'service' GROUP BY scope""")
    records.close()


def is_refused_by_the_old_program(program):
    done = subprocess.run([*program.command(), *program.arguments], capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode > 0 and "start the newer program" in done.stderr, done


def resend(shop, requests) -> list:
    """Says reports again with the same identities; how each was received."""
    return [shop.mes.production.ReportProduction(request).receipt for request in requests]


def test_the_old_program_needs_the_backup_once_the_records_were_migrated(alone, shop):
    order, name = shop.start(shop.factory.routed, 100_000)
    load = Load(alone, name)
    alone.production.stop()
    backup = alone.folder / "production.backup"
    millrace("backup", database(alone), backup)
    # The new program runs for a while.
    alone.production.start()
    load.goes_on()
    load.end()
    late_order, late = shop.start(shop.factory.plain, 5)
    done_order, done = shop.start(shop.factory.plain, 5)
    shop.report(done, 5, final=True)
    shop.booked(done)
    token = next(watch(shop)).resume_token
    alone.production.stop()
    mark_as_migrated(database(alone))
    is_refused_by_the_old_program(alone.production)

    # The way back.
    restored = millrace("restore", backup, database(alone))
    assert (alone.folder / restored["keptAs"]).exists()
    alone.production.start()
    alone.gateway.wait_for("Production was restored: its feed is followed anew")
    assert refused(lambda: watch(shop, token)).reason == "FEED_RESTORED"
    everything = [request for request, _ in load.acknowledged]
    stored = {each.header.source_event_id for each in shop.reports(name)}
    kept = [each for each in everything if each.header.source_event_id in stored]
    assert 0 < len(kept) < len(everything), "what came after the backup is gone"
    receipts = resend(shop, everything)
    assert receipts.count(common.RECEIPT_DUPLICATE) == len(kept)
    assert receipts.count(common.RECEIPT_ACCEPTED) == len(everything) - len(kept)
    is_stored_once(shop, name, everything)
    ends_booked(shop, shop.factory.routed, order, name)

    # Orders that came down after the backup do not come again. What was booked stays booked.
    def known():
        listed = facts.pages(shop.mes.production.ListOrders,
                             production.ListOrdersRequest(site=SITE), "orders")
        return {each.name for each in listed}

    never("an order is released again", lambda: known() & {late, done}, 2)
    released = [line for line in alone.gateway.output().splitlines() if "order released" in line]
    assert all(any(f"order={each} " in line for line in released) for each in (late, done))
    assert shop.odoo.booked(done_order).good == 5
    [report] = [request for request, _ in shop.acknowledged if request.order_name == done]
    assert refused(lambda: shop.mes.production.ReportProduction(report)).reason == (
        "ORDER_NOT_FOUND")
    # What is to be made yet is planned anew in Odoo.
    shop.odoo.cancel(late_order)
    successor, name = shop.start(shop.factory.plain, 5)
    shop.report(name, 5)
    ends_booked(shop, shop.factory.plain, successor, name)


def lets_in(plant, key: str) -> bool:
    try:
        plant.mes(key).gateway.ListCases(gateway.ListCasesRequest(site=SITE))
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.UNAUTHENTICATED, error
        return False
    return True


def changes_since(entry: int, kept) -> list:
    """The runbook's look into the audit log of the file that a restore has kept: what, to whom."""
    book = (paths.ROOT / "deploy" / "runbooks" / "upgrade-and-roll-back.md").read_text()
    query = re.search(r'"(SELECT .*?)"', book, re.DOTALL).group(1)
    with sqlite3.connect(f"file:{kept}?mode=ro", uri=True) as records:
        return [row[2:] for row in records.execute(query.replace("LAST", str(entry)))]


def test_the_gateway_is_upgraded_under_load_and_nothing_is_lost_or_doubled(alone, shop):
    order, name = shop.start(shop.factory.routed, 100_000)
    watching = watch(shop)
    next(watching)
    load = Load(alone, name)
    assert alone.gateway.stop() == 0
    load.notices()
    millrace("backup", database(alone, "gateway"), alone.folder / "gateway.backup")
    alone.gateway.start()
    load.goes_on()
    load.end()
    # With the Gateway away it is their own gRPC library that tells callers.
    assert {each.code for each in load.refusals} == {grpc.StatusCode.UNAVAILABLE}
    assert all(each.retry_seconds for each in load.refusals if each.domain)
    with pytest.raises(grpc.RpcError) as ended:
        list(watching)
    found = refusal(ended.value)
    assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert found.retry_seconds
    is_stored_once(shop, name, [request for request, _ in load.acknowledged])
    ends_booked(shop, shop.factory.routed, order, name)


def test_a_restored_gateway_has_forgotten_what_was_changed_about_partners(alone):
    revoked = alone.issue_key("leaver", SITE)
    alone.gateway.stop()
    backup = alone.folder / "gateway.backup"
    made = millrace("backup", database(alone, "gateway"), backup)
    alone.gateway.start()
    [listed] = alone.administer("key", "list", "leaver", "--json").splitlines()
    alone.administer("key", "revoke", json.loads(listed)["credentialID"])
    late = alone.issue_key("newcomer", SITE)
    assert not lets_in(alone, revoked) and lets_in(alone, late)
    alone.gateway.stop()
    mark_as_migrated(database(alone, "gateway"))
    is_refused_by_the_old_program(alone.gateway)
    restored = millrace("restore", backup, database(alone, "gateway"))
    alone.gateway.start()
    assert lets_in(alone, revoked) and not lets_in(alone, late)
    found = changes_since(
        made["auditSequence"], alone.folder / restored["keptAs"])
    assert [(action.rpartition("/")[2], name.rpartition(" ")[2]) for action, name in found] == [
        ("RevokeCredential", "leaver"), ("PutPartner", "newcomer"), ("IssueKey", "newcomer")]
