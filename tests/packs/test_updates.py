"""Updates of the packs: looked through before anything changes, never backwards, and undone in one step."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from tests.packs.bundles import KEY, OTHER, PACKS, bundle, changed
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.machine.scan import tool_packs
from withhold.app.packs.showing import lint_packs, list_packs
from withhold.app.packs.updates import TAKEN, UNDONE, forget_key, undo, update
from withhold.evidence.verification import Result
from withhold.packs.loader import builtin_dir
from withhold.packs.signed import public_pem
from withhold.packs.tools import tools_dir
from withhold.packs.updates import KEPT, Updates
from withhold.support.errors import EnvironmentProblem, PackInvalid, UsageProblem
from withhold.support.paths import OVERRIDE, StateHome

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Make = Callable[..., Services]


class Said:
    """Progress that is kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, text: str) -> None:
        self.lines.append(text)

    def advance(self, done: int, total: int | None, unit: str) -> None:
        """Counts are not looked at here."""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Make]:
    """Services on one state, as each command makes its own."""
    made: list[Services] = []

    def one(home: str = "state") -> Services:
        root = tmp_path / home
        services = Services(
            home=StateHome(root),
            environ={OVERRIDE: str(root)},
            user_home=tmp_path,
            clock=lambda: NOW,
            progress=Said(),
            stamps=False,
        )
        made.append(services)
        return services

    yield one
    for services in made:
        services.close()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "maker.pub"
    path.write_bytes(public_pem(KEY.public_key()))
    return path


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], str]:
    """A file with these bytes."""

    def one(data: bytes) -> str:
        path = tmp_path / "packs.zip"
        path.write_bytes(data)
        return str(path)

    return one


def _name(services: Services) -> str | None:
    pack = services.packs.get("example")
    return None if pack is None else pack.name


