"""One bundle for all tests of this folder: nothing changes it."""

from collections.abc import Iterator

import pytest

from tests.evidence.bundle.making import Made, made
from tests.evidence.tsa import OPENSSL


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A stamped log with a bundle of two of its records."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    with made(tmp_path_factory.mktemp("bundled")) as bundle:
        yield bundle
