"""The systemd units: systemd itself reads them, and the programs work under what they forbid."""

import json
import re
import subprocess
import sys

import pytest

from Support import confined, facts, paths
from Support.certificates import Authority
from Support.client import refused
from Support.plant import SITE, Plant
from Support.programs import run
from Support.stubs import production

FOLDER = paths.ROOT / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
HIGHEST_EXPOSURE = 1.2
"""As systemd counts it, from 0 (nothing can be reached) to 10."""
DRAIN_SECONDS = 30
"""When a program that drains stops by itself: ServiceHost.swift."""

of_each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def analyze(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, arguments)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False)


def setting(unit, name) -> str:
    """What a unit says for a name that is there once."""
    [value] = confined.settings(unit, name)
    return value


def command(unit, name="ExecStart") -> list:
    return setting(unit, name).split()


def test_every_program_that_stays_has_a_unit():
    assert [unit.stem for unit in UNITS] == [
        "millrace-gateway", "millrace-inventory", "millrace-masterdata", "millrace-procurement",
        "millrace-production", "millrace-quality"]


@of_each_unit
def test_systemd_understands_every_line(unit, tmp_path):
    """The built program stands for the one that is to be installed."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace(
        f"=/usr/local/bin/{unit.stem} ", f"={paths.program(unit.stem)} "))
    done = analyze("verify", "--recursive-errors=no", "--man=no", copy)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@of_each_unit
def test_little_is_exposed(unit):
    done = analyze("security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE * 10:.0f}", unit)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Overall exposure level for .*: [0-9.]+ OK", done.stdout), done.stdout


@of_each_unit
def test_what_stays_open_is_the_network_alone(unit):
    done = analyze("security", "--offline=true", "--json=short", unit)
    # Without a threshold the status says nothing.
    open_doors = {each["json_field"] for each in json.loads(done.stdout)
                  if each["set"] is False and float(each["exposure"] or 0) > 0.1}
    assert open_doors == {
        "IPAddressDeny", "PrivateNetwork", "RestrictAddressFamilies_AF_INET_INET6"}


@of_each_unit
def test_a_unit_starts_its_program_with_options_that_exist(unit):
    start, check = command(unit), command(unit, "ExecStartPre")
    assert start[0] == f"/usr/local/bin/{unit.stem}" and check == [*start, "--check-config"]
    explained = run(unit.stem, "--help")
    for option in check:
        if option.startswith("--"):
            assert f"  {option} " in explained


@of_each_unit
def test_its_files_are_where_the_readme_puts_them(unit):
    shown = (paths.ROOT / "README.md").read_text()
    configuration = command(unit)[-1]
    assert f"`{configuration}`" in shown
    assert configuration.startswith(f"/etc/{setting(unit, 'ConfigurationDirectory')}/")
    assert f'"database": "/var/lib/{setting(unit, "StateDirectory")}/' in shown


@of_each_unit
def test_its_user_is_its_own_and_is_made(unit):
    assert setting(unit, "User") == unit.stem
    done = subprocess.run(
        ["systemd-sysusers", "--dry-run", str(FOLDER / "millrace.sysusers")],
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    # Where it has been made already, nothing is to do.
    assert unit.stem in done.stdout + done.stderr or subprocess.run(
        ["id", unit.stem], check=False, capture_output=True).returncode == 0


@of_each_unit
def test_nobody_kills_it_before_it_ends_by_itself(unit):
    host = (paths.ROOT / "Shared" / "ServiceKit" / "Host" / "ServiceHost.swift").read_text()
    assert f"maximumShutdownSeconds = {DRAIN_SECONDS}\n" in host
    assert DRAIN_SECONDS < int(setting(unit, "TimeoutStopSec")) <= 2 * DRAIN_SECONDS


# Under what the units forbid


TRIES = {
    "a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "memory to write and execute": "import mmap; mmap.mmap(-1, 4096, prot=7)",
    "another file's owner": "import os; os.chown('.', 0, 0)",
    "another priority": "import os; os.setpriority(os.PRIO_PROCESS, 0, 5)",
}


@of_each_unit
@pytest.mark.parametrize("what", TRIES)
def test_what_is_forbidden_fails(unit, what):
    """The ground under the next tests: the confinement holds."""
    done = subprocess.run(
        [sys.executable, confined.__file__, str(unit), sys.executable, "-c", TRIES[what]],
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "Error" in done.stderr, done


@pytest.fixture(scope="module")
def confined_plant(tmp_path_factory):
    """A plant with TLS whose programs run under their units' filters."""
    folder = tmp_path_factory.mktemp("confined")
    plant = Plant(folder / "plant", authority=Authority(folder), all_houses=True)
    for program in plant.services:
        unit = FOLDER / f"{program.name}.service"
        program.prefix = [sys.executable, confined.__file__, str(unit)]
    with plant as running:
        yield running


def is_filtered(program) -> bool:
    status = open(f"/proc/{program.pid}/status", encoding="ascii").read()
    return re.search(r"^Seccomp:\s+2$", status, re.MULTILINE) is not None


def test_a_report_goes_through_both_doors(confined_plant):
    assert len(confined_plant.services) == len(UNITS)
    assert all(is_filtered(program) for program in confined_plant.services)
    name = facts.unique("MO")
    confined_plant.system_of_record().production.ReleaseOrder(facts.release(name, "10"))
    mes = confined_plant.mes()
    mes.production.AcknowledgeOrder(facts.acknowledge(name))
    assert mes.production.ReportProduction(facts.report(name, 4)).sequence > 0
    unknown = production.GetOrderRequest(site=SITE, order_name="nobody's")
    assert refused(lambda: mes.production.GetOrder(unknown)).reason == "ORDER_NOT_FOUND"


def test_records_are_backed_up_and_survive_a_restart(confined_plant):
    database = confined_plant.folder / "production.sqlite"
    run("millrace", "backup", str(database), str(confined_plant.folder / "backup"))
    before = json.loads(run("millrace", "inspect", str(database), "--json"))["rows"]["orders"]
    for program in (confined_plant.production, confined_plant.gateway):
        assert program.stop() == 0
        program.start()
        assert is_filtered(program)
    found = facts.pages(
        confined_plant.system_of_record().production.ListOrders,
        production.ListOrdersRequest(site=SITE), "orders")
    assert len(found) == before > 0


def test_names_are_looked_up(confined_plant):
    """Odoo and services are configured by name: DNS needs neither local sockets nor netlink."""
    path = confined_plant.folder / "millrace-gateway.json"
    settings = json.loads(path.read_text())
    settings["services"]["production"]["host"] = "localhost"
    path.write_text(json.dumps(settings))
    assert confined_plant.gateway.stop() == 0
    confined_plant.gateway.start()
    confined_plant.mes().production.ListOrders(production.ListOrdersRequest(site=SITE))
