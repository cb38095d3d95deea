"""What the tests of the documentation share."""

import pytest

from tests.cli.tool import Tool


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)
