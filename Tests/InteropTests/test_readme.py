"""What the README shows is what works."""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

import grpc

from Support.certificates import Authority
from Support.client import Client
from Support.paths import ROOT
from Support.plant import OTHER_SITE, SITE, Plant
from Support.stubs import health, production

README = (ROOT / "README.md").read_text()


def test_the_python_snippet_reports_a_piece(plant, mes, orders, tmp_path):
    snippet = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    assert len([line for line in snippet.splitlines() if line.strip()]) <= 12
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    command = re.search(r"python -m grpc_tools\.protoc .*?\n\n", README, re.DOTALL).group(0)
    subprocess.run(
        ["bash", "-euc", command.replace("python", f'"{sys.executable}"', 1).replace(
            "=stubs", f"={stubs}")], cwd=ROOT, check=True, timeout=60)
    order = orders.acknowledged()
    done = subprocess.run(
        [sys.executable, "-c", snippet, f"127.0.0.1:{plant.gateway_port}", plant.key, order],
        capture_output=True, text=True, timeout=30, check=False, env={"PYTHONPATH": str(stubs)})
    assert done.returncode == 0, done.stderr
    assert "RECEIPT_ACCEPTED" in done.stdout
    found = mes.production.GetOrder(production.GetOrderRequest(site=SITE, order_name=order)).order
    assert found.progress.good.value == "1"


def shown_settings():
    """The README's pieces of JSON, by the program they are for; "doors" has keys for any of them."""
    shown = {}
    for text in re.findall(r"```json\n(.*?)```", README, re.DOTALL):
        settings = json.loads(text)
        name = Path(settings["database"]).stem if "database" in settings else "doors"
        assert name not in shown
        shown[name] = settings
    return shown


def test_the_settings_shown_are_understood(tmp_path):
    """The README's configuration differs from one that runs only in its values."""
    small = Plant(tmp_path / "small")
    whole = Plant(tmp_path / "whole", all_houses=True, unknown_codes={SITE: "case", OTHER_SITE: "case"},
                  inventory={"negativeStock": "refuse", "unknownCodes": "quarantine",
                             "quarantineLocations": ["WH/Quarantine"]},
                  procurement={"overDeliveryTolerancePercent": "5"})
    shown = shown_settings()
    for plant, names in ((small, ("gateway", "masterdata", "production")),
                         (whole, ("inventory", "procurement", "quality"))):
        for name in names:
            runs = json.loads((plant.folder / f"millrace-{name}.json").read_text())
            assert shape(shown[name]) == shape(runs), name


def test_the_certificates_and_limits_shown_are_understood(tmp_path):
    """The Gateway starts with the keys as the README shows them; only places and ports differ."""
    plant = Plant(tmp_path / "plant")
    authority = Authority(tmp_path)
    issued = authority.server("gateway")
    here = {"gateway.pem": issued.certificate, "gateway.key": issued.key,
            "partners-ca.pem": authority.certificate, "plant-ca.pem": authority.certificate}
    keys = shown_settings()["doors"]
    for settings in (keys["listen"], keys["services"]["production"]):
        settings["host"] = "127.0.0.1"
        settings["tls"] = {
            key: str(here[Path(value).name]) if key.endswith("File") else value
            for key, value in settings["tls"].items()}
    keys["listen"]["port"] = plant.gateway_port
    path = plant.folder / "millrace-gateway.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))
    with stopped_afterwards(plant.gateway.start()):
        credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
        with Client(f"localhost:{plant.gateway_port}", credentials=credentials) as client:
            answer = client.health.Check(health.HealthCheckRequest(), timeout=10)
            assert answer.status == health.HealthCheckResponse.SERVING


@contextlib.contextmanager
def stopped_afterwards(program):
    try:
        yield program
    finally:
        program.stop()


def shape(value):
    """Keys and types, without the values."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


def test_every_dependency_has_its_line_in_the_readme():
    """A dependency without a reason in the README's table does not belong into the manifest."""
    manifest = (ROOT / "Package.swift").read_text()
    names = re.findall(r'\.package\(\s*url:\s*"[^"]*/([\w.-]+?)(?:\.git)?"', manifest)
    assert len(names) >= 8
    wanted = [name.replace(".swift", "") for name in names]
    listed = (ROOT / "deploy" / "python-packages").read_text()
    wanted += [line.split("==")[0] for line in listed.splitlines() if "==" in line]
    table = README.lower()
    missing = [name for name in wanted if name.lower().removesuffix("-bin") not in table]
    assert missing == [], missing


def test_every_folder_the_readme_names_exists():
    for path in re.findall(r"^\| `([A-Za-z/]+)` \|", README, re.MULTILINE):
        assert (ROOT / path).exists(), path