def _tree(root: Path) -> dict[str, bytes]:
    """Every file of the updates, apart from the lock."""
    folder = root / "pack-updates"
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "lock")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_an_update_is_taken_and_on_record(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """From then on its packs speak, the list says where they come from, and the evidence what was taken."""
    document = update(fresh(), put(bundle(7)), key)
    assert (document.done, document.before, document.packs[0].change) == ("updated", None, "new")
    after = fresh()
    assert _name(after) == "Example"
    listed = list_packs(after)
    assert {r.id: r.origin for r in listed.packs if r.origin != "built in"} == {"example": "update"}
    assert listed.update is not None
    assert listed.update.version == 7
    record = next(r for r in after.journal.records() if r.type == TAKEN)
    assert record.id == document.record
    assert record.body["version"] == 7
    assert record.body["key"] == document.key
    assert all(claim.result is not Result.FAILED for claim in after.journal.verify().kept)


def test_the_key_is_remembered_and_another_refused(
    fresh: Make, key: Path, put: Callable[[bytes], str], tmp_path: Path
) -> None:
    """The first key counts from then on, in a file for its owner alone; nobody else's does, given or used."""
    with pytest.raises(UsageProblem, match="no key is trusted"):
        update(fresh(), put(bundle(1)))
    update(fresh(), put(bundle(1)), key)
    update(fresh(), put(bundle(2)))
    other = tmp_path / "other.pub"
    other.write_bytes(public_pem(OTHER.public_key()))
    with pytest.raises(UsageProblem, match="another than the one trusted"):
        update(fresh(), put(bundle(3, key=OTHER)), other)
    with pytest.raises(UsageProblem, match="did not sign"):
        update(fresh(), put(bundle(3, key=OTHER)))
    if os.name != "nt":
        ledger = tmp_path / "state" / "pack-updates" / "ledger.json"
        assert ledger.stat().st_mode & 0o777 == 0o600
    forget_key(fresh())
    update(fresh(), put(bundle(1, key=OTHER)), other)


def test_a_wrong_bundle_trusts_no_key(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """A key is remembered with the first update that it signed, not by being named."""
    with pytest.raises(UsageProblem):
        update(fresh(), put(bundle(1, key=OTHER)), key)
    assert Updates(fresh().home.pack_updates).ledger().key is None


@pytest.mark.parametrize("version", [4, 5])
def test_nothing_goes_backwards(fresh: Make, key: Path, put: Callable[[bytes], str], version: int) -> None:
    """An older version, and the same one, are refused, and all files stay as they were."""
    update(fresh(), put(bundle(5)), key)
    before = _tree(fresh().home.root)
    with pytest.raises(UsageProblem, match="not newer"):
        update(fresh(), put(bundle(version, changed())))
    assert _tree(fresh().home.root) == before


def test_a_newer_number_on_older_facts_is_refused(
    fresh: Make, key: Path, put: Callable[[bytes], str]
) -> None:
    """Neither the bundle nor one of its packs may be of an earlier day than what is in force."""
    update(fresh(), put(bundle(1)), key)
    with pytest.raises(UsageProblem, match="compiled before"):
        update(fresh(), put(bundle(2, changed(compiled_on="2026-01-30"), day=date(2026, 1, 31))))
    with pytest.raises(UsageProblem, match="older than the one in force"):
        update(fresh(), put(bundle(2, changed(compiled_on="2026-01-30"))))


def test_days_to_come_are_refused(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """Facts of the future would never age: neither a bundle nor a pack in it may be of a later day."""
    with pytest.raises(UsageProblem, match="has not come yet"):
        update(fresh(), put(bundle(1, day=date(2026, 12, 1))), key)
    with pytest.raises(UsageProblem, match="after the bundle"):
        update(fresh(), put(bundle(1, changed(compiled_on="2026-02-02"))), key)


def test_a_later_program_is_asked_for(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """Packs for a newer program are refused with what to do."""
    with pytest.raises(EnvironmentProblem, match=r"99\.0\.0"):
        update(fresh(), put(bundle(1, requires="99.0.0")), key)


@pytest.mark.parametrize(
    "packs",
    [
        {"example.yaml": b"id: example\nname: [\n"},
        {"example.yaml": PACKS["example.yaml"], "broken.yaml": b"id: broken\n"},
        {"tools/broken.yaml": b"tool:\n  id: broken\n"},
    ],
)
def test_every_pack_is_linted_first(
    fresh: Make, key: Path, put: Callable[[bytes], str], packs: dict[str, bytes]
) -> None:
    """One pack with an error, and the whole update is refused with file and line."""
    with pytest.raises(PackInvalid, match=r"broken|example"):
        update(fresh(), put(bundle(1, packs)), key)
    assert _tree(fresh().home.root) == {}


def test_a_pack_is_what_its_name_says(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """A pack under another's name, and a tool among the providers, are refused."""
    with pytest.raises(UsageProblem, match="holds the pack of example"):
        update(fresh(), put(bundle(1, {"anthropic.yaml": PACKS["example.yaml"]})), key)
    tool = (tools_dir() / "aider.yaml").read_bytes()
    with pytest.raises(UsageProblem, match="no pack of a provider"):
        update(fresh(), put(bundle(1, {"aider.yaml": tool}, day=date(2026, 11, 22))), key)


def test_a_dry_run_shows_and_changes_nothing(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """Each fact that would differ is named with both values; no file is written, no key remembered."""
    update(fresh(), put(bundle(1)), key)
    before = _tree(fresh().home.root)
    document = update(fresh(), put(bundle(2, changed())), dry_run=True)
    (row,) = document.packs
    assert [(x.path, x.before, x.after) for x in row.differences] == [("name", "Example", "Example, renamed")]
    assert document.record is None
    assert _tree(fresh().home.root) == before
    elsewhere = fresh("elsewhere")
    update(elsewhere, put(bundle(2)), key, dry_run=True)
    assert not elsewhere.home.root.exists()


def test_undo_goes_back_step_by_step(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """To the former update, then to none; each is on record; an older version is still refused after it."""
    update(fresh(), put(bundle(1)), key)
    second = bundle(2, changed())
    update(fresh(), put(second))
    assert undo(fresh()).after is not None
    assert _name(fresh()) == "Example"
    assert undo(fresh()).after is None
    assert _name(fresh()) is None
    with pytest.raises(UsageProblem, match="no update"):
        undo(fresh())
    assert [r.type for r in fresh().journal.records()] == [TAKEN, TAKEN, UNDONE, UNDONE]
    with pytest.raises(UsageProblem, match="older than 2"):
        update(fresh(), put(bundle(1)))
    with pytest.raises(UsageProblem, match="two contents"):
        update(fresh(), put(bundle(2)))
    update(fresh(), put(second))
    assert _name(fresh()) == "Example, renamed"


def test_only_so_many_are_kept(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """Older updates are removed; going back ends at the oldest that is kept, and says so."""
    for version in range(1, KEPT + 3):
        update(fresh(), put(bundle(version)), key)
    folders = [p for p in fresh().home.pack_updates.iterdir() if p.is_dir()]
    assert len(folders) == KEPT
    for _ in range(KEPT - 1):
        undo(fresh())
    with pytest.raises(UsageProblem, match="oldest"):
        undo(fresh())


def test_the_order_of_layers(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """Built in, then the update, then the person's own folder, which is never overruled."""
    own = fresh().home.packs
    own.mkdir(parents=True)
    (own / "example.yaml").write_bytes(changed("Own")["example.yaml"])
    update(fresh(), put(bundle(1, changed("Update"))), key)
    assert _name(fresh()) == "Own"
    assert next(r.origin for r in list_packs(fresh()).packs if r.id == "example") == "own file"
    (own / "example.yaml").unlink()
    assert _name(fresh()) == "Update"


def _dated(data: bytes, day: str) -> bytes:
    lines = data.decode().splitlines(keepends=True)
    return "".join(f"compiled_on: '{day}'\n" if x.startswith("compiled_on:") else x for x in lines).encode()


def test_a_newer_built_in_pack_is_not_hidden(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """A pack compiled before the one that came along stays silent, and the list says so; tools as well."""
    tool = _dated((tools_dir() / "aider.yaml").read_bytes(), "2020-01-01")
    small = PACKS["example.yaml"].replace(b"id: example\nname: Example", b"id: anthropic\nname: Old", 1)
    packs = {"anthropic.yaml": small, "tools/aider.yaml": tool}
    document = update(fresh(), put(bundle(1, packs)), key)
    assert {r.change for r in document.packs} == {"silent"}
    listed = list_packs(fresh())
    assert listed.silent == ("aider", "anthropic")
    assert {r.origin for r in listed.packs} | {r.origin for r in listed.tools} == {"built in"}
    assert fresh().packs["anthropic"].name != "Old"


def test_tools_are_updated_too(fresh: Make, key: Path, put: Callable[[bytes], str]) -> None:
    """A pack of a tool goes over the built-in one of the same day; linting all packs looks at it as well."""
    data = (tools_dir() / "aider.yaml").read_bytes()
    before = lint_packs(fresh(), ()).files
    update(fresh(), put(bundle(1, {"tools/aider.yaml": data}, day=date(2026, 11, 22))), key)
    assert "aider" in tool_packs(fresh())
    assert {r.id for r in list_packs(fresh()).tools if r.origin == "update"} == {"aider"}
    assert lint_packs(fresh(), ()).files == before + 1


def test_what_was_changed_on_disk_is_not_believed(
    fresh: Make, key: Path, put: Callable[[bytes], str]
) -> None:
    """A file of the update that is another than was signed stops verdicts, and undo still goes back."""
    update(fresh(), put(bundle(1)), key)
    path = next(fresh().home.pack_updates.glob("*/example.yaml"))
    path.write_bytes(changed("Evil")["example.yaml"])
    with pytest.raises(EnvironmentProblem, match="not as it was taken"):
        _name(fresh())
    undo(fresh())
    assert _name(fresh()) is None


class _Server(BaseHTTPRequestHandler):
    """Answers with what the test put there, and counts."""

    answer: ClassVar[tuple[int, dict[str, str], bytes]] = (200, {}, b"")
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        status, headers, body = type(self).answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Tests print nothing."""


@contextmanager
def _serving(status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    _Server.answer, _Server.asked = (status, headers, body), []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/packs.zip"
        server.shutdown()


def test_an_address_is_asked_once_and_said_before(fresh: Make, key: Path) -> None:
    """One request, announced; what may be secret in the address stands neither there nor in the evidence."""
    pytest.importorskip("httpx2")
    services = fresh()
    with _serving(200, {}, bundle(1)) as url:
        document = update(services, f"{url}?token=canary", key)
    assert _Server.asked == ["/packs.zip?token=canary"]
    assert isinstance(services.progress, Said)
    assert any(url in line for line in services.progress.lines)
    assert document.after is not None
    assert document.after.source == url
    assert "canary" not in "".join(services.progress.lines)
    assert all("canary" not in str(r.body) for r in fresh().journal.records())


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (404, {}, "404"),
        (302, {"Location": "https://elsewhere.example/"}, "points to"),
        (200, {"Content-Encoding": "gzip"}, "compressed"),
    ],
)
def test_a_server_that_does_otherwise(
    fresh: Make, key: Path, status: int, headers: dict[str, str], said: str
) -> None:
    """No redirect is followed, nothing is unpacked on the way, and an error is no update."""
    pytest.importorskip("httpx2")
    with _serving(status, headers, b"x") as url, pytest.raises(EnvironmentProblem, match=said):
        update(fresh(), url, key)
    assert len(_Server.asked) == 1


def test_an_endless_answer_is_cut(fresh: Make, key: Path) -> None:
    """More bytes than a bundle may have are not waited for."""
    pytest.importorskip("httpx2")
    with (
        _serving(200, {}, b"\0" * (17 << 20)) as url,
        pytest.raises(EnvironmentProblem, match="longer than"),
    ):
        update(fresh(), url, key)


@pytest.mark.parametrize(
    "url",
    [
        "http://packs.example/p.zip",
        "ftp://packs.example/p.zip",
        "https://me:pw@packs.example/p.zip",
        "https://",
    ],
)
def test_other_addresses_are_not_asked(fresh: Make, key: Path, url: str) -> None:
    """Nothing but https (or this machine), and no password in an address."""
    with pytest.raises(UsageProblem):
        update(fresh(), url, key)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no fork")
def test_kill_9_at_every_step(fresh: Make, key: Path, put: Callable[[bytes], str], tmp_path: Path) -> None:
    """The former update or the new one, never a mixture; the next call ends it, each on record once."""
    services = fresh()
    update(services, put(bundle(1)), key)
    services.close()
    newer = put(bundle(2, changed()))
    work = tmp_path / "work"
    work.mkdir()
    command = [sys.executable, "-m", "tests.packs.killed_update", str(services.home.root), str(work), newer]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [*command, str(SIZES.packs.kills)], cwd=root, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert not found[-1]["killed"]
    assert len(found) > 5
    assert {x["before"] for x in found} == {"Example", "Example, renamed"}
    for one in found:
        assert one["again"] == "taken" or "not newer" in one["again"], one
        assert (one["after"], one["records"], one["folders"], one["sound"]) == (
            "Example, renamed",
            [1, 2],
            2,
            True,
        ), one


def test_the_built_in_packs_make_a_bundle(fresh: Make, tmp_path: Path) -> None:
    """An organisation signs what it has, others take it: by the command's own makers, all packs at once."""
    from withhold.app.packs.signing import make_key, sign_packs

    folder = tmp_path / "ours"
    (folder / "tools").mkdir(parents=True)
    for source, target in ((builtin_dir(), folder), (tools_dir(), folder / "tools")):
        for path in source.glob("*.yaml"):
            (target / path.name).write_bytes(path.read_bytes())
    public = make_key(tmp_path / "key.pem")
    target = tmp_path / "packs.zip"
    signed = sign_packs(fresh(), folder, target, tmp_path / "key.pem", version=1, name="Ours")
    again = tmp_path / "again.zip"
    assert (
        sign_packs(fresh(), folder, again, tmp_path / "key.pem", version=1, name="Ours").sha256
        == signed.sha256
    )
    document = update(fresh(), str(target), public)
    assert {r.change for r in document.packs} == {"same"}
    assert len(document.packs) == len(signed.files)
    with pytest.raises(UsageProblem, match="never written over"):
        make_key(tmp_path / "key.pem")
    with pytest.raises(UsageProblem, match="there already"):
        sign_packs(fresh(), folder, target, tmp_path / "key.pem", version=2)
