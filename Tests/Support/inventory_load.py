"""Loads Inventory with as many balances as a large plant has, for deploy/bench; prints figures as JSON.

    python -m Support.inventory_load FOLDER MOVEMENTS LONGEST
"""

import concurrent.futures
import hashlib
import json
import random
import sys
import time
from pathlib import Path

import grpc

from Support.principals import HEADER, key_id, mint
from Support.programs import Program, free_port, run
from Support.stubs import common, timestamp

# ruff: noqa: E402  (the modules exist only now)
from millrace.inventory.v1 import balances_pb2 as balances
from millrace.inventory.v1 import movements_pb2 as movements

SITE = "PLANT1"
SERVICE = "/millrace.inventory.v1.InventoryService/"
BATCH = 500
CALLERS = 8
"""Batches at once: as many as the service can put into one commit without waiting for more."""
SIDE = 100
"""Locations, items and lots: a million keys are one of each."""
STRIDE = 7_919
"""Prime to the number of keys, so that neighbours in time are none among the keys."""
SHORT = 1_000
"""Changes of the balance that the longest is held against."""
POINT_CALLS, PAST_CALLS = 200, 60
LATE_SHARE = 0.05
TOKEN_SECONDS = 120
START = 1_780_000_000
SEED = 7


class Inventory:
    """The service alone, and a caller whose principal it believes."""

    def __init__(self, folder: Path):
        self.folder = folder
        run("millrace", "keys", "create", "--directory", str(folder))
        port = free_port()
        settings = folder / "inventory.json"
        settings.write_text(json.dumps({
            "listen": {"host": "127.0.0.1", "port": port},
            "database": str(folder / "inventory.sqlite"),
            "principalKeysFile": str(folder / "principal-keys.json"),
            "sites": [{"code": SITE, "negativeStock": "refuse"}]}))
        self.program = Program("millrace-inventory", ["--config", str(settings)], folder)
        self.program.start()
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", 16 << 20)])
        self._token, self._until = "", 0.0

    def call(self, method: str):
        """A call of bytes: what the caller does with messages is not the service's cost."""
        return self.channel.unary_unary(SERVICE + method)

    def metadata(self):
        if time.monotonic() > self._until:
            self._token = mint(
                (self.folder / "principal-signing-key.pem").read_text(),
                key_id(self.folder / "principal-keys.json"), subject="wms", sites=(SITE,),
                aud="millrace.inventory")
            self._until = time.monotonic() + TOKEN_SECONDS
        return [(HEADER, self._token)]

    def cpu_seconds(self) -> float:
        """Of all its threads, by the process's own clock."""
        return time.clock_gettime((~self.program.pid << 3) | 2)

    def peak_mebibytes(self) -> float:
        text = Path(f"/proc/{self.program.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


def key_of(number):
    lot, rest = number % SIDE, number // SIDE
    return balances.BalanceKey(
        location=f"WH/{rest % SIDE:03}", item_code=f"ITEM-{rest // SIDE:05}", lot=f"LOT-{lot:03}")


def event_identity(prefix, place):
    """A UUID of version 7, as the contract recommends and `bench records` has them: a hundred each millisecond."""
    digits = hashlib.sha256(f"{prefix}-{place}".encode()).hexdigest()
    stamp = f"{(START * 1000 + place // 100):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"


def receipt(event, key, seconds):
    return movements.MovementReport(
        header=common.FactHeader(
            source_system="wms", source_event_id=event,
            occurred_at=timestamp.Timestamp(seconds=seconds)),
        type=movements.MOVEMENT_TYPE_RECEIPT, item_code=key.item_code, lot=key.lot,
        to_location=key.location, quantity=common.Quantity(value="1", unit="Units"))


def batches(reports):
    """Requests as bytes, and how many movements they have."""
    found, waiting = [], []
    for report in reports:
        waiting.append(report)
        if len(waiting) == BATCH:
            found.append(waiting)
            waiting = []
    found += [waiting] if waiting else []
    return [movements.RecordMovementBatchRequest(site=SITE, movements=each).SerializeToString()
            for each in found]


def record(service, requests):
    """Sends batches from several callers; seconds and the service's processor seconds."""
    call = service.call("RecordMovementBatch")

    def send(request):
        return call(request, metadata=service.metadata())

    cpu, began = service.cpu_seconds(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(send, requests))
    seconds, cpu = time.monotonic() - began, service.cpu_seconds() - cpu
    for answer in answers:
        outcomes = movements.RecordMovementBatchResponse.FromString(answer).outcomes
        assert all(each.receipt == common.RECEIPT_ACCEPTED for each in outcomes), outcomes[0]
    return seconds, cpu


def of_many_keys(service, count):
    """One movement of each of many balances, then reads of any of them."""
    numbers = [number * STRIDE % count for number in range(count)]
    requests = batches(
        receipt(event_identity("m", place), key_of(number), START + place // 100)
        for place, number in enumerate(numbers))
    seconds, cpu = record(service, requests)
    generator = random.Random(SEED)
    # As many questions about as many keys: of one call only its first key costs a call.
    call, single, many = service.call("GetBalances"), [], []
    for size, times in ((1, single), (BATCH, many)):
        for _ in range(POINT_CALLS):
            keys = [key_of(generator.randrange(count)) for _ in range(size)]
            request = balances.GetBalancesRequest(site=SITE, keys=keys).SerializeToString()
            before = service.cpu_seconds()
            answer = call(request, metadata=service.metadata())
            times.append(service.cpu_seconds() - before)
            found = balances.GetBalancesResponse.FromString(answer).balances
            assert len(found) == size and all(each.quantity.value == "1" for each in found)
    return {
        "movementsPerSecond": count / seconds, "movementsPerCPUSecond": count / cpu,
        "pointMicroseconds": sum(many) / POINT_CALLS / BATCH * 1e6,
        "pointCallMicroseconds": sum(single) / POINT_CALLS * 1e6}


def of_one_key(service, name, count):
    """Many movements of one balance, some of them late; what a look into its past costs."""
    generator = random.Random(SEED)
    key = balances.BalanceKey(location="WH/LONG", item_code=f"LONG-{name}", lot="")
    times = [START + (generator.randrange(place + 1) if generator.random() < LATE_SHARE else place)
             for place in range(count)]
    seconds, _ = record(service, batches(
        receipt(event_identity(name, place), key, at) for place, at in enumerate(times)))
    by_time = sorted(times)
    call, cpu = service.call("GetBalances"), 0.0
    for _ in range(PAST_CALLS):
        place = generator.randrange(count)
        moment = by_time[place]
        request = balances.GetBalancesRequest(
            site=SITE, keys=[key] * BATCH, as_of=timestamp.Timestamp(seconds=moment))
        before = service.cpu_seconds()
        answer = call(request.SerializeToString(), metadata=service.metadata())
        cpu += service.cpu_seconds() - before
        while place + 1 < count and by_time[place + 1] == moment:
            place += 1
        found = balances.GetBalancesResponse.FromString(answer).balances
        assert {each.quantity.value for each in found} == {str(place + 1)}
    return {"perSecond": count / seconds, "pastMicroseconds": cpu / PAST_CALLS / BATCH * 1e6}


def main(folder: Path, count: int, longest: int):
    service = Inventory(folder)
    figures = of_many_keys(service, count)
    short, long = of_one_key(service, "short", SHORT), of_one_key(service, "long", longest)
    figures |= {
        "shortPastMicroseconds": short["pastMicroseconds"],
        "longPastMicroseconds": long["pastMicroseconds"],
        "oneKeyPerSecond": long["perSecond"], "memoryMebibytes": service.peak_mebibytes()}
    service.channel.close()
    service.program.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
