"""Who may do what to whose objects: every method, asked by every kind of caller about own and foreign things."""

import collections
import dataclasses
import functools
import json
import sqlite3

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

from Support import facts, odoo
from Support.client import Client
from Support.conditions import eventually
from Support.contract_calls import Target, ask, methods, short
from Support.external_tokens import AUDIENCE, ISSUER, jwk
from Support.plant import OTHER_SITE, SITE, Plant
from Support.principals import HEADER, key_id, mint
from Support.programs import Program, free_port
from Support.stubs import gateway, partners, production

OK = (grpc.StatusCode.OK, "")
CHANGE_NOT_WAITING = (grpc.StatusCode.FAILED_PRECONDITION, "CHANGE_NOT_WAITING")
OPERATION_NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "OPERATION_NOT_FOUND")
ORDER_NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")
PARTNER_NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "PARTNER_NOT_FOUND")
CREDENTIAL_NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "CREDENTIAL_NOT_FOUND")
NOT_OFFERED = (grpc.StatusCode.UNIMPLEMENTED, "SERVICE_UNKNOWN")
DENIED = grpc.StatusCode.PERMISSION_DENIED
CERTIFICATE_REQUIRED = (grpc.StatusCode.FAILED_PRECONDITION, "CERTIFICATE_REQUIRED")
"""Nobody shows one here."""
METHOD_NOT_GRANTED = (DENIED, "METHOD_NOT_GRANTED")
SITE_NOT_GRANTED = (DENIED, "SITE_NOT_GRANTED")
PARTNER_NOT_GRANTED = (DENIED, "PARTNER_NOT_GRANTED")
NOT_SYSTEM_OF_RECORD = (DENIED, "NOT_SYSTEM_OF_RECORD")

# The table of the README, written out: what each role has been promised, and nothing else.
READING_ORDERS = {"GetOrder", "ListOrders", "WatchOrders", "ListReports", "WatchShortages",
                  "ListWorkOrders", "WatchWorkOrders", "ListProductionCases"}
KINDS = {"Units", "Items", "Sites", "ShiftCalendars", "WorkCenters", "Warehouses", "Locations",
         "BusinessPartners", "SupplierItems", "Routings", "BillsOfMaterial"}
READING_MASTER_DATA = {"WatchChanges", "ListShifts", "ResolveCodes", "ListMappingRules",
                       "ListUnmappedCodes", "ListOwnershipRules"} | {
    f"{verb}{kind}" for verb in ("Get", "List") for kind in KINDS}
READING = READING_ORDERS | READING_MASTER_DATA
WRITING_MASTER_DATA = {"ImportSnapshot", "CreateMappingRules", "TestMappingRules",
                       "RetireMappingRules", "SetOwnershipRules", "ApproveOwnershipRules"} | {
    f"Upsert{kind}" for kind in KINDS}
WORKING = {"StartWorkOrder", "PauseWorkOrder", "ResumeWorkOrder", "CompleteWorkOrder"}
MAKING = {"AcknowledgeOrder", "AcknowledgeChange", "ReportProduction", "ReportGenealogy", "ReportShortage"} | WORKING | {
    "ReportProductionBatch", "StreamReports"}
FOR_THE_RECORD = {"ReleaseOrder", "ChangeReleasedOrder", "CancelOrder"}
"""Asked by the Gateway itself; a role grants them, and no partner is the system of record."""
ODOO = {"ListPostings", "ListCases", "GetOdooStatus"}
PARTNERS = {"PutPartner", "ListPartners", "IssueKey", "RegisterCredential", "RevokeCredential",
            "ListCredentials"}
VERSIONS = {"SetVersion", "ListVersions", "RevokeInPlantTokens"}
AUDIT = {"ListEntries"}
EVERYBODY = {"ListUsage", "GetMyDeprecations", "Exchange"}
FEED = {"Subscribe", "Acknowledge", "ReportOutcome", "PutRevocations", "WatchGenealogy"}
"""For the Gateway itself and for services that follow others; offered to no partner."""
READING_STOCK = {"GetMovement", "ListMovements", "ListSequenceGaps", "ListVariances", "ListBalances",
                 "GetBalances", "CheckAvailability", "WatchBalances", "ListInventoryCases"}
