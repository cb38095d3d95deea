"""Every kind of fault in a pack is named with its file and line."""

from pathlib import Path

import pytest

from tests.packs.small import SMALL, changed, line_of
from withhold.packs.lint import MAX_QUOTE_WORDS, Problem, Severity, count_words, lint

SOURCES = "    sources: [page]"
AT_CONTROL = line_of("- id: switch")

# what is changed: (line, its new lines) -> the code and line that the linter names
FAULTS = {
    "unknown key": (2, ["name: Example", "nmae: Example"], "unknown_key", 3),
    "unknown key deep inside": (
        line_of("duration"),
        ["    duration: P5Y", "    length: 5"],
        "unknown_key",
        line_of("duration") + 1,
    ),
    "duplicate key": (2, ["name: Example", "name: Other"], "duplicate_key", 3),
    "missing key": (2, [], "missing_key", 1),
    "missing key deep inside": (line_of("kind: fixed"), [], "missing_key", line_of("five-years:")),
    "missing value": (2, ["name:"], "missing_value", 2),
    "wrong word": (line_of("allowed: no"), ["    allowed: never"], "wrong_word", line_of("allowed: no")),
    "wrong word as a key": (
        line_of("training_on"),
        ["              training_onn: five-years"],
        "unknown_key",
        line_of("training_on"),
    ),
    "a list in place of text": (2, ["name: [Example]"], "wrong_shape", 2),
    "text in place of a list": (line_of("tiers"), ["        tiers: Free"], "wrong_shape", line_of("tiers")),
    "text in place of keys": (line_of("stance:") + 1, ["  stance"], "wrong_shape", 4),
    "a day that does not exist": (3, ["compiled_on: 2026-02-30"], "bad_date", 3),
    "a date in another order": (3, ["compiled_on: 31.01.2026"], "bad_date", 3),
    "an instant without a zone": (
        line_of("effective_until"),
        ["            effective_until: 2025-08-28T00:00:00"],
        "bad_date",
        line_of("effective_until"),
    ),
    "a month that does not exist": (
        line_of("- date:"),
        ["  - date: 2025-13"],
        "bad_date",
        line_of("- date:"),
    ),
    "bad duration": (line_of("duration"), ["    duration: 5 years"], "bad_duration", line_of("duration")),
    "empty duration": (line_of("duration"), ["    duration: P"], "bad_duration", line_of("duration")),
    "duration with an empty time": (
        line_of("duration"),
        ["    duration: P1DT"],
        "bad_duration",
        line_of("duration"),
    ),
    "bad language": (line_of("lang"), ["      - lang: english!"], "bad_language", line_of("lang")),
    "overlap by one day": (
        line_of("effective_until"),
        ["            effective_until: 2025-08-28"],
        "overlap",
        line_of("- id: talk-new"),
    ),
    "two entries in force": (line_of("effective_until"), [], "overlap", line_of("- id: talk-new") - 1),
    "from after until": (
        line_of("effective_from: unknown"),
        ["            effective_from: 2025-08-28"],
        "dates_reversed",
        line_of("effective_from: unknown"),
    ),
    "terms without a source": (22, [], "no_source", line_of("- id: talk-old")),
    "terms with an empty list of sources": (22, ["            sources: []"], "no_source", 17),
    "control without a source": (line_of("plans: [talk") + 2, [], "no_source", AT_CONTROL),
    "label without a source": (line_of("text: Off") + 2, [], "no_source", line_of("lang: en")),
    "exception without a source": (line_of("effect:") + 2, [], "no_source", line_of("rated:")),
    "retention rule with an empty list of sources": (
        line_of("duration"),
        ["    duration: P5Y", "    sources: []"],
        "no_source",
        line_of("five-years:"),
    ),
    "route without a source": (line_of("what_it") + 2, [], "no_source", line_of("- id: letter")),
    "right without a source": (line_of("how: Ask.") + 2, [], "no_source", line_of("export:")),
    "event without a source": (line_of("event:") + 2, [], "no_source", line_of("- date: 2025-08")),
    "uncertainty without a source": (line_of("Much") + 1, [], "no_source", line_of("Much")),
    "stance without a source": (5, ["  stance: permitted"], "no_source", 4),
    "source that is not there": (22, ["            sources: [page, pgae]"], "dangling", 22),
    "source that nobody names": (
        line_of("sources:", nth=10),
        ["sources:", "  spare: {url: 'https://example.org', title: Spare}"],
        "unused",
        line_of("sources:", nth=10) + 1,
    ),
    "training rule that nobody names": (20, ["            training: asked"], "unused", line_of("never:")),
    "retention rule that is not there": (
        line_of("training_on"),
        ["              training_on: five-years", "              feedback: six-years"],
        "dangling",
        line_of("training_on") + 1,
    ),
    "exception that is not there": (
        line_of("exceptions: [rated]"),
        ["            exceptions:", "              - rated", "              - ratd"],
        "dangling",
        line_of("exceptions: [rated]") + 2,
    ),
    "control that is not there": (
        line_of("control_id"),
        ["    control_id: swich"],
        "dangling",
        line_of("control_id"),
    ),
    "plan that is not there": (
        line_of("plans: [talk"),
        ["    plans: [talk]"],
        "dangling",
        line_of("plans: [talk"),
    ),
    "product that is not there": (7, ["  chat: [walk]"], "dangling", 7),
    "id used twice": (
        line_of("- id: talk-new"),
        ["          - id: talk-old"],
        "duplicate_id",
        line_of("- id: talk-new"),
    ),
    "checked after the facts were compiled": (
        line_of("last_checked"),
        ["            last_checked: 2026-02-01"],
        "future_date",
        line_of("last_checked"),
    ),
    "quote that is too long": (
        line_of("quote"),
        ["    quote: " + "word " * (MAX_QUOTE_WORDS + 1)],
        "long_quote",
        line_of("quote"),
    ),
    "label seen backwards": (
        line_of("text: Off"),
        ["        text: Off", "        seen_from: 2025-09-01", "        seen_until: 2025-08-31"],
        "dates_reversed",
        line_of("text: Off") + 1,
    ),
    "anchor": (2, ["name: &name Example"], "anchor", 2),
    "alias": (2, ["name: *name"], "alias", 2),
    "merge key": (2, ["name: Example", "<<: {fictional: true}"], "merge_key", 3),
    "tag": (2, ["name: !!python/name:os.system"], "tag", 2),
    "second document": (2, ["name: Example", "---", "a: b"], "documents", 3),
    "NUL": (2, ["name: Exam\0ple"], "nul", 2),
    "broken YAML": (2, ["name: Example]", "x: ]"], "yaml", 3),
    "a quote that is never closed": (2, ['name: "Example'], "yaml", 2),
}


