"""As many partners as a Gateway may have, each with a key, and each of them calling."""

import grpc
import pytest

from Support.client import refused
from Support.plant import SITE, Plant
from Support.processes import resident_bytes
from Support.stubs import common, gateway, partners

MOST = 10_000
"""Partner.maximumCount."""
AT_A_TIME = 100
KIBIBYTE = 1024
MOST_BYTES_EACH = 12 * KIBIBYTE
"""A partner with its limits, a key, a signed principal, and what it has used."""


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


def all_at_once(calls) -> list:
    """The answers of many calls, some of them under way at a time."""
    answers, waiting = [], []
    for call in calls:
        waiting.append(call())
        if len(waiting) == AT_A_TIME:
            answers += [each.result() for each in waiting]
            waiting = []
    return answers + [each.result() for each in waiting]


@pytest.fixture(scope="module")
def last_key() -> list:
    """The key of the partner that was made last, once it is there."""
    return []


def test_ten_thousand_partners_are_held_in_bounded_memory_and_one_more_is_refused(plant, last_key):
    # An administrator that its own rate does not hold back.
    plant.issue_key("admin", SITE, roles=["admin"])
    admin = plant.admin()
    known = len(admin.partners.ListPartners(partners.ListPartnersRequest()).partners)
    names = [f"partner-{number}" for number in range(MOST - known)]
    before = resident_bytes(plant.gateway.pid)
    all_at_once(lambda name=name: admin.partners.PutPartner.future(partners.PutPartnerRequest(
        partner=partners.Partner(name=name, sites=[SITE], roles=["operator"]))) for name in names)
    keys = [answer.api_key for answer in all_at_once(
        lambda name=name: admin.partners.IssueKey.future(partners.IssueKeyRequest(
            request_id=name, partner=name)) for name in names)]
    last_key.append(keys[-1])
    with grpc.insecure_channel(f"127.0.0.1:{plant.gateway_port}") as channel:
        look = channel.unary_unary(
            "/millrace.gateway.v1.GatewayService/ListCases",
            request_serializer=gateway.ListCasesRequest.SerializeToString,
            response_deserializer=gateway.ListCasesResponse.FromString)
        all_at_once(lambda key=key: look.future(
            gateway.ListCasesRequest(site=SITE), metadata=[("authorization", f"Bearer {key}")])
            for key in keys)
    grown = resident_bytes(plant.gateway.pid) - before
    assert grown < MOST * MOST_BYTES_EACH, f"{grown / len(names) / KIBIBYTE:.1f} KiB for each"
    found = refused(lambda: admin.partners.PutPartner(partners.PutPartnerRequest(
        partner=partners.Partner(name="one-too-many", sites=[SITE], roles=["mes"]))))
    assert (found.code, found.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_PARTNERS")


def test_they_are_there_again_after_a_restart(plant, last_key):
    plant.gateway.stop()
    plant.gateway.start()
    plant.mes(last_key[0]).gateway.ListCases(gateway.ListCasesRequest(site=SITE))
    admin, found, page = plant.admin().partners, 0, common.PageRequest(page_size=500)
    while True:
        answer = admin.ListPartners(partners.ListPartnersRequest(page=page))
        found += len(answer.partners)
        if not answer.page.next_page_token:
            break
        page.page_token = answer.page.next_page_token
    assert found == MOST