MOVING = {"RecordMovement", "RecordMovementBatch", "ReverseMovement", "SubmitCount"}
DECIDING_STOCK = {"SettleMovement", "ApproveAdjustment"}
READING_HOLDS = {"GetHold", "ListHolds", "WatchHolds"}
READING_QUALITY = READING_HOLDS | {"GetInspection", "ListInspections", "GetNonconformance",
                                   "ListNonconformances", "TraceLot"}
INSPECTING = {"CreateInspection", "SubmitResults", "CompleteInspection", "CancelInspection",
              "RaiseNonconformance", "ReviewNonconformance", "DispositionNonconformance",
              "VerifyNonconformance", "CloseNonconformance", "PlaceHold", "ReleaseHold"}
READING_NOTICES = {"GetShipNotice", "ListShipNotices"}
READING_PURCHASES = READING_NOTICES | {"GetPurchaseOrder", "ListPurchaseOrders", "WatchPurchaseOrders",
                                       "ListDiscrepancies", "GetForecast"}
SUPPLYING = {"AcknowledgePurchaseOrder", "ConfirmPurchaseOrder", "SubmitShipNotice",
             "CancelShipNotice", "ReportMilestone"}
BUYING = {"PublishPurchaseOrder", "ChangePurchaseOrder", "AcceptConfirmation", "RejectConfirmation",
          "CancelPurchaseOrder", "ClosePurchaseOrder", "RecordReceipt", "SettleDiscrepancy",
          "SubmitForecast", "ReportSupplyShortage", "ListSupplySignals", "CloseSupplySignal"}
