"""One running plant for each module, with items to make."""

import pytest

from Support import factory as factories
from Support.conditions import eventually
from Support.shift import Shift


@pytest.fixture(scope="module")
def factory(plant):
    return factories.build(plant.odoo)


@pytest.fixture(scope="module")
def shift(plant, factory):
    return Shift(plant, factory)


@pytest.fixture(autouse=True)
def no_posted_document_is_edited(request):
    """After every test of a shared plant: posted documents are as they were posted, no fault is left."""
    yield
    if "plant" in request.fixturenames:
        plant = request.getfixturevalue("plant")
        plant.wire.clear()
        assert plant.edits() == []
        eventually("the programs run", lambda: all(each.is_running for each in plant.programs), 5)
