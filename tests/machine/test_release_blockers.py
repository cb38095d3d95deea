"""What would block a release, on computers nobody has seen: a value gets out, a byte is changed.

Settings of many tools hold anything: private values, open ones, rubbish, and marks that stand for keys which
were pasted into the wrong place.
"""

import io
import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from tests.machine.planting import Planted
from tests.machine.test_every_setting import LOCAL, PACKS
from withhold.app.bootstrap import Services
from withhold.app.machine.apply import apply, undo
from withhold.app.machine.scan import scan
from withhold.machine.interface import OsLayout
from withhold.packs.tools import Place
from withhold.report.json_out import encode
from withhold.report.render import print_document
from withhold.report.sarif import sarif
from withhold.support.paths import StateHome

CANARY = "sk-live-Zx81Qw72Er63Ty54Ui45"
OWN_SCANNER = [
    (PACKS["claude-code"], setting)
    for setting in PACKS["claude-code"].tool.settings
    if setting.authority != "account"
]
FILES = [
    (pack, setting, place)
    for pack, setting in (*LOCAL, *OWN_SCANNER)
    for place in setting.where
    if place.kind == "file" and place.format in {"json", "jsonc", "toml", "yaml", "ini"}
]
RUBBISH = st.sampled_from([CANARY, f"https://u:{CANARY}@h/", "", "maybe", 7, -1, 3.5, True, False, [CANARY]])
SYSTEMS = {OsLayout.LINUX: "Linux", OsLayout.MACOS: "Darwin", OsLayout.WINDOWS: "Windows"}
AT = datetime(2026, 11, 22, tzinfo=UTC)

Choice = tuple[int, Any, bool]


@st.composite
def computers(draw: st.DrawFn) -> tuple[OsLayout, list[Choice], dict[str, str]]:
    """A system, what stands in up to eight places (some files hold more), variables."""
    chosen = draw(st.lists(st.integers(0, len(FILES) - 1), min_size=1, max_size=8, unique=True))
    places = []
    for number in chosen:
        setting = FILES[number][1]
        known = [setting.private_value, *setting.not_private_values, setting.default]
        value = draw(st.one_of(st.sampled_from([v for v in known if v is not None] or [True]), RUBBISH))
        places.append((number, value, draw(st.booleans())))
    names = draw(
        st.lists(st.sampled_from(["OPENAI_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY"]), unique=True)
    )
    return draw(st.sampled_from(list(OsLayout))), places, dict.fromkeys(names, CANARY)


def plant(root: Path, system: OsLayout, places: list[Choice], environment: Mapping[str, str]) -> Planted:
    planted = Planted(root, system, dict(environment))
    planted.home.mkdir(parents=True)
    for number, value, more in places:
        pack, _, place = FILES[number]
        try:
            there = planted.plant(pack, place, value)
        except (TypeError, ValueError):
            continue
        if there and more:
            beside(planted, place)
    return planted


def beside(planted: Planted, place: Place) -> None:
    """Comments, odd blanks and a key of a person's own around what was planted."""
    path = planted.path((place.paths or {})[planted.os.value] or "")
    data = path.read_bytes()
    match place.format:
        case "jsonc":
            data = f"// mine: {CANARY}\r\n".encode() + data.replace(b"\n", b"\r\n")
        case "toml" | "yaml":
            data = f"# mine: {CANARY}\n".encode() + data + b"\n\n# end\n"
        case "ini":
            data = f"; mine {CANARY}\n".encode() + data
        case _:
            data = b"\xef\xbb\xbf\t" + data + b" \n"
    path.write_bytes(data)


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(p.relative_to(root)): (p.stat().st_mode, p.read_bytes()) for p in root.rglob("*") if p.is_file()
    }


def made(planted: Planted, state: Path) -> Services:
    return Services(
        home=StateHome(state),
        environ=planted.environment,
        user_home=planted.home,
        clock=lambda: AT,
        system=SYSTEMS[planted.os],
        stamps=False,
    )


def printed(document: Any) -> str:
    out = io.StringIO()
    print_document(document, Console(file=out, width=80))
    return out.getvalue()


@given(computers())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_no_value_of_a_secret_gets_out(computer: tuple[OsLayout, list[Choice], dict[str, str]]) -> None:
    """Neither text, JSON, SARIF nor the state hold a mark that stands in settings or variables."""
    with tempfile.TemporaryDirectory() as folder:
        planted = plant(Path(folder) / "root", *computer)
        services = made(planted, Path(folder) / "state")
        before = tree(planted.root)
        found = scan(services, home=planted.home, root=planted.root, system=planted.os.value)
        shown = printed(found) + encode(found).decode() + sarif(found).decode()
        services.close()
        assert CANARY not in shown
        kept = tree(Path(folder) / "state")
        assert all(CANARY.encode() not in data for _, data in kept.values())
        assert tree(planted.root) == before


