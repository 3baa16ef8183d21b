"""A plant with 100,000 products and 20,000 bills in its Odoo, for deploy/bench; prints figures as JSON.

    python -m Support.odoo_load FOLDER [KILLS] [--items N --bills N]

Brings all of it to MasterData; with KILLS the Gateway is killed so often on the way, at moments of a seed that is
printed. Then a second Gateway that knows nothing brings it once more, which must write nothing, and changes in Odoo are
timed until a watcher has them: as the Gateway finds them, and as a webhook tells it.
"""

import argparse
import contextlib
import json
import sqlite3
import statistics
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from Support import seeds
from Support.client import Client
from Support.plant import SITE, Plant
from Support.principals import HEADER
from Support.programs import free_port
from Support.stubs import masterdata

SECRET = "what only Odoo knows"
CHANGES = 20
POLL_MILLISECONDS = 2_000
PATIENCE_SECONDS = 1_800


class LargePlant(Plant):
    """A plant whose Gateway can be watched, and told of changes."""

    def __init__(self, folder: Path, items: int, bills: int):
        self.webhook_port, self.monitoring_port = free_port(), free_port()
        self.webhook_secret = folder / "odoo-webhook-secret"
        folder.mkdir(parents=True, exist_ok=True)
        self.webhook_secret.write_text(SECRET + "\n")
        self.webhook_secret.chmod(0o600)
        super().__init__(folder, master_data=True)
        self.sandbox.arguments += [
            "--sample-plant", "--items", str(items), "--bills", str(bills),
            "--webhook-url", f"http://127.0.0.1:{self.webhook_port}/odoo/webhook/{SITE}",
            "--webhook-secret", SECRET]

    def poll_every(self, milliseconds: int):
        """How often the Gateway looks by itself, from its next start on."""
        path = self.folder / "millrace-gateway.json"
        settings = json.loads(path.read_text())
        settings["odoo"][0]["masterDataPollIntervalMilliseconds"] = milliseconds
        settings["odoo"][0]["webhookSecretFile"] = str(self.webhook_secret)
        settings["webhooks"] = {"host": "127.0.0.1", "port": self.webhook_port}
        settings["monitoring"] = {"host": "127.0.0.1", "port": self.monitoring_port}
        path.write_text(json.dumps(settings))

    def direct_masterdata(self):
        """MasterData itself, past the Gateway."""
        principal = self.principal(aud="millrace.masterdata", sites=(SITE,))
        return self.keep(
            Client(f"127.0.0.1:{self.masterdata_port}", [(HEADER, principal)])).masterdata

    def metric(self, name: str, label: str = "") -> float:
        """The sum of a metric's samples whose labels contain a text."""
        try:
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.monitoring_port}/metrics", timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except urllib.error.URLError:
            return 0  # its port opens a moment after the others
        return sum(float(line.rpartition(" ")[2]) for line in lines
                   if line.startswith(name) and label in line)

    def count(self, kind: str) -> int:
        """How many records of a kind MasterData has."""
        return self._ask("SELECT count(*) FROM records WHERE kind = ?", kind)

    def written(self) -> int:
        """Grows with every record that is written."""
        return self._ask("SELECT max(change_sequence) FROM records")

    def _ask(self, sql, *arguments):
        file = f"file:{self.folder / 'masterdata.sqlite'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True, timeout=30)) as database:
            return database.execute(sql, arguments).fetchone()[0] or 0


def memory_mebibytes(program) -> float:
    """The most that a program has had in memory."""
    text = Path(f"/proc/{program.pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def until(condition, seconds=PATIENCE_SECONDS, interval=0.2):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("it took too long")
        time.sleep(interval)


def first_load(plant, items, bills, kills):
    chance = seeds.seeded("kills of a first load")
    at = sorted(chance.randrange(items + bills) for _ in range(kills))
    began = time.monotonic()
    for moment in at:
        until(lambda moment=moment: plant.count("item") + plant.count("bill_of_material") > moment)
        plant.gateway.kill()
        plant.gateway.start()
    until(lambda: plant.count("item") >= items and plant.count("bill_of_material") >= bills)
    seconds = time.monotonic() - began
    until(lambda: _is_quiet(plant))
    return seconds


def _is_quiet(plant):
    """Whether nothing is written any more: three looks of the Gateway long."""
    before = plant.written()
    time.sleep(3 * POLL_MILLISECONDS / 1_000)
    return plant.written() == before


def again(plant, items):
    """Another Gateway, which has to ask for everything: how many records it writes."""
    before = plant.written()
    plant.gateway.stop()
    for file in plant.folder.glob("gateway.sqlite*"):
        file.unlink()
    plant.gateway.start()
    until(lambda: plant.metric("millrace_masterdata_records_sent_total", 'kind="bill_of_material"') > 0
          and plant.metric("millrace_masterdata_records_sent_total", 'kind="item"') >= items)
    until(lambda: _is_quiet(plant))
    return plant.written() - before


class Watcher:
    """Notes when it has heard of an item's name, by the name."""

    def __init__(self, stub):
        self.heard = {}
        self.changed = threading.Condition()
        self._stream = stub.WatchChanges(masterdata.WatchChangesRequest(
            site=SITE, kinds=[masterdata.RECORD_KIND_ITEM]), timeout=3_600)
        for change in self._stream:
            if not change.HasField("record"):
                break
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(Exception):  # it ends with the plant
            for change in self._stream:
                with self.changed:
                    self.heard[change.record.item.description] = time.monotonic()
                    self.changed.notify_all()

    def wait(self, name, seconds=120):
        with self.changed:
            assert self.changed.wait_for(lambda: name in self.heard, seconds), f"{name} never came"
            return self.heard[name]


def delays(plant, what):
    """Seconds from Odoo's answer to a write until a watcher has it."""
    watcher = Watcher(plant.direct_masterdata())
    found = []
    for number in range(CHANGES):
        code = f"ITEM-{number + 1:06}"
        product = plant.odoo.call("product.product", "search", [["default_code", "=", code]])
        name = f"{what} {number}"
        plant.odoo.call("product.product", "write", product, {"name": name})
        written = time.monotonic()
        found.append(watcher.wait(name) - written)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("kills", type=int, nargs="?", default=0)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--bills", type=int, default=20_000)
    options = parser.parse_args()
    plant = LargePlant(options.folder, options.items, options.bills)
    plant.poll_every(POLL_MILLISECONDS)
    with plant:
        seconds = first_load(plant, options.items, options.bills, options.kills)
        figures = {
            "seconds": seconds,
            "recordsPerSecond": (options.items + options.bills) / seconds,
            "gatewayMebibytes": memory_mebibytes(plant.gateway),
            "masterdataMebibytes": memory_mebibytes(plant.masterdata),
        }
        figures["writtenAgain"] = again(plant, options.items)
        working = plant.metric("millrace_masterdata_working_seconds_total")
        figures["shareWaitingForOdoo"] = (
            plant.metric("millrace_masterdata_odoo_seconds_total") / working)
        figures["webhookSeconds"] = max(delays(plant, "told"))
        plant.webhook_secret.write_text("another one\n")
        plant.gateway.stop()
        plant.gateway.start()
        polled = delays(plant, "found")
        figures["pollSeconds"] = max(polled)
        figures["pollMedianSeconds"] = statistics.median(polled)
    json.dump(figures, sys.stdout)
    print()


if __name__ == "__main__":
    main()
