"""A shift change, for deploy/bench: many work centres report at once, most of them on streams, and Production is
killed in the middle; prints figures as JSON.

    python -m Support.shift_load FOLDER REPORTS
"""

import concurrent.futures
import itertools
import json
import statistics
import sys
import threading
import time
from pathlib import Path

import grpc

from Support import facts
from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.processes import peak_resident_bytes
from Support.stubs import production

SERVICE = "/millrace.production.v1.ProductionService/"
ORDERS, WORK_CENTERS = 1_000, 200
STREAMS = 16
"""Streams, of ten work centres each; the other forty report with a call each, one after the other."""
CALLERS = 40
STREAMED_SHARE = 0.8
UNDER_WAY = 2_000
"""Reports that a stream's sender has sent and not seen acknowledged: a machine's buffer."""
MEBIBYTE = 1 << 20


class Sender:
    """A stream with its reports; goes on behind what was acknowledged when it breaks."""

    def __init__(self, client, reports):
        self._call = client.channel.stream_stream(SERVICE + "StreamReports")
        self._reports, self._client = reports, client
        self._room = threading.Semaphore(UNDER_WAY)
        self._sent: dict[int, float] = {}
        self.seconds: list[float] = []
        self.acknowledged = 0

    def _requests(self, after):
        for offset in range(after + 1, len(self._reports) + 1):
            self._room.acquire()
            # Of one that is sent again the first time counts: the outage belongs to it.
            self._sent.setdefault(offset, time.monotonic())
            yield production.StreamReportsRequest(
                offset=offset, report=self._reports[offset - 1]).SerializeToString()

    def run(self):
        while self.acknowledged < len(self._reports):
            self._room = threading.Semaphore(UNDER_WAY)
            try:
                for answer in self._call(self._requests(self.acknowledged), timeout=600):
                    self._take(production.StreamReportsResponse.FromString(answer))
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.UNAVAILABLE, error
                time.sleep(0.05)  # Between two attempts while the service starts.

    def _take(self, answer):
        assert not answer.rejections, answer.rejections[0]
        now = time.monotonic()
        for offset in range(self.acknowledged + 1, answer.acknowledged_offset + 1):
            self.seconds.append(now - self._sent.pop(offset))
            self._room.release()
        self.acknowledged = answer.acknowledged_offset


class Caller:
    """A work centre that reports with a call each, and says again what was not answered."""

    def __init__(self, client, reports):
        self._call = client.channel.unary_unary(SERVICE + "ReportProduction")
        self._reports = reports
        self.seconds: list[float] = []

    def run(self):
        for report in self._reports:
            request, began = report.SerializeToString(), time.monotonic()
            while True:
                try:
                    self._call(request, timeout=30)
                    break
                except grpc.RpcError as error:
                    assert error.code() is grpc.StatusCode.UNAVAILABLE, error
                    time.sleep(0.05)  # Between two attempts while the service starts.
            self.seconds.append(time.monotonic() - began)


def order_name(number):
    return f"WH/MO/{number:05}"


def reports_of(center, count):
    """A work centre works on five orders in turn."""
    names = [order_name(1 + (center * 5 + turn) % ORDERS) for turn in range(5)]
    turns = itertools.cycle(names)
    return [facts.report(next(turns), 1) for _ in range(count)]


def release_all(plant):
    record, mes = plant.system_of_record().production, plant.mes().production

    def release(number):
        record.ReleaseOrder(facts.release(order_name(number), "1000000"))
        mes.AcknowledgeOrder(facts.acknowledge(order_name(number)))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(release, range(1, ORDERS + 1)))


def senders(plant, count):
    streamed = int(count * STREAMED_SHARE)
    found = [Sender(plant.mes(), reports_of(place, streamed // STREAMS)) for place in range(STREAMS)]
    client = plant.mes()
    return found + [Caller(client, reports_of(STREAMS + place, (count - streamed) // CALLERS))
                    for place in range(CALLERS)]


def percentile(seconds, share):
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def main(folder: Path, count: int):
    with Plant(folder) as plant:
        release_all(plant)
        everybody = senders(plant, count)
        peaks = []
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(everybody)) as pool:
            running = [pool.submit(each.run) for each in everybody]
            eventually("half is there", lambda: sum(
                len(each.seconds) for each in everybody) * 2 > count, seconds=600)
            peaks.append(peak_resident_bytes(plant.production.pid))
            plant.production.kill()
            plant.production.start()
            for each in running:
                each.result()
        seconds = time.monotonic() - began
        peaks.append(peak_resident_bytes(plant.production.pid))
        recorded = sum(
            order.progress.report_count for order in facts.pages(
                plant.mes().production.ListOrders, production.ListOrdersRequest(site=SITE), "orders"))
        streamed = [each for sender in everybody if isinstance(sender, Sender) for each in sender.seconds]
        called = [each for sender in everybody if isinstance(sender, Caller) for each in sender.seconds]
        print(json.dumps({
            "reportsPerSecond": count / seconds, "missing": count - recorded,
            "streamedMedian": statistics.median(streamed) * 1000,
            "streamed99": percentile(streamed, 0.99), "called99": percentile(called, 0.99),
            "calledMedian": statistics.median(called) * 1000,
            "productionMebibytes": max(peaks) / MEBIBYTE,
            "gatewayMebibytes": peak_resident_bytes(plant.gateway.pid) / MEBIBYTE}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