@given(computers())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_apply_and_undo_restore_every_byte(computer: tuple[OsLayout, list[Choice], dict[str, str]]) -> None:
    """Only files of the plan change; nothing shown holds a mark; undo brings every byte and mode back."""
    with tempfile.TemporaryDirectory() as folder:
        planted = plant(Path(folder) / "root", *computer)
        services = made(planted, Path(folder) / "state")
        before = tree(planted.root)
        done = apply(services)
        after = tree(planted.root)
        written = {str(Path(c.file).relative_to(planted.root)) for c in done.changes if c.written}
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert changed <= written
        assert CANARY not in printed(done) + encode(done).decode()
        evidence = [p.read_bytes() for p in services.home.evidence.rglob("*") if p.is_file()]
        assert all(CANARY.encode() not in data for data in evidence)
        if done.run is not None:
            assert all(row.problem is None for row in undo(services, done.run).files)
        services.close()
        assert tree(planted.root) == before


CLAUDE_KEYS = sorted(
    {
        place.key[0]
        for _, _, place in FILES
        if isinstance(place.key, tuple) and "~/.claude/" in str(place.paths)
    }
)
SPACES = ("", "\r\n", "\t", "  \n")


@given(
    st.dictionaries(st.sampled_from([*CLAUDE_KEYS, "mine", CANARY]), RUBBISH, max_size=6),
    st.dictionaries(
        st.sampled_from(["DISABLE_TELEMETRY", "DO_NOT_TRACK", "MY_KEY", CANARY]), RUBBISH, max_size=4
    ),
    st.sampled_from(SPACES),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_one_file_of_claude_code(
    keys: dict[str, Any], variables: dict[str, Any], space: str, doubled: bool
) -> None:
    """Whatever stands in it: written or refused, no mark is shown, and undo restores each byte."""
    held = {**keys, "env": variables} if variables else keys
    text = space + json.dumps(held, indent=2 if doubled else None).replace("\n", "\r\n") + space
    if doubled and keys:
        text = text.rstrip()[:-1] + f', {json.dumps(next(iter(keys)))}: "{CANARY}"}}'
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder) / "root")
        planted.write("~/.claude/settings.json", text)
        services = made(planted, Path(folder) / "state")
        before = tree(planted.root)
        found = scan(services, home=planted.home, root=planted.root, system="linux")
        done = apply(services)
        assert CANARY not in printed(found) + encode(found).decode() + printed(done) + encode(done).decode()
        if any(change.written for change in done.changes):
            now = json.loads(planted.path("~/.claude/settings.json").read_bytes())
            assert {k: v for k, v in now.items() if k in keys and k not in CLAUDE_KEYS} == {
                k: v for k, v in keys.items() if k not in CLAUDE_KEYS
            }
        if done.run is not None:
            assert all(row.problem is None for row in undo(services, done.run).files)
        services.close()
        assert tree(planted.root) == before


@pytest.mark.parametrize("name", ["kilo.json", "kilo.jsonc"])
def test_a_key_on_the_same_line_is_not_shown(name: str, tmp_path: Path) -> None:
    """A file of one line, which is changed, may hold a key: only the words of the setting are shown."""
    planted = Planted(tmp_path / "root")
    planted.home.mkdir(parents=True)
    folder = planted.home / ".config/kilo"
    folder.mkdir(parents=True)
    (folder / name).write_text(json.dumps({"a": CANARY, "hide_prompt_training_models": False}))
    services = made(planted, tmp_path / "state")
    done = apply(services)
    assert any(c.written for c in done.changes)
    assert CANARY not in printed(done) + encode(done).decode()
    services.close()


def test_the_marks_are_really_planted(tmp_path: Path) -> None:
    """The tests above can fail: the computers they make do hold marks, in files that are read."""
    number = next(
        i for i, (p, s, _) in enumerate(FILES) if (p.id, s.id) == ("codex-cli", "codex-cli.feedback")
    )
    planted = plant(tmp_path / "root", OsLayout.LINUX, [(number, CANARY, True)], {})
    assert any(CANARY.encode() in data for _, data in tree(planted.root).values())
    services = made(planted, tmp_path / "state")
    found = scan(services, home=planted.home, root=planted.root, system="linux")
    row = next(r for r in json.loads(encode(found))["settings"] if r["id"] == "codex-cli.feedback")
    assert (row["verdict"], row["effective_value"]) == ("unknown", "(set)")
    services.close()


def test_both_sides_of_the_guard(tmp_path: Path) -> None:
    """A byte that changes is seen by the comparison that the tests rest on."""
    (tmp_path / "a").write_bytes(b"1")
    before = tree(tmp_path)
    (tmp_path / "a").write_bytes(b"2")
    with pytest.raises(AssertionError):
        assert tree(tmp_path) == before
