"""What a command loads before it answers: the heavy libraries only where rows of the index are asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("pyarrow", "duckdb", "numpy", "playwright")
SHOWING = """
import sys
from withhold.cli.main import run
code = run(sys.argv[1:])
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("command", [("status",), ("account", "list"), ("scan",), ("watch", "status")])
def test_commands_that_read_no_rows_load_no_engine(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Arrow and DuckDB take longer to load than these commands to answer, so they do without."""
    done = subprocess.run(
        [sys.executable, "-c", SHOWING.format(heavy=HEAVY), *command],
        env=os.environ | {"WITHHOLD_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