def errors(found: list[Problem]) -> list[Problem]:
    return [p for p in found if p.severity is Severity.ERROR]


def test_the_small_pack_is_clean() -> None:
    """The pack that the faults below start from has nothing to complain about."""
    assert lint(SMALL.encode()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_with_file_and_line(fault: str, tmp_path: Path) -> None:
    """One fault gives one error: the right code, in the right file and line."""
    line, instead, code, expected = FAULTS[fault]
    path = tmp_path / "small.yaml"
    path.write_bytes(changed(line, *instead))
    found = [(p.file, p.line, p.code) for p in errors(lint(path))]
    assert found == [(str(path), expected, code)]


def test_problem_reads_as_editors_expect() -> None:
    """A problem prints as file:line:column, so that an editor can jump to it, and says what was expected."""
    [problem] = lint(changed(line_of("allowed: no"), "    allowed: nope"), name="example.yaml")
    assert str(problem) == (
        f"example.yaml:{line_of('allowed: no')}:5: error wrong_word: training_rules.never.allowed: 'nope': "
        "expected one of: no, yes, unless_off, only_if_on, unknown"
    )


def test_mistyped_reference_is_named_at_both_ends() -> None:
    """Where the only reference to a rule is wrong, both the reference and the idle rule are named."""
    found = [(p.line, p.code) for p in lint(changed(20, "            training: nevver"))]
    assert found == [(20, "dangling"), (line_of("never:"), "unused")]


def test_all_faults_are_reported_at_once() -> None:
    """Several faults of form are told in one go, in the order of the file."""
    data = changed(2, "nmae: Example").replace(b"P5Y", b"5Y")
    expected = [(1, "missing_key"), (2, "unknown_key"), (line_of("duration"), "bad_duration")]
    assert [(p.line, p.code) for p in lint(data)] == expected


def test_adjacent_days_do_not_overlap_and_leave_no_gap() -> None:
    """One entry may end on the day before the next begins: that is how dates without a zone meet."""
    assert lint(SMALL.encode()) == []


def test_exact_ends_are_exclusive() -> None:
    """With instants, one entry ends at the very instant at which the next begins."""
    data = (
        SMALL.replace("effective_until: 2025-08-27", "effective_until: 2025-08-28T02:00:00+02:00")
        .replace("effective_from: 2025-08-28", "effective_from: 2025-08-28T00:00:00Z")
        .encode()
    )
    assert lint(data) == []


def test_gap_is_a_note() -> None:
    """A stretch that no terms cover is noted where the entry before it ends."""
    line = line_of("effective_until")
    [note] = lint(changed(line, "            effective_until: 2025-08-20"))
    assert (note.severity, note.code, note.line) == (Severity.NOTE, "gap", line)


def test_last_period_that_ended_is_a_note() -> None:
    """Terms that ended and have no successor leave a gap up to now."""
    [note] = lint(
        changed(24, "            effective_from: 2025-08-28", "            effective_until: 2025-12-31")
    )
    assert (note.severity, note.code, note.line) == (Severity.NOTE, "gap", 25)


def test_unknown_end_is_a_note_and_no_overlap() -> None:
    """An entry whose end nobody knows may have held together with the next: noted, not refused."""
    data = changed(18, "            effective_from: 2024-01-01").replace(b"2025-08-27", b"unknown")
    assert [(p.severity, p.code, p.line) for p in lint(data)] == [(Severity.NOTE, "unknown_end", 19)]


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("[all]", "[US]", True),
        ("[US]", "[US, UK]", True),
        ("[EEA]", "[EU]", True),
        ("[EU]", "[UK]", False),
        ("[US]", "[other]", False),
    ],
)
def test_overlap_needs_the_same_people(one: str, other: str, *, clash: bool) -> None:
    """Two entries of one time clash only where their regions share somebody."""
    text = SMALL.replace("effective_until: 2025-08-27", f"regions: {one}").replace(
        "regions: [all]", f"regions: {other}"
    )
    assert ("overlap" in {p.code for p in lint(text.encode())}) is clash


