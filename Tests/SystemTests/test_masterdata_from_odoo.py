"""Master data on its way from Odoo: a first load that is killed, changes, deletions, webhooks."""

import json
import urllib.error
import urllib.request

import pytest

from Support.conditions import eventually
from Support.plant import SITE, Plant
from Support.programs import free_port
from Support.stubs import gateway, masterdata

RELEASED, WITHDRAWN = masterdata.LIFE_CYCLE_RELEASED, masterdata.LIFE_CYCLE_WITHDRAWN
SECRET = "what only Odoo knows"
ITEMS, BILLS = 1_500, 100


def change(plant, **settings):
    """Other settings of the Gateway, before it runs."""
    path = plant.folder / "millrace-gateway.json"
    known = json.loads(path.read_text())
    known["odoo"][0] |= settings.pop("odoo", {})
    path.write_text(json.dumps(known | settings))


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    plant = Plant(tmp_path_factory.mktemp("plant"), master_data=True)
    plant.sandbox.arguments += ["--sample-plant", "--items", str(ITEMS), "--bills", str(BILLS)]
    with plant as running:
        yield running


@pytest.fixture(scope="module")
def records(plant):
    """MasterData as a planner sees it."""
    return plant.mes(plant.issue_key("planner", SITE, roles=["planner"])).masterdata


def everything(call, request, field):
    """All pages of a list."""
    token, found = "", []
    while True:
        answer = call(request(site=SITE, page={"page_size": 500, "page_token": token}))
        found += getattr(answer, field)
        token = answer.page.next_page_token
        if not token:
            return found


def items(records):
    return everything(records.ListItems, masterdata.ListItemsRequest, "items")


def bills(records):
    return everything(
        records.ListBillsOfMaterial, masterdata.ListBillsOfMaterialRequest, "bills_of_material")


def item(records, code):
    found = records.GetItems(masterdata.GetItemsRequest(site=SITE, codes=[code])).items
    return found[0] if found else None


def open_cases(plant):
    answer = plant.admin().gateway.ListCases(gateway.ListCasesRequest(site=SITE, open_only=True))
    return [(case.order_name, case.reason) for case in answer.cases]


def test_a_first_load_that_is_killed_again_and_again_brings_everything_once(plant, records):
    for count in (1, 600, 1_200):
        eventually("so many items are there", lambda count=count: len(items(records)) >= count, seconds=60)
        plant.gateway.kill()
        plant.gateway.start()
    eventually("all bills are there", lambda: len(bills(records)) == BILLS + 4, seconds=120)
    found = items(records)
    assert len(found) == ITEMS + 9
    # What was sent again when it was killed has changed nothing.
    for record in [*found, *bills(records)]:
        assert record.head.life_cycle == RELEASED
        assert record.head.revision == 1, record.head.code
    assert open_cases(plant) == []


def test_what_it_brings_is_what_odoo_has(records):
    valve = item(records, "FG-VALVE")
    assert (valve.unit, valve.storable) == ("Units", True)
    bill = next(each for each in bills(records) if each.item == "FG-VALVE")
    assert bill.head.code == "FG-VALVE/BOM-VALVE"
    assert [(line.item, line.quantity.value) for line in bill.lines] == [
        ("RM-STEEL", "2"), ("RM-SCREW", "4")]
    routing = records.GetRoutings(
        masterdata.GetRoutingsRequest(site=SITE, codes=[bill.routing])).routings[0]
    assert [(step.number, step.work_center, step.cycle_time_milliseconds)
            for step in routing.operations] == [(10, "WC-CUT", 360_000), (20, "WC-ASY", 540_000)]
    units = {each.head.code: each for each in everything(
        records.ListUnits, masterdata.ListUnitsRequest, "units")}
    ratio = units["Dozens"].reference_ratio
    assert (ratio.numerator, ratio.denominator) == (12, 1)
    locations = everything(records.ListLocations, masterdata.ListLocationsRequest, "locations")
    assert {"WH", "WH/Stock"} <= {each.head.code for each in locations}


