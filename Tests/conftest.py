"""Fixtures of the process tests. Importing the stubs generates them from proto/."""

import pytest

from Support import stubs  # noqa: F401  (generated before any test module is read)
from Support.plant import Plant


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A plant that the tests of one module share."""
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running
