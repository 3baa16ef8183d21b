"""What the programs refuse to start with, and what they say then."""

import copy
import json
import subprocess

import pytest

from Support import paths
from Support.plant import Plant
from Support.programs import free_port


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    plant = Plant(tmp_path_factory.mktemp("settings"))
    return plant.folder, {
        "millrace-production": json.loads(
            (plant.folder / "millrace-production.json").read_text()),
        "millrace-gateway": json.loads((plant.folder / "millrace-gateway.json").read_text())}


def refuse(folder, program, settings) -> str:
    """Starts a program that must not start; returns what it said."""
    path = folder / "spoiled.json"
    path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    done = subprocess.run(
        [str(paths.program(program)), "--config", str(path)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=20, check=False,
        env={"SWIFT_BACKTRACE": "enable=no", "PATH": "/usr/bin:/bin"})
    assert done.returncode > 0, f"started, or was killed: {done}"
    said = done.stdout + done.stderr
    assert "Fatal error" not in said and said.strip()
    return said


def spoiled(settings, path, value):
    found = copy.deepcopy(settings)
    *way, last = path.split(".")
    inner = found
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    if value is None:
        del inner[int(last) if isinstance(inner, list) else last]
    else:
        inner[int(last) if isinstance(inner, list) else last] = value
    return found


@pytest.mark.parametrize("program, path, value", [
    ("millrace-production", "listen", None), ("millrace-production", "listen.port", None),
    ("millrace-production", "listen.port", 70000), ("millrace-production", "listen.port", -1),
    ("millrace-production", "listen.port", "x"), ("millrace-production", "listen.prt", 1),
    ("millrace-production", "database", None), ("millrace-production", "database", 7),
    ("millrace-production", "principalKeysFile", "/nowhere/keys.json"),
    ("millrace-production", "sites.0.code", "no site"),
    ("millrace-production", "sites.0.overProductionTolerancePercent", "-1"),
    ("millrace-production", "sites.0.overProductionTolerancePercent", "many"),
    ("millrace-production", "extra", True),
    ("millrace-gateway", "services", None), ("millrace-gateway", "signingKeyFile", "/nowhere"),
    ("millrace-gateway", "keyEnvironment", "demo"),
    ("millrace-gateway", "odoo.0.url", "no address"), ("millrace-gateway", "odoo.0.url", None),
    ("millrace-gateway", "odoo.0.apiKeyFile", "/nowhere/key"),
    ("millrace-gateway", "odoo.0.releaseHorizonDays", -1),
    ("millrace-gateway", "odoo.0.pollIntervalMilliseconds", 0),
    ("millrace-gateway", "odoo.0.warehouseCde", "WH"),
])
def test_a_wrong_setting_is_named(settings, program, path, value):
    folder, good = settings
    said = refuse(folder, program, spoiled(good[program], path, value))
    name = path.split(".")[-1]
    assert name in said, said


@pytest.mark.parametrize("program", ["millrace-production", "millrace-gateway"])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", "\x00"])
def test_a_file_that_is_no_configuration_is_refused(settings, program, text):
    refuse(settings[0], program, text)


def test_two_services_cannot_share_a_database(tmp_path):
    with Plant(tmp_path / "plant") as alone:
        configuration = json.loads((alone.folder / "millrace-production.json").read_text())
        configuration["listen"]["port"] = free_port()
        said = refuse(alone.folder, "millrace-production", configuration)
        assert "production.sqlite" in said or "database" in said.lower()
        assert alone.production.is_running
