"""VERIFY.md: every command in it is run, and gives what the text says must come out."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evidence.bundle.making import Made
from tests.evidence.making import journal_of
from tests.evidence.tsa import needs_openssl
from withhold.evidence.bundle.contents import gather
from withhold.evidence.bundle.guide import guide

BASH = shutil.which("bash")
FORMER = Path(__file__).resolve().parents[1] / "fixtures" / "format-1"
pytestmark = [needs_openssl, pytest.mark.skipif(BASH is None, reason="bash is not installed")]


def commands(text: str) -> str:
    """What is set in by four, but for the script: that has its own tests."""
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    return "\n".join(line for line in lines if not line.startswith("bash verify.sh"))


def expected(text: str) -> list[str]:
    """The values that paragraphs with the word Expected name."""
    told = [part for part in re.split(r"\n\n", text) if "Expected" in part]
    return [value for part in told for value in re.findall(r"`([^`]+)`", part.partition("Expected")[2])]


def lacking(text: str, printed: str) -> list[str]:
    """Expected values that were not printed, or not as often as they should have been."""
    values = expected(text)
    return [value for value in set(values) if printed.count(value) < values.count(value)]


def without_manifests(text: str) -> str:
    """The text without the commands that go through all files."""
    return re.sub(r"^    (sha256sum -c|find data) .*\n", "", text, flags=re.MULTILINE)


def by_hand(text: str, folder: Path, roots: Path) -> subprocess.CompletedProcess[str]:
    script = commands(text).replace("/path/to/roots.pem", str(roots))
    command = [BASH or "", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def roots(bundled: Made, tmp_path: Path) -> Path:
    together = tmp_path / "roots.pem"
    together.write_bytes(b"".join(root.read_bytes() for root in bundled.roots))
    return together


def test_every_command_gives_what_is_expected(bundled: Made, tmp_path: Path, roots: Path) -> None:
    """All of it, from the first line to the last, in one shell: values, tokens, keys, captures."""
    text = bundled.files["VERIFY.md"].decode()
    top = bundled.unfold(tmp_path)
    done = by_hand(text, top, roots)
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert len(expected(text)) > 30
    assert lacking(text, printed) == []
    assert "FAILED" not in printed
    tokens = sum(path.endswith(".tsr") for path in bundled.files if "/tokens/" in path)
    starts = sum(path.endswith("/start.tsr") for path in bundled.files)
    assert printed.count("Verification: OK") == tokens + starts
    records = text.count("\n## Record ")
    keys = sum("/keys/" in path and path.endswith(".pem") for path in bundled.files)
    assert printed.count("Signature Verified Successfully") == records + keys


@pytest.mark.parametrize("kind", ["record.json", "record.tlog-proof", "before.png", "one.tsr", "log.pem"])
def test_a_changed_part_is_seen_by_hand(bundled: Made, tmp_path: Path, roots: Path, kind: str) -> None:
    """Under manifests made anew the commands stop, say FAILED, or do not print what is expected."""
    text = bundled.files["VERIFY.md"].decode()
    path = next(path for path in sorted(bundled.files) if path.endswith(kind))
    data = bundled.files[path]
    middle = len(data) // 2
    changed = {**bundled.files, path: data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]}
    done = by_hand(without_manifests(text), bundled.unfold(tmp_path, changed), roots)
    printed = done.stdout + done.stderr
    assert done.returncode != 0 or "FAILED" in printed or lacking(text, printed)


def test_a_file_that_is_not_listed_is_seen_by_hand(bundled: Made, tmp_path: Path, roots: Path) -> None:
    """``sha256sum -c`` passes over files that no manifest names; the text has a command that does not."""
    top = bundled.unfold(tmp_path)
    (top / "data" / "more.txt").write_text("look here", encoding="utf-8")
    done = by_hand(bundled.files["VERIFY.md"].decode(), top, roots)
    assert done.returncode != 0
    assert "data/more.txt" in done.stdout


@pytest.mark.parametrize("records", [0, 1, 2, 6, 7, 12])
def test_the_path_to_the_root_by_hand(records: int, tmp_path: Path) -> None:
    """For every record of logs of several sizes the commands lead to the root that was signed."""
    journal = journal_of(tmp_path / "log", records)
    journal.mend()
    for record in journal.records(own=True):
        held = gather(journal, record)
        text = guide([held]).decode()
        top = tmp_path / record.id
        for path, data in held.files.items():
            (top / "data" / held.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (top / "data" / held.folder / path).write_bytes(data)
        done = by_hand(without_manifests(text), top, tmp_path)
        assert done.returncode == 0, done.stderr
        assert lacking(text, done.stdout + done.stderr) == []


def test_a_record_of_the_first_format_by_hand(tmp_path: Path) -> None:
    """The leaf that holds on to it, the id in its list, and the path from that leaf to the root."""
    folder = shutil.copytree(FORMER, tmp_path / "log")
    journal = journal_of(folder, 3)
    first = next(iter(journal.records()))
    held = gather(journal, first)
    text = guide([held]).decode()
    for path, data in held.files.items():
        (tmp_path / "data" / held.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / held.folder / path).write_bytes(data)
    done = by_hand(without_manifests(text), tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "leaf.json" in text
    assert lacking(text, done.stdout + done.stderr) == []
    ids = tmp_path / "data" / held.folder / "journal-records.txt"
    ids.write_bytes(ids.read_bytes().replace(b"\n", b"\n\n", 1))
    again = by_hand(without_manifests(text), tmp_path, tmp_path)
    assert again.returncode != 0 or lacking(text, again.stdout + again.stderr)


def test_words_of_others_begin_no_command(bundled: Made) -> None:
    """A reason with line breaks in it stays on its line: what is set in by four is run by people."""
    journal = bundled.services.journal
    held = gather(journal, journal.get(bundled.ids[0]))
    hostile = replace(held, record=replace(held.record, missing=(("x.png", "gone\n    rm -rf ~\n"),)))
    assert not re.search(r"^ *rm -rf", guide([hostile]).decode(), re.MULTILINE)
