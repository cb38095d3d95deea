"""Packs become values of the model; a wrong file is refused with its lines."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest

from tests.packs.small import SMALL, changed, line_of
from withhold.model.terms import Plan, Provider
from withhold.model.when import END, When
from withhold.model.words import Allowed, Basis, Confidence, Polarity, Stance
from withhold.packs.loader import builtin_dir, builtin_ids, load, load_all, load_builtin
from withhold.support.errors import PackInvalid, UsageProblem


def written(tmp_path: Path, text: str | bytes, name: str = "example.yaml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(tmp_path: Path, text: str | bytes) -> Provider:
    return load(written(tmp_path, text))


def plan_of(pack: Provider) -> Plan:
    return pack.products[0].plans[0]


def test_days_become_spans_that_cover_the_day_anywhere(tmp_path: Path) -> None:
    """A last day ends when it is over everywhere; the next entry begins in that very span."""
    old, new = plan_of(loaded(tmp_path, SMALL)).terms
    assert old.begins is None
    assert old.ends == When.end_of(date(2025, 8, 27)) == new.begins == When.start_of(date(2025, 8, 28))
    assert new.ends is None


def test_instants_are_exact_and_in_utc(tmp_path: Path) -> None:
    """An instant with a zone is one moment, whatever zone it was written in."""
    text = SMALL.replace("effective_from: 2025-08-28", "effective_from: 2025-08-28T02:00:00+02:00")
    new = plan_of(loaded(tmp_path, text)).terms[1]
    assert new.begins == When.at(datetime(2025, 8, 28, 2, tzinfo=timezone(timedelta(hours=2))))
    assert new.begins is not None
    assert new.begins.earliest == datetime(2025, 8, 28, tzinfo=UTC)


def test_unknown_end_lies_between_the_known_ones(tmp_path: Path) -> None:
    """An end nobody knows lies after the beginning and before the next one; without a next one, any time."""
    known = changed(18, "            effective_from: 2024-01-01").replace(b"2025-08-27", b"unknown")
    first, second = plan_of(loaded(tmp_path, known)).terms
    assert first.begins is not None
    assert second.begins is not None
    assert first.ends == When(first.begins.earliest, second.begins.latest)
    last = changed(24, "            effective_from: 2025-08-28", "            effective_until: unknown")
    only = plan_of(loaded(tmp_path, last)).terms[1]
    assert only.begins is not None
    assert only.ends == When(only.begins.earliest, END)


def test_terms_stand_in_order_of_beginning(tmp_path: Path) -> None:
    """The order in the file does not matter."""
    lines = SMALL.splitlines()
    first, last = line_of("- id: talk-old") - 1, line_of("last_checked")
    middle = line_of("- id: talk-new") - 1
    turned = [*lines[:first], *lines[middle:last], *lines[first:middle], *lines[last:]]
    assert [t.id for t in plan_of(loaded(tmp_path, "\n".join(turned))).terms] == ["talk-old", "talk-new"]


def test_retention_inherits_sources_and_confidence(tmp_path: Path) -> None:
    """A retention rule without its own sources stands on those of the entry that names it."""
    rule = plan_of(loaded(tmp_path, SMALL)).terms[1].retention[Basis.TRAINING_ON]
    assert (rule.duration, rule.sources, rule.confidence) == ("P5Y", ("page",), Confidence.UNCERTAIN)


def test_last_checked_falls_back_to_the_pack_and_then_to_its_compiling(tmp_path: Path) -> None:
    """An entry that nobody compared since counts as checked when the facts were compiled."""
    old, new = plan_of(loaded(tmp_path, SMALL)).terms
    assert (old.last_checked, new.last_checked) == (date(2026, 1, 31), date(2026, 1, 30))
    text = SMALL.replace("stance:\n", "last_checked: 2026-01-15\nstance:\n", 1)
    old, new = plan_of(loaded(tmp_path, text)).terms
    assert (old.last_checked, new.last_checked) == (date(2026, 1, 15), date(2026, 1, 30))


def test_what_is_left_out_is_unknown_not_allowed(tmp_path: Path) -> None:
    """No stance is an unknown stance, and no word about what a setting covers is no word."""
    lines = SMALL.splitlines()
    pack = loaded(tmp_path, "\n".join([*lines[:3], *lines[5:]]))
    rule = plan_of(pack).terms[1].training
    assert pack.stance.stance is Stance.UNKNOWN
    assert rule.allowed is Allowed.UNLESS_OFF
    assert (rule.new_chats, rule.stored_past_excluded, rule.whole_chat_when_resumed) == (None, None, None)


@pytest.mark.parametrize(
    ("word", "polarity"),
    [
        ("on_means_sharing", Polarity.ON_TRAINS),
        ("on_means_opted_out", Polarity.ON_PRIVATE),
        ("choice_list", Polarity.CHOICE_LIST),
        ("null", Polarity.UNKNOWN),
    ],
)
def test_polarity_is_what_on_means(tmp_path: Path, word: str, polarity: Polarity) -> None:
    """The file's words for polarity map to the model's; silence is unknown."""
    pack = loaded(tmp_path, SMALL.replace("polarity: on_means_sharing", f"polarity: {word}"))
    assert pack.controls[0].polarity is polarity


def test_sections_and_decoys_reach_the_control(tmp_path: Path) -> None:
    """Headings of all languages stand together; neighbouring labels are kept as decoys."""
    more = "    section: {en: [Privacy, Data], de: [Daten, Privacy]}\n    decoys: [Ads]\n    polarity:"
    control = loaded(tmp_path, SMALL.replace("    polarity:", more)).controls[0]
    assert (control.sections, control.decoys) == (("Privacy", "Data", "Daten"), ("Ads",))


def test_partial_publication_dates_are_kept_as_text(tmp_path: Path) -> None:
    """A year or month is not made into a day."""
    for given, day, text in [("2025-06-01", date(2025, 6, 1), None), ("2025-06", None, "2025-06")]:
        source = loaded(tmp_path, SMALL + f"    published: {given}\n").sources["page"]
        assert (source.published, source.published_text) == (day, text)


def test_pack_carries_the_hash_of_its_bytes(tmp_path: Path) -> None:
    """Evidence can name the exact file it was made with."""
    assert loaded(tmp_path, SMALL).sha256 == sha256(SMALL.encode()).hexdigest()


def test_wrong_file_is_refused_with_file_and_line(tmp_path: Path) -> None:
    """The error lists what is wrong and where; warnings and notes do not stop a pack."""
    path = written(tmp_path, changed(line_of("duration"), "    duration: 5 years"))
    with pytest.raises(PackInvalid) as caught:
        load(path)
    assert f"{path}:{line_of('duration')}:5: error bad_duration" in caught.value.message
    assert caught.value.exit_code == 2
    assert load(written(tmp_path, changed(line_of("control_id")))).id == "example"


def test_absent_file_is_refused(tmp_path: Path) -> None:
    """A path that cannot be read is refused like a wrong pack."""
    with pytest.raises(PackInvalid, match="unreadable"):
        load(tmp_path / "absent.yaml")


def test_long_lists_of_errors_are_cut(tmp_path: Path) -> None:
    """An error message stays readable."""
    text = SMALL + "".join(f"    wrong{n}: 1\n" for n in range(50))
    with pytest.raises(PackInvalid, match=r"and 30 more"):
        load(written(tmp_path, text))


def test_same_bytes_are_parsed_once_and_new_bytes_again(tmp_path: Path) -> None:
    """Loading twice gives the same value; a changed file is read anew."""
    first = loaded(tmp_path, SMALL)
    assert loaded(tmp_path, SMALL) is first
    assert loaded(tmp_path, SMALL.replace("name: Example", "name: Other")).name == "Other"


def test_builtin_packs_load_and_are_named_by_their_id() -> None:
    """Every pack that comes along is valid, and its file is called as the provider."""
    assert {"anthropic", "lab"} <= set(builtin_ids())
    assert all(load_builtin(name).id == name for name in builtin_ids())
    assert set(load_all()) == set(builtin_ids())


def test_unknown_builtin_is_a_usage_problem() -> None:
    """Asking for a provider without a pack names those that have one."""
    with pytest.raises(UsageProblem) as caught:
        load_builtin("../lab")
    assert "anthropic" in str(caught.value.next_step)


def test_own_packs_are_added_and_replace_by_id(tmp_path: Path) -> None:
    """A folder of one's own adds providers and replaces built-in ones whole; a later folder wins."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    written(first, SMALL)
    written(first, SMALL.replace("id: example\nname: Example", "id: lab\nname: Mine", 1), "mine.yaml")
    written(second, SMALL.replace("name: Example", "name: Newer", 1), "again.yaml")
    found = load_all([first, second, tmp_path / "absent"])
    assert (found["example"].name, found["lab"].name) == ("Newer", "Mine")
    assert found["anthropic"] is load_builtin("anthropic")


def test_importing_the_loader_leaves_yaml_alone() -> None:
    """Programs that do not read a pack do not pay for the parser."""
    code = "import sys, withhold.packs.loader; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_builtin_packs_lie_beside_the_code() -> None:
    """The data files are part of the package."""
    assert (builtin_dir() / "anthropic.yaml").is_file()
