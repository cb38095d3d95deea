"""The index for other programs, and the check of it, as people call them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import jsonschema

from tests.index.making import opened
from tests.store.making import chat, export, home_in, put
from withhold.report.json_out import json_schema


def _run(folder: Path, *words: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "withhold", *words, "--json"],
        env={**os.environ, "WITHHOLD_HOME": str(home_in(folder).root)},
        capture_output=True,
        check=False,
    )
    document = json.loads(done.stdout)
    jsonschema.validate(document, json_schema(document["schema"].split(".")[1].split("/")[0]))
    return done.returncode, document


def test_two_members_lie_side_by_side(tmp_path: Path) -> None:
    """Every row says whose it is; live rows alone are handed out, and no text, path or title of theirs."""
    for member in ("ada", "bob"):
        with opened(tmp_path / member) as state:
            put(state, export("one"), *(chat(f"{member}-{n}", ids=("a",)) for n in range(4)))
            put(state, export("two"), chat(f"{member}-0", ids=("a", "b")))
        code, document = _run(
            tmp_path / member, "index", "export", str(tmp_path / "all" / member), "--member", member
        )
        assert (code, document["member"]) == (0, member)
    everywhere = f"{tmp_path}/all/*"
    rows = duckdb.sql(
        f"SELECT c.member, count(DISTINCT c.key), count(*)"  # noqa: S608
        f" FROM '{everywhere}/conversations.parquet' AS c"
        f" JOIN '{everywhere}/messages.parquet' AS m USING (member, key) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert rows == [("ada", 4, 5), ("bob", 4, 5)]
    assert duckdb.sql(f"SELECT count(*) FROM '{everywhere}/sources.parquet'").fetchall() == [(4,)]  # noqa: S608
    for path in (tmp_path / "all").rglob("*.parquet"):
        assert b"/home/me" not in path.read_bytes()
        assert os.name == "nt" or path.stat().st_mode & 0o77 == 0


def test_a_check_tells_by_its_exit_code(tmp_path: Path) -> None:
    """0 where all is as it was written; 1 with the file's name where a byte is not, its time kept or not."""
    with opened(tmp_path) as state:
        put(state, export(), chat())
        path = state.index.folder / state.catalogue.listing().segments[0].files[0].name
    assert _run(tmp_path, "index", "check")[0] == 0
    before, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    code, document = _run(tmp_path, "index", "check")
    assert code == 1
    assert path.name in json.dumps(document["problems"])