def test_training_by_setting_without_control_is_a_warning() -> None:
    """Where a setting decides and none is named, the pack loads, and the linter says what is missing."""
    line = line_of("control_id")
    [warning] = lint(changed(line))
    assert (warning.severity, warning.code, warning.line) == (
        Severity.WARNING,
        "no_control",
        line_of("asked:"),
    )


def test_null_means_not_stated_only_where_the_schema_allows_it() -> None:
    """An empty value, ~ and null say that the provider does not say; elsewhere a value is missing."""
    for null in ("", "~", "null"):
        assert lint(changed(line_of("duration"), f"    duration: {null}")) == []
        assert [p.code for p in lint(changed(2, f"name: {null}"))] == ["missing_value"]


def test_fictional_pack_may_be_checked_in_the_future() -> None:
    """The terms of a provider of our own cannot change unseen."""
    data = changed(line_of("last_checked"), "            last_checked: 2099-01-01")
    assert lint(data.replace(b"stance:\n", b"fictional: true\nstance:\n", 1)) == []


def test_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is reported like any other fault."""
    assert [p.code for p in lint(tmp_path / "absent.yaml")] == ["unreadable"]
    assert [p.code for p in lint(tmp_path)] == ["unreadable"]


def test_words_of_a_quote_are_counted_in_any_script() -> None:
    """Scripts without spaces do not get round the limit."""
    assert count_words("one two  three") == 3
    assert count_words("帮助改进 Claude") == 3
