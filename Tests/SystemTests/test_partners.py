"""What a platform team and its partners do with the Gateway, with stock clients and the real tool."""

import json
import sqlite3
import time

import grpc
import pytest

from Support.callers import Caller
from Support.certificates import Authority
from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.programs import run
from Support.stubs import gateway, production, usage, versions

PACKAGE = "millrace.production.v1"


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A plant that speaks TLS and asks partners for certificates."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with Plant(tmp_path_factory.mktemp("plant"), authority=authority) as running:
        yield running


def look(client, site=SITE):
    """A call that any partner with the role planner may make."""
    return client.gateway.ListCases(gateway.ListCasesRequest(site=site))


def credentials(plant, partner) -> list:
    """A partner's credentials as the tool lists them, the newest first."""
    lines = plant.administer("key", "list", partner, "--json").splitlines()
    return [json.loads(line) for line in lines]


def test_a_rotation_interrupts_nobody(plant):
    old = plant.issue_key("rotating", SITE)
    caller = Caller(lambda client=plant.mes(old): look(client))
    caller.start()
    eventually("the old key is used", lambda: caller.calls > 10)
    new = plant.administer("key", "rotate", "rotating", "--overlap-hours", "24").split()[0]
    with plant.mes(new) as client:
        look(client)
    before = caller.calls
    eventually("the old key is still used", lambda: caller.calls > before + 10)
    caller.end()
    assert not caller.failures
    newest, oldest = credentials(plant, "rotating")
    assert "expiresAt" not in newest and "expiresAt" in oldest
    assert old not in plant.gateway.output() and new not in plant.gateway.output()


def test_a_revoked_key_is_out_and_its_watches_end(plant):
    key, other = plant.issue_key("revoked", SITE), plant.issue_key("staying", SITE)
    watches = [plant.mes(each).production.WatchOrders(
        production.WatchOrdersRequest(site=SITE), timeout=120) for each in (key, other)]
    for watch in watches:
        watch.initial_metadata()
    plant.administer("key", "revoke", credentials(plant, "revoked")[0]["credentialID"])
    assert refused(lambda: look(plant.mes(key))).reason in (
        "CREDENTIAL_UNKNOWN", "CREDENTIAL_ENDED")
    assert refused(lambda: next(watches[0])).reason == "CREDENTIAL_ENDED"
    look(plant.mes(other))
    assert watches[1].is_active()
    watches[1].cancel()


def test_a_suspended_partner_waits_until_it_is_resumed(plant):
    key = plant.issue_key("paused", SITE)
    client = plant.mes(key)
    look(client)
    plant.administer("partner", "suspend", "paused")
    found = refused(lambda: look(client))
    assert (found.code, found.reason) == (
        grpc.StatusCode.PERMISSION_DENIED, "PARTNER_SUSPENDED")
    # To say anew what it may do lets nobody in whom somebody else has stopped.
    plant.administer("partner", "put", "paused", "--site", SITE, "--role", "planner")
    assert refused(lambda: look(client)).reason == "PARTNER_SUSPENDED"
    plant.administer("partner", "resume", "paused")
    look(client)


def test_a_certificate_lets_its_partner_in(plant):
    plant.issue_key("carrier", SITE)
    own, foreign = plant.authority.client("carrier"), plant.authority.client("somebody")
    assert refused(lambda: look(plant.anonymous(own))).reason == "CERTIFICATE_UNKNOWN"
    assert refused(lambda: look(plant.anonymous())).reason == "CREDENTIAL_MISSING"
    plant.administer("key", "register-certificate", "carrier",
                     "URI:spiffe://plant.example/carrier")
    look(plant.anonymous(own))
    assert refused(lambda: look(plant.anonymous(own), OTHER_SITE)).reason == "SITE_NOT_GRANTED"
    assert refused(lambda: look(plant.anonymous(foreign))).reason == "CERTIFICATE_UNKNOWN"


def test_a_test_key_is_refused_with_that_reason(plant):
    key = plant.key.replace("mr_live_", "mr_test_")
    assert refused(lambda: look(plant.mes(key))).reason == "CREDENTIAL_OF_OTHER_ENVIRONMENT"


def test_the_tool_tells_a_refusal_and_its_reason(plant):
    with pytest.raises(AssertionError, match=r"there is no partner nobody \(PARTNER_NOT_FOUND\)"):
        plant.administer("key", "issue", "nobody")
    with pytest.raises(AssertionError, match=r"partner\.roles\[0\] is no role"):
        plant.administer("partner", "put", "x", "--site", SITE, "--role", "boss")


def test_the_tool_shows_by_what_a_refused_call_is_found(plant):
    with pytest.raises(AssertionError, match=r"\(PARTNER_NOT_FOUND\), request [0-9a-f]{32}"):
        plant.administer("key", "list", "nobody")


def test_the_tool_says_of_every_command_that_a_partner_is_unknown(plant):
    for command in (["partner", "suspend"], ["quota"], ["usage"], ["key", "rotate"]):
        with pytest.raises(AssertionError, match=r"there is no partner nobody \(PARTNER_NOT_FOUND\)"):
            plant.administer(*command, "nobody")


def test_a_rotated_key_alone_goes_into_the_file(plant):
    plant.issue_key("filed", SITE)
    printed = plant.administer("key", "rotate", "filed")
    assert printed.startswith("mr_live_") and len(printed.split()) == 1
    look(plant.mes(printed))


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "--api-key-file or --certificate-file must say who calls"),
    (("--api-key-file", "anna.key"), "would go to gateway.plant in the clear"),
])
def test_the_tool_sends_no_key_where_others_can_read_it(arguments, words):
    with pytest.raises(AssertionError, match=words):
        run("millrace", "version", "list", "--gateway", "gateway.plant:50050", *arguments)


