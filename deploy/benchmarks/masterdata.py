"""MasterData with 100,000 items: taking them, resolving codes, catching up, filling it from Odoo."""

from . import programs
from .figures import Figure

HELP = "100,000 items: import, codes resolved per second of server time, a watcher; --odoo: from Odoo"
CODES_PER_CPU_SECOND = 200_000
MEBIBYTES = 150


def add_arguments(parser):
    parser.add_argument(
        "--odoo", action="store_true",
        help="a first load of 100,000 products and 20,000 bills through Gateway and sandbox, too")
    parser.add_argument(
        "--kills", type=int, default=0, help="how often the Gateway is killed in it (default 0)")


def run(arguments):
    binaries = programs.build("millrace", "millrace-masterdata")
    figures = of_masterdata(programs.run_load(binaries, "Support.masterdata_load"))
    if arguments.odoo:
        programs.build("millrace-production", "millrace-gateway", "millrace-odoo-sandbox")
        figures += of_odoo(programs.run_load(binaries, "Support.odoo_load", arguments.kills))
    return figures


def of_masterdata(found):
    return [
        Figure("masterdata import of 100,000 items", round(found["importPerSecond"]), "items/s"),
        Figure("masterdata import, said again", round(found["repeatPerSecond"]), "items/s"),
        Figure("masterdata resolve, batches of 500", round(found["codesPerCPUSecond"]),
               "codes/s per core", CODES_PER_CPU_SECOND, "least"),
        Figure("masterdata watcher, away for 100,000 changes", found["missed"], "missed", 0),
        Figure("masterdata watcher, catching up", round(found["changesPerSecond"]), "changes/s"),
        Figure("masterdata memory, most", round(found["memoryMebibytes"]), "MiB", MEBIBYTES),
    ]


def of_odoo(found):
    poll_seconds = 2
    return [
        Figure("odoo first load, 100,000 products and 20,000 bills", round(found["seconds"]), "s"),
        Figure("odoo first load", round(found["recordsPerSecond"]), "records/s"),
        Figure("odoo first load, of it waiting for Odoo", round(100 * found["shareWaitingForOdoo"]), "%"),
        Figure("odoo first load, Gateway's memory, most", round(found["gatewayMebibytes"]), "MiB", MEBIBYTES),
        Figure("odoo first load, MasterData's memory, most", round(found["masterdataMebibytes"]), "MiB", MEBIBYTES),
        Figure("odoo first load, said again", found["writtenAgain"], "records written", 0),
        Figure("odoo change at a watcher, found", round(found["pollSeconds"], 2), "s", poll_seconds + 1),
        Figure("odoo change at a watcher, told", round(found["webhookSeconds"], 2), "s", 1),
    ]
