"""``purge`` and ``export`` at the command line, on the samples of this repository."""

import os
import time
from pathlib import Path

import pyrage
import pytest

from tests.cli.tool import CODE, EXPORT, Tool


@pytest.fixture
def filled(capsys: pytest.CaptureFixture[str]) -> Tool:
    tool = Tool(capsys)
    assert tool("import", EXPORT, CODE).code in (0, 3)
    return tool


def test_a_plan_ranks_and_explains(filled: Tool, tmp_path: Path) -> None:
    """Every row has one line of why; a keep-list takes rows out, and a line that cannot be read stops all."""
    plan = filled.document("purge", "plan")
    assert plan["rows"]
    assert all(row["why"] and "\n" not in row["why"] for row in plan["rows"])
    assert [r["score"] for r in plan["rows"]] == sorted((r["score"] for r in plan["rows"]), reverse=True)
    keep = tmp_path / "keep.txt"
    keep.write_text(f"{plan['rows'][0]['id']}  # mine\nproject nowhere\n")
    kept = filled.document("purge", "plan", "--keep", keep)
    assert (kept["kept"], kept["listed"]) == (1, plan["listed"] - 1)
    assert any("nowhere" in note for note in kept["notices"])
    keep.write_text("delete everything else\n")
    assert filled("purge", "plan", "--keep", keep).code == 2
    text = filled("purge", "plan", "--limit", "1").out
    assert "What survives it:" in text
    assert "models that" in text


def test_a_search_elsewhere_says_nothing_of_a_conversation(filled: Tool, tmp_path: Path) -> None:
    """A secret found in some other file is no word that those nobody searched hold none."""
    elsewhere = tmp_path / "notes.txt"
    elsewhere.write_text("AKIA" + "Z7QH2MXW4K5R3TYB" + "\n")
    assert filled.document("findings", elsewhere)["findings"]
    plan = filled.document("purge", "plan")
    assert not any("no secret found" in row["why"] for row in plan["rows"])
    assert any("there may be one" in note for note in plan["notices"])


def test_a_guided_deletion_by_word(filled: Tool) -> None:
    """Steps first (exit 3); once the person says so it is done, attested, and listed."""
    row = filled.document("purge", "plan")["rows"][0]
    first = filled.document("purge", "run", row["id"], code=3)
    assert first["outcome"] == "needs_human"
    assert any("do not archive" in step for step in first["steps"])
    assert any("Memories" in line for line in first["beside"])
    assert filled("purge", "run", row["id"]).code == 2
    done = filled.document("purge", "run", "--resume", "1", "--deleted", row["id"])
    assert [(i["state"], i["known"]) for i in done["items"]] == [("deleted", "attested")]
    assert done["items"][0]["back_end_until"] is not None
    assert filled.document("purge", "list")["purges"][0]["outcome"] == "done"
    assert filled.document("exposure", "explain", row["id"])["conversation"]["deleted"] is True
    verified = filled.document("purge", "verify", EXPORT, code=3)
    assert [r["result"] for r in verified["rows"]] == ["unknown"]
    assert filled("purge", "run").code == 2


def test_the_chat_of_a_provider_that_forbids_it_is_refused(filled: Tool) -> None:
    """Assist is exit 2, and nothing was requested."""
    row = filled.document("purge", "plan")["rows"][0]
    ran = filled("purge", "run", row["id"], "--mode", "assist", "--url", "https://claude.ai/", "--json")
    assert ran.code == 2
    assert "refused_by_stance" in ran.out


def test_old_transcripts_go_and_the_providers_copy_is_named(filled: Tool, own_home: Path) -> None:
    """Only old files of one session each; nothing without --yes; a kept one stays; prompts stay."""
    folder = own_home / ".claude" / "projects" / "-home-r-x"
    folder.mkdir(parents=True)
    names = ("11111111-old.jsonl", "22222222-kept.jsonl", "33333333-new.jsonl")
    for name in names:
        (folder / name).write_text("{}\n" * 100)
        age = 0 if "new" in name else 100
        os.utime(folder / name, (time.time() - age * 86400,) * 2)
    (own_home / ".claude" / "history.jsonl").write_text("{}\n")
    keep = own_home / "keep.txt"
    keep.write_text("22222222\n")
    words = ("purge", "local", "--older-than", "30d", "--keep", keep)
    dry = filled.document(*words)
    assert [Path(f["path"]).name for f in dry["files"]] == ["11111111-old.jsonl"]
    assert "does not touch the provider's copy" in dry["provider_copy"]
    assert {p.name for p in folder.iterdir()} == set(names)
    done = filled.document(*words, "--shred", "--yes")
    assert done["files"][0]["done"]
    assert {p.name for p in folder.iterdir()} == {"22222222-kept.jsonl", "33333333-new.jsonl"}
    assert (own_home / ".claude" / "history.jsonl").exists()
    assert "does not touch the provider's copy" in filled(*words).out


