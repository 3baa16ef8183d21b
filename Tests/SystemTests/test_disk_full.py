"""A disk without space: writes are refused with the reason, reads go on, and it heals by itself."""

import json

import grpc
import pytest

from Support import facts
from Support.client import refused
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.small_disk import SmallDisk
from Support.stubs import common, health, production

MEBIBYTES = 6
MOST_REPORTS = 20_000
"""More than fit what is left in files that are there already."""


@pytest.fixture
def disk(tmp_path):
    with SmallDisk(tmp_path / "small", MEBIBYTES) as disk:
        yield disk


@pytest.fixture
def small_plant(tmp_path, disk):
    """A plant whose Production has its records on the small disk."""
    plant = Plant(tmp_path / "plant")
    settings = plant.folder / "millrace-production.json"
    changed = json.loads(settings.read_text()) | {"database": str(disk.folder / "production.sqlite")}
    settings.write_text(json.dumps(changed))
    plant.production.prefix = disk.enter
    with plant:
        yield plant


class Line:
    """An MES that reports single pieces of one order and remembers what was acknowledged."""

    def __init__(self, plant):
        self.plant = plant
        self.client = plant.direct()
        self.order = facts.unique("MO")
        plant.system_of_record().production.ReleaseOrder(
            facts.release(self.order, planned="1000000"))
        self.client.production.AcknowledgeOrder(production.AcknowledgeOrderRequest(
            site=SITE, request_id=facts.unique("acknowledge"), order_name=self.order))
        self.acknowledged = {}

    def report(self, request=None):
        request = request or facts.report(self.order, good=1)
        answer = self.client.production.ReportProduction(request)
        event = request.header.source_event_id
        assert self.acknowledged.setdefault(event, answer.report_id) == answer.report_id
        return answer.receipt

    def report_until_refused(self):
        """The report that was refused."""
        for _ in range(MOST_REPORTS):
            request = facts.report(self.order, good=1)
            try:
                self.report(request)
            except grpc.RpcError:
                return request
        raise AssertionError("the disk is never full")

    def stored(self) -> dict:
        """Event to report, as the service lists them."""
        listed = list(facts.pages(
            self.client.production.ListReports,
            production.ListReportsRequest(site=SITE, order_name=self.order), "reports"))
        found = {each.header.source_event_id: each.report_id for each in listed}
        assert len(found) == len(listed), "a report is there twice"
        return found

    def serves(self, service) -> bool:
        answer = self.client.health.Check(health.HealthCheckRequest(service=service))
        return answer.status == health.HealthCheckResponse.SERVING


def test_a_full_disk_refuses_writes_keeps_reads_and_heals_without_a_restart(small_plant, disk):
    line = Line(small_plant)
    for _ in range(20):
        line.report()
    disk.fill()

    request = line.report_until_refused()
    refusal = refused(lambda: line.report(request))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_FULL")
    assert refusal.retry_seconds
    eventually("health says so", lambda: not line.serves("millrace.production.writes"))
    assert line.serves("millrace.production.v1.ProductionService"), "reads go on"
    assert line.stored() == line.acknowledged

    disk.clear()
    eventually("it heals without traffic", lambda: line.serves("millrace.production.writes"))
    assert line.report(request) == common.RECEIPT_ACCEPTED, "nothing of the refused one was kept"
    assert line.report(request) == common.RECEIPT_DUPLICATE
    assert line.stored() == line.acknowledged


def test_what_was_acknowledged_before_and_on_a_full_disk_is_there_after_a_kill(small_plant, disk):
    line = Line(small_plant)
    line.report()
    disk.fill()
    line.report_until_refused()
    small_plant.production.kill()
    disk.clear()
    small_plant.production.start()
    eventually("the client is back", lambda: line.serves(""))
    assert line.stored() == line.acknowledged