PURCHASING = READING_PURCHASES | SUPPLYING | BUYING
GRANTED = {
    "mes": EVERYBODY | READING | MAKING | READING_STOCK | READING_HOLDS,
    "wms": EVERYBODY | READING | READING_STOCK | MOVING | READING_HOLDS | READING_NOTICES | {
        "RecordReceipt", "ReportMilestone"},
    "supplier": EVERYBODY | READING_PURCHASES | SUPPLYING,
    "logistics": EVERYBODY | {"GetShipNotice", "ReportMilestone"},
    "planner": (EVERYBODY | READING | ODOO | READING_STOCK | DECIDING_STOCK | READING_QUALITY
                | PURCHASING | {"ResolveProductionCase"}),
    "quality": EVERYBODY | READING | READING_STOCK | READING_QUALITY | INSPECTING,
    "operator": EVERYBODY | ODOO,
    "auditor": (EVERYBODY | READING | ODOO | AUDIT | READING_STOCK | READING_QUALITY
                | READING_PURCHASES | {"ListSupplySignals"}),
    # Partners and versions are for administrators, as their contracts say.
    "steward": EVERYBODY | READING_MASTER_DATA | WRITING_MASTER_DATA,
    "integration": (EVERYBODY | READING | MAKING | ODOO | WRITING_MASTER_DATA
                    | FOR_THE_RECORD | {"ResolveProductionCase"}
                    | READING_STOCK | MOVING | DECIDING_STOCK | READING_QUALITY | INSPECTING
                    | PURCHASING),
    "admin": EVERYBODY | ODOO | PARTNERS | VERSIONS | AUDIT,
}
BOUND = {"supplier": "V-1", "logistics": "C-1"}
"""The code of those who see only what carries it."""
NOT_THERE = {
    "MOVEMENT": {"ReverseMovement", "SettleMovement", "GetMovement"},
    "COUNT": {"ListVariances", "ApproveAdjustment"},
    "INSPECTION": {"SubmitResults", "CompleteInspection", "CancelInspection", "GetInspection"},
    "NONCONFORMANCE": {"ReviewNonconformance", "DispositionNonconformance", "VerifyNonconformance",
                       "CloseNonconformance", "GetNonconformance"},
    "HOLD": {"ReleaseHold", "GetHold"},
    "PURCHASE_ORDER": {"ChangePurchaseOrder", "AcknowledgePurchaseOrder", "ConfirmPurchaseOrder",
                       "AcceptConfirmation", "RejectConfirmation", "CancelPurchaseOrder",
                       "ClosePurchaseOrder", "GetPurchaseOrder", "SubmitShipNotice", "RecordReceipt"},
    "SHIP_NOTICE": {"CancelShipNotice", "ReportMilestone", "GetShipNotice"},
    "DISCREPANCY": {"SettleDiscrepancy"},
    "FORECAST": {"GetForecast"},
    "SUPPLY_SIGNAL": {"CloseSupplySignal"},
    "CASE": {"ResolveProductionCase"},
}
"""Methods that are asked here about what nobody has made, by what it is."""
STOPPED_AT_THE_DOOR = {
    "without-credential": (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_MISSING"),
    "suspended": (DENIED, "PARTNER_SUSPENDED"),
    "revoked": (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_ENDED"),
}
CALLERS = [*GRANTED, *STOPPED_AT_THE_DOOR]

OWN_ORDER, FOREIGN_ORDER, BYSTANDER = "MO/OWN", "MO/FOREIGN", "bystander"
FOREIGN = {"foreign", "foreign site, no such order", "no such site", "no such partner"}
ABSENT = {"own site, no such order", "own site, a foreign order's name"}
ABOUT_AN_ORDER = (FOR_THE_RECORD | {"GetOrder", "ListReports", "ReportOutcome"} | MAKING) - {
    "ReportShortage", "ReportProductionBatch", "StreamReports"}
ABOUT_A_SITE = (
    {"ListOrders", "WatchOrders", "Subscribe", "WatchShortages", "ReportShortage", "WatchGenealogy",
     "ReportProductionBatch", "StreamReports",
     "ListWorkOrders", "WatchWorkOrders", "ListProductionCases", "ResolveProductionCase"}
    | ODOO | READING_MASTER_DATA | WRITING_MASTER_DATA | READING_STOCK | MOVING | DECIDING_STOCK
    | READING_QUALITY | INSPECTING | PURCHASING)
ABOUT_A_PARTNER = {"ListUsage"} | PARTNERS - {"ListPartners"}
SEES_ALL_USAGE = {"admin", "auditor"}

SECRETS = ("SECRET-ITEM", "SECRET-PART", "SECRET-STEP", "secret-event", "secret-code",
           "secret.bystander.example")
"""What only the foreign objects carry."""

AT_ONCE = {"revoked": 9}
"""A Gateway answers ten wrong credentials of an address at once, then one a second."""
AT_ONCE_ON_RECORD = 90
"""A program writes a hundred refusals down one by one, then one a second."""

UNLIMITED = partners.CallLimits(
    calls_per_second=100_000, burst=1_000_000, concurrent_calls=10_000)

WRITTEN = {
    "production": [
        "SELECT * FROM rs_fact_ledger", "SELECT * FROM reports", "SELECT name FROM rs_consumers",
        # Without what becomes of the order in Odoo, which goes on meanwhile.
        "SELECT site, name, state, good, scrap, report_count FROM orders"],
    "masterdata": ["SELECT * FROM records"],
    "inventory": ["SELECT * FROM movements", "SELECT * FROM counts", "SELECT * FROM rs_fact_ledger"],
    "procurement": ["SELECT * FROM purchase_orders", "SELECT * FROM forecasts",
                    "SELECT * FROM rs_fact_ledger"],
    "quality": ["SELECT * FROM holds", "SELECT * FROM inspections", "SELECT * FROM rs_fact_ledger"],
    "gateway": [
        "SELECT * FROM rs_fact_ledger", "SELECT * FROM front_partners",
        "SELECT * FROM front_credentials", "SELECT * FROM front_versions"],
}
"""All that a partner's write would change."""


# What there is

@dataclasses.dataclass(frozen=True)
class Caller:
    """A partner, and what it can show."""

    name: str
    key: str | None
    spare: str
    """A credential of its own that it can do without."""

    @property
    def partner(self) -> str:
        return f"the-{self.name}"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """Two sites, each with an Odoo of its own: the foreign one is there for every service."""
    plant = Plant(tmp_path_factory.mktemp("plant"), all_houses=True)
    other = _other_odoo(plant).start()
    with plant as running:
        _make_orders(running)
        _make_master_data(running)
        yield running
    other.stop()


def _other_odoo(plant):
    """The foreign site's Odoo. The Gateway shows its contracts here, so that they can be counted, and knows an issuer
    of tokens."""
    port, path = free_port(), plant.folder / "millrace-gateway.json"
    settings = json.loads(path.read_text())
    mine = settings["odoo"][0]
    settings["odoo"].append(mine | {"site": OTHER_SITE, "url": f"http://127.0.0.1:{port}"})
    keys = plant.folder / "issuer-keys.json"
    keys.write_text(json.dumps({"keys": [jwk("EdDSA")]}))
    path.write_text(json.dumps(settings | {"reflection": True, "externalIssuers": [
        {"issuer": ISSUER, "audience": AUDIENCE, "type": "at+jwt", "keySetFile": str(keys)}]}))
    return Program("millrace-odoo-sandbox", [
        "--port", str(port), "--database", odoo.DATABASE, "--login", odoo.LOGIN,
        "--api-key", odoo.API_KEY], plant.folder)


def _make_orders(plant):
    """An order on each site, with a report and with the case that the Gateway makes of it."""
    record = plant.system_of_record().production
    record.ReleaseOrder(facts.release(OWN_ORDER, "100000"))
    record.ReleaseOrder(_secret_order())
    for name, site, event in ((OWN_ORDER, SITE, "event"), (FOREIGN_ORDER, OTHER_SITE, SECRETS[3])):
        record.AcknowledgeOrder(facts.acknowledge(name, site=site))
        record.ReportProduction(facts.report(name, 1, event=event, site=site))
    looker = plant.mes(plant.issue_key("looker", SITE, OTHER_SITE)).gateway
    for site in (SITE, OTHER_SITE):
        eventually("the site has a case", lambda site=site: looker.ListCases(
            gateway.ListCasesRequest(site=site)).cases)


def _make_master_data(plant):
    """What other records, and answers, need: a site has a calendar, and an item a unit."""
    steward = plant.mes(plant.issue_key("steward", SITE, roles=["steward"]))
    for method in ("UpsertUnits", "UpsertItems", "UpsertShiftCalendars", "UpsertSites"):
        answer = ask(
            steward, f"millrace.masterdata.v1.MasterDataService/{method}", Target("own", SITE))
        assert answer.verdict == OK, answer


def _secret_order():
    order = facts.release(FOREIGN_ORDER, site=OTHER_SITE, operations=[production.Operation(
        code="SECRET-STEP", position=1, work_center_code="SECRET-STEP")])
    order.item_code = "SECRET-ITEM"
    order.components[0].item_code = "SECRET-PART"
    return order


@pytest.fixture(scope="module")
def bystander(plant) -> Target:
    """A partner that no test calls as."""
    admin = plant.admin().partners
    admin.PutPartner(partners.PutPartnerRequest(partner=partners.Partner(
        name=BYSTANDER, sites=[OTHER_SITE], roles=["mes"], partner_code="secret-code")))
    admin.RegisterCredential(partners.RegisterCredentialRequest(
        partner=BYSTANDER, token=partners.TokenCredential(issuer=ISSUER, subject=SECRETS[5])))
    _, credential = _issue(admin, BYSTANDER)
    return Target("foreign", partner=BYSTANDER, credential=credential)


def _issue(admin, partner) -> tuple:
    answer = admin.IssueKey(partners.IssueKeyRequest(
        request_id=facts.unique("key"), partner=partner))
    return answer.api_key, answer.credential.credential_id


def _caller(plant, name) -> Caller:
    """A partner of a role, for its own site alone; those that are stopped would have every right."""
    admin, caller = plant.admin().partners, Caller(name, None, "")
    partner = partners.Partner(
        name=caller.partner, sites=[SITE], roles=[name] if name in GRANTED else list(GRANTED),
        limits=UNLIMITED, suspended=name == "suspended", partner_code=BOUND.get(name, ""))
    admin.PutPartner(partners.PutPartnerRequest(partner=partner))
    key, own = _issue(admin, caller.partner)
    _, spare = _issue(admin, caller.partner)
    if name == "revoked":
        admin.RevokeCredential(partners.RevokeCredentialRequest(credential_id=own))
    return Caller(name, None if name == "without-credential" else key, spare)


def targets(caller: Caller, method: str, bystander: Target) -> list:
    """Own and foreign objects that a method can be asked for."""
    name = short(method)
    own = Target("own", SITE, OWN_ORDER, caller.partner, caller.spare)
    if name in ABOUT_A_PARTNER:
        return [own, bystander, Target("no such partner", partner=f"nobody-{name}")]
    if name in ABOUT_A_SITE | ABOUT_AN_ORDER:
        foreign = [Target("foreign", OTHER_SITE, FOREIGN_ORDER),
                   Target("no such site", "NOWHERE", FOREIGN_ORDER)]
        if name in ABOUT_A_SITE:
            return [own, *foreign]
        return [own, *foreign, Target("foreign site, no such order", OTHER_SITE),
                Target("own site, no such order", SITE),
                Target("own site, a foreign order's name", SITE, FOREIGN_ORDER)]
    return [own]


# What is promised

def promised(caller: str, method: str, target: str) -> tuple:
    """How a call has to end."""
    name = short(method)
    if name in FEED:
        return NOT_OFFERED
    if caller in STOPPED_AT_THE_DOOR:
        return STOPPED_AT_THE_DOOR[caller]
    if name not in GRANTED[caller]:
        return METHOD_NOT_GRANTED
    if name in FOR_THE_RECORD:
        return NOT_SYSTEM_OF_RECORD
    if name == "Exchange":
        return CERTIFICATE_REQUIRED
    if name in ABOUT_A_PARTNER:
        return _promised_of_partners(caller, name, target)
    if target in FOREIGN:
        return SITE_NOT_GRANTED
    for kind, names in NOT_THERE.items():
        if name in names:
            return _promised_of_nothing(caller, name, kind)
    if target in ABSENT:
        return ORDER_NOT_FOUND
    if name == "AcknowledgeChange":
        return CHANGE_NOT_WAITING
    return OPERATION_NOT_FOUND if name in WORKING else OK


def _promised_of_nothing(caller, name, kind):
    if name == "SubmitShipNotice" and caller == "logistics":
        return DENIED, "SUPPLIER_NOT_GRANTED"
    return grpc.StatusCode.NOT_FOUND, f"{kind}_NOT_FOUND"


def _promised_of_partners(caller, name, target):
    if name == "ListUsage":
        if target != "own" and caller not in SEES_ALL_USAGE:
            return PARTNER_NOT_GRANTED
        return PARTNER_NOT_FOUND if target == "no such partner" else OK
    # Administrators administer every partner, whatever their own sites are.
    if target != "no such partner" or name == "PutPartner":
        return OK
    return CREDENTIAL_NOT_FOUND if name == "RevokeCredential" else PARTNER_NOT_FOUND


# What happens

@dataclasses.dataclass
class Findings:
    """What one caller has been answered, and what stood in the records around its refused calls."""

    caller: Caller
    answers: dict
    """(method, target) to the answer."""
    before: list
    after: list

    def of(self, method: str, names: set) -> dict:
        """The answers about some of the objects, by object."""
        return {target: answer for (asked, target), answer in self.answers.items()
                if asked == method and target.name in names}


@pytest.fixture(scope="module")
def findings(plant, bystander):
    """Asks everything as a caller, once for each."""
    return functools.cache(lambda name: _explore(plant, _caller(plant, name), bystander))


@pytest.fixture(params=CALLERS)
def found(request, findings) -> Findings:
    return findings(request.param)


def _explore(plant, caller, bystander) -> Findings:
    """What is to be refused first: whatever has changed by then was changed by a refused call."""
    cells = [(method, target) for method in methods()
             for target in targets(caller, method, bystander)]
    granted = [cell for cell in cells if promised(caller.name, cell[0], cell[1].name) == OK]
    before = records(plant)
    answers = _ask_all(plant, caller, [cell for cell in cells if cell not in granted])
    after = records(plant)
    return Findings(caller, answers | _ask_all(plant, caller, granted), before, after)


def _ask_all(plant, caller, cells) -> dict:
    answers, size = {}, AT_ONCE.get(caller.name, AT_ONCE_ON_RECORD)
    for start in range(0, len(cells), size):
        _start_anew(plant)
        shown = [("authorization", f"Bearer {caller.key}")] if caller.key else []
        with Client(f"127.0.0.1:{plant.gateway_port}", shown) as client:
            for cell in cells[start:start + size]:
                answers[cell] = ask(client, *cell)
    return answers


def _start_anew(plant):
    """Programs that have just started have not counted anybody's refusals yet."""
    for program in reversed(plant.services):
        program.stop()
    for program in plant.services:
        program.start()


def _select(plant, program, query) -> list:
    database = plant.folder / f"{program}.sqlite"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        return opened.execute(query).fetchall()


def records(plant) -> list:
    """All that partners can write, as it stands now."""
    return [_select(plant, program, query) for program, queries in WRITTEN.items()
            for query in queries]


def refusals_on_record(plant, principal: str) -> collections.Counter:
    """(method, reason) of everything that was refused to somebody, by the Gateway or by Production."""
    query = "SELECT principal, action, outcome FROM rs_audit WHERE outcome <> 'OK'"
    return collections.Counter(
        (action, outcome) for program in WRITTEN
        for who, action, outcome in _select(plant, program, query) if who == principal)


# The tests

def test_every_method_of_the_contracts_is_in_the_table():
    offered = set().union(*GRANTED.values()) | FEED
    assert {short(method) for method in methods()} == offered
    assert len(methods()) == len(offered), "two methods have one name"


def test_the_gateway_offers_what_the_contracts_say_and_no_feed(plant):
    with Client(f"127.0.0.1:{plant.gateway_port}") as client:
        shown = set(ProtoReflectionDescriptorDatabase(client.channel).get_services())
    services = {method.partition("/")[0] for method in methods() if short(method) not in FEED}
    assert {each for each in shown if each.startswith("millrace.")} == services


def test_every_call_ends_as_promised(found):
    wrong = [f"{method}, {target.name}: {answer.verdict} instead of {wanted}"
             for (method, target), answer in found.answers.items()
             if answer.verdict != (wanted := promised(found.caller.name, method, target.name))]
    assert not wrong, "\n".join(wrong)


def test_a_foreign_object_is_answered_like_one_that_is_not_there(found):
    for method in methods():
        for names in (FOREIGN, ABSENT):
            refused = {target: answer for target, answer in found.of(method, names).items()
                       if promised(found.caller.name, method, target.name)[0] is DENIED
                       or names is ABSENT}
            told = {target.without(answer.shown) for target, answer in refused.items()}
            assert len(told) <= 1, f"{method} tells them apart: {told}"


def test_no_answer_shows_anything_foreign(found):
    for (method, target), answer in found.answers.items():
        if answer.verdict == OK and short(method) in PARTNERS | AUDIT | {"ListUsage"}:
            continue  # Shown on purpose, to those who administer and audit.
        foreign = {*SECRETS, OTHER_SITE, FOREIGN_ORDER, BYSTANDER} - {
            target.site, target.order, target.partner}
        shown = [each for each in foreign if each in answer.shown]
        assert not shown, f"{method}, {target.name} shows {shown}: {answer.shown}"


def test_every_refusal_for_lack_of_rights_is_on_record(plant, found):
    wanted = collections.Counter(
        (method, answer.reason) for (method, _), answer in found.answers.items()
        if answer.code in (DENIED, grpc.StatusCode.UNAUTHENTICATED))
    who = "" if found.caller.name == "without-credential" else found.caller.partner
    assert refusals_on_record(plant, who) == wanted


def test_a_refused_call_changes_nothing(found):
    assert found.after == found.before


# Past the Gateway

def _other_key() -> str:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()).decode()


EVERYTHING = {"kind": "integration", "sites": [SITE, OTHER_SITE], "roles": list(GRANTED)}
UNBELIEVED = {
    "nobody": lambda plant: None,
    "signed with another key": lambda plant: mint(
        _other_key(), key_id(plant.folder / "principal-keys.json"), **EVERYTHING),
    "for another service": lambda plant: plant.principal(aud="millrace.inventory", **EVERYTHING),
    "for the Gateway": lambda plant: plant.principal(aud="millrace.gateway", **EVERYTHING),
    "expired": lambda plant: plant.principal(seconds=-1, **EVERYTHING),
}
BEHIND = [method for method in methods() if short(method) in (
    READING_ORDERS | MAKING | FEED | FOR_THE_RECORD | {"ResolveProductionCase"})]
INNER_TARGETS = [Target("own", SITE, OWN_ORDER), Target("foreign", OTHER_SITE, FOREIGN_ORDER)]


def _directly(plant, principal) -> dict:
    """Every method of Production, past the Gateway."""
    _start_anew(plant)
    shown = [(HEADER, principal)] if principal else []
    with Client(f"127.0.0.1:{plant.production_port}", shown) as client:
        return {(method, target): ask(client, method, target)
                for method in BEHIND for target in INNER_TARGETS}


@pytest.mark.parametrize("impostor", UNBELIEVED)
def test_production_believes_nobody_but_the_gateway(plant, impostor):
    before = records(plant)
    for cell, answer in _directly(plant, UNBELIEVED[impostor](plant)).items():
        assert answer.code is grpc.StatusCode.UNAUTHENTICATED, (cell, answer)
        assert not any(each in answer.shown for each in SECRETS), (cell, answer)
    assert records(plant) == before


def test_production_lets_nobody_without_a_site_or_a_role_in(plant):
    before = records(plant)
    principal = plant.principal(subject="the-roleless", sites=[], roles=[])
    answers = _directly(plant, principal)
    for (method, target), answer in answers.items():
        only_for_the_record = short(method) in FEED | FOR_THE_RECORD
        wanted = NOT_SYSTEM_OF_RECORD if only_for_the_record else SITE_NOT_GRANTED
        assert answer.verdict == wanted, (method, target, answer)
    assert records(plant) == before
    assert refusals_on_record(plant, "the-roleless") == collections.Counter(
        (method, answer.reason) for (method, _), answer in answers.items())


def test_no_role_makes_a_partner_the_system_of_record(plant):
    """Roles are for the Gateway: at Production only the kind of principal counts, which it mints."""
    answers = _directly(plant, plant.principal(
        subject="the-ambitious", sites=[SITE, OTHER_SITE], roles=list(GRANTED)))
    for (method, target), answer in answers.items():
        if short(method) in FEED | FOR_THE_RECORD:
            assert answer.verdict == NOT_SYSTEM_OF_RECORD, (method, target, answer)
