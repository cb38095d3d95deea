"""What the tests of the command line share."""

import pytest

from tests.cli.tool import CODE, EXPORT, Tool


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)


@pytest.fixture
def filled(tool: Tool) -> Tool:
    """The command line on a state that holds the samples of this repository."""
    assert tool("import", EXPORT, CODE).code == 0
    return tool