def _session(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("{}\n")
    os.utime(path, (time.time() - 100 * 86400,) * 2)
    return path


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("only project /home/r/my.site", {"mine"}),
        ("only project site", set()),
        ("project my.site", {"other"}),
        ("project /home/r/my.site", {"other"}),
        ("project nowhere", {"other", "mine"}),
        ("only project nowhere", set()),
    ],
)
def test_local_files_go_by_the_whole_keep_list(
    filled: Tool, own_home: Path, line: str, gone: set[str]
) -> None:
    """Projects are told by name and by path as tools write it; "only" keeps what may be another's."""
    projects = own_home / ".claude" / "projects"
    _session(projects / "-home-r-my-site", "mine")
    _session(projects / "-home-r-elsewhere", "other")
    keep = own_home / "keep.txt"
    keep.write_text(f"{line}\n")
    words = ("purge", "local", "--older-than", "30d", "--keep", keep)
    dry = filled.document(*words)
    assert {Path(f["path"]).stem for f in dry["files"]} == gone


def test_a_session_kept_by_our_own_id_stays(filled: Tool, own_home: Path) -> None:
    """The ledger shows our ids, so people write these into their keep-list."""
    rows = filled.document("exposure")["conversations"]
    row = next(r for r in rows if r["kind"] == "coding")
    _session(own_home / ".claude" / "projects" / "-home-r-x", row["source_id"])
    keep = own_home / "keep.txt"
    keep.write_text(f"{row['id']}\n")
    assert filled.document("purge", "local", "--older-than", "30d", "--keep", keep)["files"] == []
    keep.write_text("# nothing\n")
    assert filled.document("purge", "local", "--older-than", "30d", "--keep", keep)["files"] != []


def test_a_set_is_not_gone_on_with_against_the_keep_list(filled: Tool, tmp_path: Path) -> None:
    """What was put on the keep-list after it was chosen is refused, and can be left out."""
    row = filled.document("purge", "plan")["rows"][0]
    assert filled("purge", "run", row["id"]).code == 3
    keep = tmp_path / "keep.txt"
    keep.write_text(f"{row['id']}\n")
    refused = filled("purge", "run", "--resume", "1", "--keep", keep, "--deleted", row["id"])
    assert refused.code == 2
    assert "keep-list" in refused.err
    assert filled.document("purge", "list")["purges"][0]["items"][0]["state"] == "chosen"
    words = ("--resume", "1", "--keep", keep, "--skip", row["id"])
    assert filled.document("purge", "run", *words)["items"][0]["state"] == "skipped"


def test_an_account_is_deleted_step_by_step(filled: Tool) -> None:
    """Seven steps; after the deletion the watch reminds on the stated day, until it was looked at."""
    label = filled.document("account", "list")["accounts"][0]["label"]
    fresh = filled.document("purge", "account", label)
    assert [s["step"] for s in fresh["steps"]] == [
        "export", "keep", "billing", "apps", "delete", "capture", "recheck",
    ]  # fmt: skip
    assert fresh["re_check"] is None
    gone = filled.document("purge", "account", label, "--done", "export", "--done", "delete")
    assert gone["re_check"] is not None
    (reminder,) = filled.document("watch", "status")["reminders"]
    assert reminder["due"] == gone["re_check"]
    filled.document("purge", "account", label, "--done", "recheck")
    assert filled.document("watch", "status")["reminders"] == []
    assert filled("purge", "account", label, "--done", "dance").code == 2


def test_an_export_is_asked_for_and_kept(filled: Tool, tmp_path: Path) -> None:
    """The pack's way with its source; a copy that only the key opens, and never over another file."""
    asked = filled.document("export", "request", "anthropic")
    assert asked["source"].startswith("https://")
    assert len(asked["steps"]) > 3
    plain, key = tmp_path / "export.zip", pyrage.x25519.Identity.generate()
    plain.write_bytes(b"PK" * 1000)
    kept = filled.document("export", "keep", plain, "--recipient", str(key.to_public()))
    assert pyrage.decrypt(Path(kept["file"]).read_bytes(), [key]) == plain.read_bytes()
    assert not kept["verified"]
    assert filled("export", "keep", plain, "--recipient", str(key.to_public())).code == 2
    word = tmp_path / "word"
    word.write_text("correct horse\n")
    other = filled.document(
        "export", "keep", plain, "--passphrase-file", word, "--out", tmp_path / "other.age"
    )
    assert other["verified"]
    assert filled("export", "keep", plain).code == 2
    assert filled("export", "keep", plain, "--recipient", "age1nonsense").code == 2
