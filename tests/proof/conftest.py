"""A state with a clock, as the tests of use cases have it; packs are read once for all tests here."""

from collections.abc import Mapping

import pytest

from tests.app.conftest import clock
from tests.app.conftest import services as fresh
from tests.cluster import cluster
from withhold.app.bootstrap import Services
from withhold.model.terms import Provider
from withhold.packs.loader import load_all

__all__ = ["clock", "cluster", "fresh"]


@pytest.fixture(scope="session")
def packs() -> Mapping[str, Provider]:
    return load_all(())


@pytest.fixture
def services(fresh: Services, packs: Mapping[str, Provider]) -> Services:
    fresh.packs = packs
    return fresh
