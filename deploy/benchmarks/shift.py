"""A shift change: 200 work centres report on 1,000 orders at once, through the Gateway, with a kill in the middle."""

from . import programs
from .figures import Figure

HELP = "100,000 reports of 200 work centres on streams and by calls, Production killed in the middle"
REPORTS = 100_000
MEBIBYTES = 150


def add_arguments(parser):
    parser.add_argument("--reports", type=int, default=REPORTS, help=f"how many (default {REPORTS:,})")


def run(arguments):
    binaries = programs.build(
        "millrace", "millrace-production", "millrace-masterdata", "millrace-gateway",
        "millrace-odoo-sandbox")
    found = programs.run_load(binaries, "Support.shift_load", arguments.reports)
    return [
        Figure("shift, reports that are missing or counted twice after the kill", found["missing"], "reports", 0),
        Figure("shift, reports (the senders in Python have most of the machine)",
               round(found["reportsPerSecond"]), "reports/s"),
        Figure("shift, streamed report until it is acknowledged, median", round(found["streamedMedian"]), "ms"),
        Figure("shift, streamed report until it is acknowledged, p99", round(found["streamed99"]), "ms"),
        Figure("shift, called report, median", round(found["calledMedian"]), "ms"),
        Figure("shift, called report, p99", round(found["called99"]), "ms"),
        Figure("shift, Production's memory, most", round(found["productionMebibytes"]), "MiB", MEBIBYTES),
        Figure("shift, Gateway's memory, most", round(found["gatewayMebibytes"]), "MiB", MEBIBYTES),
    ]
