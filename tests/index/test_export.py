"""The index for other programs, and the check of it, as people call them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import jsonschema
import pyarrow.parquet as pq

from tests.index.making import opened
from tests.store.making import NOW, chat, export, home_in, put
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.handing_out import as_calendar, as_json, write_parquet
from withhold.app.ledger.index import export_index
from withhold.app.ledger.members import ledger_of_members
from withhold.report.columns import TAKEN_AT_WORD
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


def test_every_output_of_members_says_that_they_are_taken_at_their_word(tmp_path: Path) -> None:
    """Exports are not signed: text, JSON, Parquet and calendar say so, and who writes a file is told."""
    with opened(tmp_path / "ada") as state:
        put(state, export("one"), chat("a"))
    services = Services(home=home_in(tmp_path / "ada"), environ={}, user_home=tmp_path, clock=lambda: NOW)
    export_index(services, tmp_path / "all" / "ada", member="ada")
    with ledger_of_members(services, [str(tmp_path / "all")], engine="duckdb") as view:
        note = view.head.taken_at_word
        assert note is not None
        assert json.loads(b"".join(as_json(view)))["taken_at_word"] == note
        written = write_parquet(view, str(tmp_path / "rows.parquet"))
        calendar = b"".join(as_calendar(view)).decode().replace("\r\n ", "")
    assert pq.read_schema(written).metadata[TAKEN_AT_WORD].decode() == note
    assert "are not signed" in calendar
    with ledger(services) as view:
        assert view.head.taken_at_word is None
    services.close()
    judged = ("exposure", "--from", str(tmp_path / "all"), "--csv", str(tmp_path / "rows.csv"))
    assert "are not signed" in _printed(tmp_path / "ada", *judged)[1]
    assert "are not signed" in _printed(tmp_path / "ada", *judged[:3])[0]


def _printed(folder: Path, *words: str) -> tuple[str, str]:
    """What stands on stdout and on stderr, each in one line."""
    done = subprocess.run(
        [sys.executable, "-m", "withhold", *words],
        env={**os.environ, "WITHHOLD_HOME": str(home_in(folder).root)},
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split()), " ".join(done.stderr.split())
