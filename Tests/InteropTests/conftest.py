"""What the interop tests share: callers, and orders in every state."""

import pytest

from Support import facts
from Support.certificates import Authority
from Support.plant import OTHER_SITE, SITE


@pytest.fixture(scope="module")
def mes(plant):
    """A partner that is granted one site."""
    return plant.mes()


@pytest.fixture(scope="module")
def record(plant):
    """The system of record, on Production itself."""
    return plant.system_of_record()


@pytest.fixture(scope="module", params=["plain", "TLS"])
def authority(request, tmp_path_factory):
    """What a module's servers are certified by; nothing where they are to speak without TLS."""
    if request.param == "plain":
        return None
    return Authority(tmp_path_factory.mktemp("certificates"))


class Orders:
    """Makes orders in the state that a test needs, without Odoo."""

    def __init__(self, mes, record):
        self.mes, self.record = mes, record

    def released(self, planned="100", **fields) -> str:
        name = facts.unique("MO")
        self.record.production.ReleaseOrder(facts.release(name, planned, **fields))
        return name

    def acknowledged(self, planned="100", **fields) -> str:
        name = self.released(planned, **fields)
        self.record.production.AcknowledgeOrder(
            facts.acknowledge(name, site=fields.get("site", SITE)))
        return name

    def completed(self, planned="100") -> str:
        name = self.acknowledged(planned)
        self.mes.production.ReportProduction(facts.report(name, planned, final=True))
        return name

    def foreign(self) -> str:
        """An order of a site that the partner is not granted."""
        return self.acknowledged(site=OTHER_SITE)


@pytest.fixture(scope="module")
def orders(mes, record):
    return Orders(mes, record)


@pytest.fixture
def nothing_stored(plant):
    """Asserts that a test's calls left no row in Production's records."""
    from Support.records import fingerprint

    before = fingerprint(plant.folder / "production.sqlite")
    yield
    assert fingerprint(plant.folder / "production.sqlite") == before, "something was stored"
