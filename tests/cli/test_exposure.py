"""``withhold import`` and ``withhold exposure``."""

import json
import os
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.tool import CODE, EXPORT, SAMPLES, SHARED, Tool, checked
from withhold.report.json_out import json_schema

EXPECTED = json.loads((SAMPLES / "EXPECTED.json").read_text("utf-8"))
AS_OF = ("--as-of", "2026-11-30T00:00:00Z")
"""Before the packs are stale, whenever the tests run."""


@pytest.mark.parametrize(("name", "path"), [("claude-export", EXPORT), ("claude-code", CODE)])
def test_import_counts_what_is_there(tool: Tool, name: str, path: Path) -> None:
    """Both samples are read whole: conversations, messages, first and last are as counted by hand."""
    (source,) = tool.document("import", path)["sources"]
    wanted = EXPECTED[name]
    for key in ("format", "conversations", "human", "model"):
        assert source[key] == wanted[key], key
    assert source["unrecognised"] == []
    assert source["new_conversations"] == wanted["conversations"]


def test_importing_again_changes_nothing(filled: Tool) -> None:
    """The same export a second time adds nothing."""
    before = filled.document("exposure", *AS_OF)
    (source,) = filled.document("import", EXPORT)["sources"]
    assert (source["new_conversations"], source["new_messages"]) == (0, 0)
    after = filled.document("exposure", *AS_OF)
    assert {**after, "generated_at": 0} == {**before, "generated_at": 0}


def test_something_unrecognised_is_exit_code_3(tool: Tool, tmp_path: Path) -> None:
    """What is read is kept; what is not understood is named with its place, and the exit code says so."""
    conversations = json.loads((EXPORT / "conversations.json").read_text("utf-8"))
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([*conversations, {"shape": "new"}]), encoding="utf-8")
    (source,) = tool.document("import", path, code=3)["sources"]
    assert source["conversations"] == len(conversations)
    (place,) = source["unrecognised"]
    assert place["place"]
    assert place["reason"]


def test_rows_sum_up_to_the_totals(filled: Tool) -> None:
    """Totals are the counts of the rows, both for the past and for the future."""
    document = filled.document("exposure", *AS_OF)
    rows = document["conversations"]
    assert len(rows) == EXPECTED["claude-export"]["conversations"] + EXPECTED["claude-code"]["conversations"]
    for totals, key in (("past", "past_exposure"), ("future", "future_eligibility")):
        counted = Counter(r[key] for r in rows)
        assert {k: n for k, n in document["totals"][totals].items() if n} == counted


def test_nothing_known_is_nothing_claimed(filled: Tool) -> None:
    """Without a word about the setting, what was said under the new terms is never called not exposed."""
    rows = filled.document("exposure", *AS_OF)["conversations"]
    late = [r for r in rows if (r["last"] or "") > "2025-10-10"]
    assert late
    assert {r["past_exposure"] for r in late} == {"unknown"}


def test_filters_agree_with_the_rows(filled: Tool) -> None:
    """Each filter keeps exactly the rows that have the word."""
    everything = filled.document("exposure", *AS_OF)["conversations"]
    for option, key in (("--kind", "kind"), ("--past", "past_exposure"), ("--future", "future_eligibility")):
        for word in {r[key] for r in everything}:
            kept = filled.document("exposure", option, word, *AS_OF)["conversations"]
            assert [r["id"] for r in kept] == [r["id"] for r in everything if r[key] == word]


@pytest.mark.parametrize("option", ["--account", "--provider"])
def test_a_mistyped_filter_is_no_clean_bill(filled: Tool, option: str) -> None:
    """An account or provider that is not known is a usage error, not an empty ledger that passes a check."""
    assert filled("exposure", option, "nobody", "--check", *AS_OF).code == 2


def test_a_filter_that_keeps_nothing_says_so(filled: Tool) -> None:
    """Where the filters keep no conversation, the text does not say that the index is empty."""
    assert "in the index yet" not in filled("exposure", "--past", "exposed", *AS_OF).out


def test_the_unknown_does_not_pass_a_check(filled: Tool) -> None:
    """Where nothing is known to be exposed but much is unknown, the check is not passed: exit code 3."""
    assert filled("exposure", "--check", *AS_OF).code == 3


def test_lines_of_json(filled: Tool) -> None:
    """``--jsonl`` prints the same rows, one a line, and nothing else on stdout."""
    ran = filled("exposure", "--jsonl", *AS_OF)
    assert ran.code == 0
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert rows == filled.document("exposure", *AS_OF)["conversations"]