def test_a_partner_asks_for_its_own_usage_with_the_tool(plant, tmp_path):
    file = tmp_path / "key"
    file.write_text(plant.issue_key("curious", SITE))
    file.chmod(0o600)
    with pytest.raises(AssertionError, match=r"not that of all \(PARTNER_NOT_GRANTED\)"):
        plant.administer("usage", api_key_file=file)
    eventually("the call before is listed", lambda: "PERMISSION_DENIED" in plant.administer(
        "usage", "--own", api_key_file=file))


def test_deprecation_is_told_and_retirement_refused(plant):
    key, late = plant.issue_key("prompt", SITE), plant.issue_key("late", SITE)

    def orders(client):
        call = client.production.ListOrders.with_call
        return dict(call(production.ListOrdersRequest(site=SITE))[1].initial_metadata())

    client = plant.mes(key)
    assert "deprecation" not in orders(client)
    plant.administer(
        "version", "set", PACKAGE, "deprecated", "--since", "2026-01-01", "--sunset",
        "2027-01-15", "--successor", "millrace.production.v2")
    told = orders(client)
    assert told["deprecation"] == "@1767225600"
    assert told["sunset"] == "Fri, 15 Jan 2027 00:00:00 GMT"
    assert told["millrace-successor"] == "millrace.production.v2"
    orders(plant.mes(late))

    def mine():
        request = versions.GetMyDeprecationsRequest()
        return list(client.versions.GetMyDeprecations(request).deprecations)

    # The ledger is written every second.
    found = eventually("the calls are in the ledger", lambda: [
        each for each in mine() if each.calls == 2])[0]
    assert found.method == f"{PACKAGE}.ProductionService/ListOrders"
    assert found.move_by.ToJsonString() == "2027-01-15T00:00:00Z"
    assert len(mine()) == 1

    plant.administer(
        "version", "set", PACKAGE, "retired", "--successor", "millrace.production.v2",
        "--exception", "late=2099-01-01")
    retired = refused(lambda: client.production.ListOrders(
        production.ListOrdersRequest(site=SITE)))
    assert (retired.code, retired.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION, "API_VERSION_RETIRED")
    assert orders(plant.mes(late))["sunset"] == "Thu, 01 Jan 2099 00:00:00 GMT"
    plant.administer("version", "set", PACKAGE, "served")
    assert "deprecation" not in orders(client)


def test_a_daily_quota_survives_a_restart(plant):
    key = plant.issue_key("frugal", SITE)
    plant.administer("quota", "frugal", "--calls-per-day", "5")
    client = plant.mes(key)
    for _ in range(3):
        look(client)
    plant.gateway.stop()
    plant.gateway.start()
    client = plant.mes(key)
    for _ in range(2):
        look(client)
    found = refused(lambda: look(client))
    assert (found.code, found.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED, "DAILY_QUOTA_EXCEEDED")
    assert 0 < found.retry_seconds <= 86_400
    rows = [json.loads(line) for line in plant.administer("usage", "frugal", "--json").splitlines()]
    counted = {row["status"]: row["calls"] for row in rows}
    assert counted["OK"] >= 3
    look(plant.mes(plant.key))


def test_a_partner_sees_its_own_usage_alone(plant):
    client = plant.mes(plant.issue_key("curious", SITE))
    for _ in range(4):
        look(client)
    assert refused(lambda: look(client, OTHER_SITE)).reason == "SITE_NOT_GRANTED"

    def counted():
        rows = client.usage.ListUsage(usage.ListUsageRequest()).usage
        assert {row.partner for row in rows} <= {"curious"}
        return {row.status: row.calls for row in rows if row.method.endswith("ListCases")}

    eventually("all calls are in the ledger",
               lambda: counted() == {"OK": 4, "PERMISSION_DENIED": 1})
    for partner in ("*", "mes-line-1"):
        request = usage.ListUsageRequest(partner=partner)
        assert refused(lambda r=request: client.usage.ListUsage(r)).reason == "PARTNER_NOT_GRANTED"


def test_a_partner_at_ten_times_its_rate_gets_its_rate(plant):
    """Fifty calls at once, then twenty a second, whatever is sent; who else calls does not notice."""
    key = plant.issue_key("greedy", SITE, limits=[
        "--calls-per-second", "20", "--burst", "50"])
    client, other = plant.mes(key), plant.mes()
    request = production.GetOrderRequest(site=SITE, order_name="WH/MO/NONE")
    begin, let_in, refusals = time.monotonic(), 0, 0
    while (elapsed := time.monotonic() - begin) < 5:
        try:
            client.production.GetOrder(request)
        except grpc.RpcError as error:
            let_in += error.code() is grpc.StatusCode.NOT_FOUND
            refusals += error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        if refusals % 50 == 1:
            assert refused(lambda: other.production.GetOrder(request)).code is (
                grpc.StatusCode.NOT_FOUND)
    assert refusals > 0
    # What it may: no call more, and at most one that was not there yet.
    assert let_in <= 50 + 20 * elapsed + 1
    assert let_in >= 0.95 * (50 + 20 * elapsed) - 1


def test_who_was_refused_is_on_record(plant):
    refused(lambda: look(plant.mes(plant.key[:-1] + ("0" if plant.key[-1] != "0" else "1"))))
    refused(lambda: plant.mes().versions.ListVersions(versions.ListVersionsRequest()))
    database = plant.folder / "gateway.sqlite"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as records:
        found = set(records.execute("SELECT principal, outcome FROM rs_audit"))
    assert ("", "CREDENTIAL_UNKNOWN") in found
    assert ("mes-line-1", "METHOD_NOT_GRANTED") in found
    assert any(who == "admin" and outcome == "OK" for who, outcome in found)
    assert any(who == "console" for who, _ in found)