def product(plant, code):
    return plant.odoo.call("product.product", "search", [["default_code", "=", code]])[0]


def test_changes_archives_and_deletions_come_after(plant, records):
    insert = product(plant, "RM-INSERT")
    plant.odoo.call("product.product", "write", [insert], {"name": "Insert M5"})
    eventually("the new name is there", lambda: item(records, "RM-INSERT").description == "Insert M5", seconds=20)
    made = plant.odoo.call("product.product", "create", {
        "name": "New", "default_code": "NEW", "type": "consu", "is_storable": True})
    eventually("the new product is there", lambda: item(records, "NEW") is not None, seconds=20)
    plant.odoo.call("product.product", "write", [made], {"default_code": "NEWER"})
    eventually("it has its new code", lambda: item(records, "NEWER") is not None
               and item(records, "NEW").head.life_cycle == WITHDRAWN, seconds=20)
    plant.odoo.call("product.product", "write", [made], {"active": False})
    eventually("it is withdrawn", lambda: item(records, "NEWER").head.life_cycle == WITHDRAWN, seconds=20)
    line = plant.odoo.call("mrp.bom.line", "search", [["product_id", "=", insert]])
    plant.odoo.call("mrp.bom.line", "write", line, {"product_qty": 3})
    eventually("the line has changed", lambda: any(
        (each.item, each.quantity.value) == ("RM-INSERT", "3")
        for bill in bills(records) for each in bill.lines), seconds=20)
    plant.odoo.call("mrp.bom.line", "unlink", line)
    eventually("the line is gone", lambda: not any(
        each.item == "RM-INSERT" for bill in bills(records) for each in bill.lines), seconds=20)
    assert open_cases(plant) == []


def test_two_products_of_one_code_are_a_case_until_they_are_not(plant, records):
    made = plant.odoo.call("product.product", "create", {
        "name": "Twin", "default_code": "RM-RESIN", "type": "consu", "is_storable": True})
    eventually("there is a case", lambda: open_cases(plant) == [("item RM-RESIN", "DUPLICATE_CODE")], seconds=20)
    plant.odoo.call("product.product", "write", [made], {"default_code": "TWIN"})
    eventually("the case is closed", lambda: open_cases(plant) == [] and item(records, "TWIN"), seconds=20)


def test_masterdata_may_be_away(plant, records):
    plant.masterdata.kill()
    steel = product(plant, "RM-STEEL")
    plant.odoo.call("product.product", "write", [steel], {"name": "Steel of later"})
    plant.masterdata.start()
    eventually("the new name is there", lambda: item(records, "RM-STEEL").description == "Steel of later", seconds=60)


def post(port, site, secret, body=b"{}"):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/odoo/webhook/{site}", data=body, method="POST",
        headers={"X-Millrace-Webhook-Secret": secret} if secret else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_webhook_has_odoo_looked_at_now(tmp_path):
    plant, port = Plant(tmp_path / "plant", master_data=True), free_port()
    secret = plant.folder / "odoo-webhook-secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    # By themselves the loops would look once an hour.
    change(plant, webhooks={"host": "127.0.0.1", "port": port}, odoo={
        "webhookSecretFile": str(secret), "masterDataPollIntervalMilliseconds": 3_600_000,
        "pollIntervalMilliseconds": 3_600_000})
    plant.sandbox.arguments += ["--sample-plant"]
    with plant:
        records = plant.mes(plant.issue_key("planner", SITE, roles=["planner"])).masterdata
        eventually("the first load is done", lambda: len(bills(records)) == 4, seconds=30)
        plant.odoo.call("product.product", "write", [product(plant, "RM-STEEL")], {"name": "Told"})
        assert post(port, SITE, "wrong") == post(port, "GHOST", SECRET) == post(port, SITE, "") == 401
        assert post(port, SITE, SECRET, b"x" * (65 << 10)) == 413
        assert item(records, "RM-STEEL").description != "Told"
        assert post(port, SITE, SECRET) == 202
        eventually("it was told", lambda: item(records, "RM-STEEL").description == "Told", seconds=10)