def test_each_verdict_is_explained(filled: Tool) -> None:
    """Each conversation has reasons with known rules; an unknown says what would settle it."""
    for row in filled.document("exposure", *AS_OF)["conversations"]:
        document = filled.document("exposure", "explain", row["id"], *AS_OF)
        assert document["conversation"] == row
        assert document["reasons"]
        unknown = "unknown" in (row["past_exposure"], row["future_eligibility"])
        assert bool(document["would_settle"]) == unknown


def test_the_persons_word_settles_it(tool: Tool) -> None:
    """Told plan, acceptance and setting, unknown is only what was said before the oldest text of the pack."""
    told(tool)
    document = tool.document("exposure", *AS_OF)
    assert document["totals"]["past"]["exposed"] > 0
    unknown = [r for r in document["conversations"] if r["past_exposure"] == "unknown"]
    assert unknown
    for row in unknown:
        explained = tool.document("exposure", "explain", row["id"], *AS_OF)
        assert "terms.unknown" in {r["rule"] for r in explained["reasons"]}
        assert row["last"] is None or row["last"] < "2025-07-10"
    assert tool("exposure", "--check", *AS_OF).code == 1
    assert tool("exposure", *AS_OF).code == 0


def test_off_before_acceptance_exposes_nothing(tool: Tool) -> None:
    """Private from before the new terms on: not one conversation is exposed, and the check passes."""
    told(tool, setting="private")
    document = tool.document("exposure", *AS_OF)
    assert document["totals"]["past"]["exposed"] == 0
    assert document["totals"]["past"]["not_exposed"] > 0


def told(tool: Tool, setting: str = "sharing", export: Path = EXPORT) -> None:
    """One account with everything told, owning both samples."""
    added: tuple[Any, ...] = ("account", "add", "anthropic", "home", "--plan", "Pro")
    assert tool(*added, "--plan-from", "2024-01-01", "--accepted", "2025-09-05").code == 0
    assert tool("import", export, CODE, "--account", "home").code == 0
    assert tool("account", "setting", "home", setting, "--from", "2025-08-01").code == 0


def test_a_deletion_that_was_told(tool: Tool, tmp_path: Path) -> None:
    """A deleted conversation shows as deleted; what was exposed stays exposed."""
    export = shutil.copytree(EXPORT, tmp_path / "export")
    made = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
    for file in export.rglob("*"):
        os.utime(file, (made, made))
    told(tool, export=export)
    rows = tool.document("exposure", "--kind", "chat", *AS_OF)["conversations"]
    row = next(r for r in rows if r["past_exposure"] == "exposed")
    ran = tool("account", "deleted", row["id"], "--on", "2026-10-01")
    assert ran.code == 0
    after = tool.document("exposure", "explain", row["id"], *AS_OF)["conversation"]
    assert after["deleted"] is True
    assert after["past_exposure"] == "exposed"
    assert after["future_eligibility"] != "eligible"


def test_text_and_document_say_the_same(filled: Tool) -> None:
    """The text for people counts as the document does, and names carve-outs beside the verdicts."""
    totals = filled.document("exposure", *AS_OF)["totals"]["past"]
    text = " ".join(filled("exposure", *AS_OF).out.split())
    assert f"{totals['exposed']} exposed, {totals['not_exposed']} not exposed" in text
    assert "whatever the verdict says" in text


def test_an_empty_index(tool: Tool) -> None:
    """Without conversations the totals are zero, and the text says what to do."""
    assert tool.document("exposure")["conversations"] == []
    assert "withhold import" in tool("exposure").out


@pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of other projects are not beside this checkout")
@pytest.mark.parametrize("folder", ["claude-ai", "claude-code"])
def test_samples_of_others(tool: Tool, folder: str) -> None:
    """Real samples of other projects are read; rows sum up, and no document is out of its schema."""
    for path in sorted((SHARED / folder).iterdir()):
        ran = tool("import", path, "--json")
        assert ran.code in (0, 2, 3), path
        document = checked(ran.out)
        assert (document["schema"] == "withhold.error/1") == (ran.code == 2), path
    ledger = tool.document("exposure", *AS_OF)
    for totals in (ledger["totals"]["past"], ledger["totals"]["future"]):
        assert sum(totals.values()) == len(ledger["conversations"]) > 0


def test_the_schema_can_fail() -> None:
    """A row with an unknown word is not valid: the schemas check something."""
    import jsonschema

    broken = {"schema": "withhold.exposure/1", "generated_at": "x", "tool_version": "0", "conversations": []}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, json_schema("exposure"))
