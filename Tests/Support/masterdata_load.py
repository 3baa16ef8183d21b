"""Loads MasterData with as many records as a large plant has, for deploy/bench; prints figures as JSON.

    python -m Support.masterdata_load FOLDER
"""

import json
import random
import sys
import time
from pathlib import Path

import grpc

from Support.principals import HEADER, key_id, mint
from Support.programs import Program, free_port, run
from Support.stubs import common, masterdata, masterdata_grpc

SITE = "PLANT1"
ITEMS = 100_000
BATCH = 500
RULES = 10_000
CALLS = 2_000
SEED = 7


class MasterData:
    """The service alone, and a caller whose principal it believes."""

    def __init__(self, folder: Path):
        self.folder = folder
        run("millrace", "keys", "create", "--directory", str(folder))
        self.port = free_port()
        settings = folder / "masterdata.json"
        settings.write_text(json.dumps({
            "listen": {"host": "127.0.0.1", "port": self.port},
            "database": str(folder / "masterdata.sqlite"),
            "principalKeysFile": str(folder / "principal-keys.json"), "sites": [SITE]}))
        self.program = Program("millrace-masterdata", ["--config", str(settings)], folder)
        self.program.start()
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}", options=[("grpc.max_receive_message_length", 16 << 20)])
        self.stub = masterdata_grpc.MasterDataServiceStub(self.channel)

    def metadata(self):
        token = mint((self.folder / "principal-signing-key.pem").read_text(),
                     key_id(self.folder / "principal-keys.json"), subject="steward",
                     sites=(SITE,), aud="millrace.masterdata")
        return [(HEADER, token)]

    def memory_mebibytes(self, field="VmHWM") -> float:
        """The most that the process has had in memory; VmRSS: what it has now."""
        text = Path(f"/proc/{self.program.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith(field))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self) -> float:
        """Of all its threads, by the process's own clock."""
        return time.clock_gettime((~self.program.pid << 3) | 2)


def head(code):
    return masterdata.RecordHead(code=code, life_cycle=masterdata.LIFE_CYCLE_RELEASED)


def unit():
    return masterdata.Record(unit=masterdata.Unit(
        head=head("Units"), category="Unit", rounding="0.01",
        reference_ratio=masterdata.Ratio(numerator=1, denominator=1)))


def item(number, text):
    return masterdata.Record(item=masterdata.Item(
        head=head(f"ITEM-{number:06}"), description=f"{text} {number}", unit="Units",
        tracking=common.TRACKING_NONE, storable=True))


def snapshot(service, records):
    """Sends records as one snapshot; what became of them and how long it took."""
    def parts():
        yield masterdata.ImportSnapshotRequest(head=masterdata.SnapshotHead(site=SITE))
        for start in range(0, len(records), BATCH):
            yield masterdata.ImportSnapshotRequest(
                records=masterdata.SnapshotRecords(records=records[start:start + BATCH]))
    began = time.monotonic()
    answer = service.stub.ImportSnapshot(parts(), metadata=service.metadata())
    return answer, time.monotonic() - began


def count(answer, field):
    return sum(getattr(each, field) for each in answer.counts)


def first_load(service):
    records = [unit()] + [item(number, "Item") for number in range(ITEMS)]
    answer, seconds = snapshot(service, records)
    assert count(answer, "created") == ITEMS + 1, answer.counts
    again, again_seconds = snapshot(service, records)
    assert count(again, "unchanged") == ITEMS + 1, again.counts
    return {"importPerSecond": ITEMS / seconds, "repeatPerSecond": ITEMS / again_seconds}


def resolve(service):
    """Codes per second of server time, 500 at once."""
    rules = [masterdata.MappingRule(
        head=head(f"rule-{number}"), system="mes", kind=masterdata.RECORD_KIND_ITEM,
        code=f"M{number}", target=f"ITEM-{number:06}") for number in range(RULES)]
    rules.append(masterdata.MappingRule(
        head=head("others"), system="mes", kind=masterdata.RECORD_KIND_ITEM, code_prefix="X-",
        target=""))
    for start in range(0, len(rules), BATCH):
        outcomes = service.stub.CreateMappingRules(masterdata.CreateMappingRulesRequest(
            site=SITE, mapping_rules=rules[start:start + BATCH]), metadata=service.metadata())
        assert all(each.receipt == common.RECEIPT_ACCEPTED for each in outcomes.outcomes)
    generator = random.Random(SEED)

    def code():
        number = generator.randrange(ITEMS)
        return f"M{number}" if number < RULES else f"X-ITEM-{number:06}"

    requests = [masterdata.ResolveCodesRequest(
        site=SITE, system="mes", kind=masterdata.RECORD_KIND_ITEM,
        codes=[code() for _ in range(BATCH)]).SerializeToString() for _ in range(50)]
    call = service.channel.unary_unary(
        "/millrace.masterdata.v1.MasterDataService/ResolveCodes",
        request_serializer=None, response_deserializer=None)
    metadata = service.metadata()
    answer = masterdata.ResolveCodesResponse.FromString(call(requests[0], metadata=metadata))
    assert all(each.resolution == masterdata.RESOLUTION_RESOLVED for each in answer.codes)
    cpu, began = service.cpu_seconds(), time.monotonic()
    for number in range(CALLS):
        call(requests[number % len(requests)], metadata=metadata)
    cpu, seconds = service.cpu_seconds() - cpu, time.monotonic() - began
    return {"codesPerCPUSecond": CALLS * BATCH / cpu, "codesPerSecond": CALLS * BATCH / seconds}


def catch_up(service):
    """A watcher that was away for as many changes as there are items."""
    request = masterdata.WatchChangesRequest(site=SITE)
    token = None
    for change in service.stub.WatchChanges(request, metadata=service.metadata()):
        token = change.resume_token
        if not change.HasField("record"):
            break
    answer, _ = snapshot(service, [item(number, "Changed") for number in range(ITEMS)])
    assert count(answer, "changed") == ITEMS
    began = time.monotonic()
    seen = set()
    request.resume_token = token
    for change in service.stub.WatchChanges(request, metadata=service.metadata()):
        if not change.HasField("record"):
            break
        assert change.record.item.description.startswith("Changed")
        seen.add(change.record.item.head.code)
    return {"missed": ITEMS - len(seen), "changesPerSecond": ITEMS / (time.monotonic() - began)}


def main(folder: Path):
    service = MasterData(folder)
    figures = {**first_load(service), **resolve(service), **catch_up(service)}
    figures["memoryMebibytes"] = service.memory_mebibytes()
    service.channel.close()
    service.program.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
