"""``withhold advise``: routes by what keeps them from training, and by cost."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.tool import Tool
from withhold.packs.loader import load_all

USE = ("--tokens-in", "2000000", "--tokens-out", "500000")
PRICED = (
    *("--price", "anthropic/claude-team.seat=25EUR"),
    *("--price", "anthropic/claude-api-direct.input=3EUR"),
    *("--price", "anthropic/claude-api-direct.output=15EUR"),
)
MACHINE = (
    *("--price", "local.hardware=900EUR"),
    *("--price", "local.electricity=0.4EUR"),
    *("--price", "local.months=36"),
    *("--price", "local.watts=100"),
    *("--price", "local.tokens_per_second=10"),
)


def by_id(document: Any) -> dict[str, Any]:
    return {row["id"]: row for row in document["routes"]}


def test_the_word_of_assurance_follows_terms_and_rules(tool: Tool) -> None:
    """A setting is a promise, commercial terms are a contract, an unpaid key trains: never a proof."""
    routes = by_id(tool.document("advise", "--provider", "anthropic", "--provider", "google"))
    assert routes["anthropic/claude-consumer"]["assurance"] == "promise"
    assert routes["anthropic/claude-consumer"]["needs_setting"] is True
    assert routes["anthropic/claude-team"]["assurance"] == "contract"
    assert routes["anthropic/claude-api-direct"]["assurance"] == "contract"
    assert routes["google/gemini-api-unpaid"]["assurance"] == "none"
    assert {i for i, r in routes.items() if r["assurance"] == "to_prove"} == {"local"}
    assert not [i for i, r in routes.items() if r["assurance"] == "proof"]


def test_no_route_of_any_provider_is_called_kept_out_against_the_rules(tool: Tool) -> None:
    """Over all packs: no contract on a consumer plan."""
    classes = {
        f"{p.id}/{plan.id}": plan.plan_class.value
        for p in load_all((), ()).values()
        for product in p.products
        for plan in product.plans
    }
    confidence = {
        f"{p.id}/{plan.id}": {t.confidence.value for t in plan.terms if t.ends is None}
        for p in load_all((), ()).values()
        for product in p.products
        for plan in product.plans
    }
    unsure = {name for name, words in confidence.items() if "uncertain" in words}
    read_at_the_provider = {n for n, words in confidence.items() if words == {"documented-by-provider"}}
    rows = by_id(tool.document("advise", "--all-providers"))
    assert len(rows) > 60
    for name, row in rows.items():
        clear = (row["past"], row["future"]) == ("not_exposed", "not_eligible")
        worded = row["assurance"] in {"contract", "promise"}
        assert clear is worded or (clear and name in unsure), name
        if row["assurance"] == "contract":
            assert name in read_at_the_provider
            assert classes[name] in {"commercial", "education", "government", "api_paid"}
            assert row["needs_setting"] is False


def test_without_prices_nothing_is_the_cheapest(tool: Tool) -> None:
    """No figure is remembered: every cost is unknown, with the key that would fill it."""
    document = tool.document("advise", "--provider", "anthropic", *USE)
    assert document["cheapest_contract"] is None
    for row in document["routes"]:
        assert row["cost"]["amount"] is None
        assert row["cost"]["missing"]


def test_the_cheapest_contract_is_found_among_what_is_priced(tool: Tool) -> None:
    """By use it is 13.50 against three seats at 25; a consumer plan is no contract, however cheap."""
    cheap = ("--price", "anthropic/claude-consumer/pro.seat=1EUR")
    document = tool.document("advise", "--provider", "anthropic", "--people", "3", *USE, *PRICED, *cheap)
    assert document["cheapest_contract"] == "anthropic/claude-api-direct"
    assert by_id(document)["anthropic/claude-api-direct"]["cost"]["amount"] == 13.5
    assert by_id(document)["anthropic/claude-team"]["cost"]["amount"] == 75
    assert by_id(document)["anthropic/claude-consumer"]["cost"]["amount"] == 3
    assert document["strongest"] == "local"


def test_unknown_use_makes_no_route_free(tool: Tool) -> None:
    """Nothing imported and nothing given: what is paid by use has no cost, rather than none to pay."""
    document = tool.document("advise", "--provider", "anthropic", *PRICED)
    assert document["usage"]["basis"] == "unknown"
    assert by_id(document)["anthropic/claude-api-direct"]["cost"]["missing"] == ["your use"]
    assert document["cheapest_contract"] == "anthropic/claude-team"


def test_a_machine_is_compared_month_by_month(tool: Tool) -> None:
    """The month in which it has paid for itself against each route that has a price."""
    document = tool.document("advise", "--provider", "anthropic", "--people", "3", *USE, *PRICED, *MACHINE)
    routes = by_id(document)
    assert routes["anthropic/claude-team"]["break_even_month"] == 13
    assert routes["anthropic/claude-enterprise"]["break_even_month"] is None
    assert routes["local"]["cost"]["fixed"] == 25


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "prices:\n"
        "  - {key: anthropic/claude-team.seat, value: 25 EUR, checked: 2020-01-01, source: 'https://x.example'}\n",
        encoding="utf-8",
    )
    return path


def test_an_old_price_is_shown_and_not_compared(tool: Tool, price_file: Path) -> None:
    """A price that was checked more than 90 days ago decides nothing."""
    document = tool.document("advise", "--provider", "anthropic", "--prices", price_file, *USE)
    row = by_id(document)["anthropic/claude-team"]["cost"]
    assert (row["amount"], row["stale"]) == (None, ["anthropic/claude-team.seat"])
    assert document["prices"][0]["stale"] is True
    assert document["cheapest_contract"] is None


def test_a_price_of_nothing_shown_is_said(tool: Tool) -> None:
    """A key with a slip in it would be overlooked in silence."""
    document = tool.document(
        "advise", "--provider", "anthropic", "--price", "anthropic/claude-tema.seat=5EUR"
    )
    assert document["unused_prices"] == ["anthropic/claude-tema.seat"]


@pytest.mark.parametrize(
    "price",
    [
        "25EUR",
        "a=25EUR",
        "anthropic/claude-team.seat=25",
        "local.watts=3EUR",
        "anthropic/claude-team.seat=-1EUR",
    ],
)
def test_what_is_no_price_is_refused(tool: Tool, price: str) -> None:
    """Exit code 2, with the form that a price has."""
    ran = tool("advise", "--provider", "anthropic", "--price", price)
    assert ran.code == 2
    assert "KEY=VALUE" in ran.err


def test_use_is_counted_in_the_index(filled: Tool) -> None:
    """Messages and characters of the newest months; each answer counts what was said before it again."""
    document = filled.document("advise", "--provider", "anthropic", *PRICED)
    usage = document["usage"]
    assert usage["basis"] == "index"
    assert usage["messages"] > 0
    assert usage["tokens_in"] > usage["tokens_out"] * 0.1
    assert usage["begins"] < usage["ends"]
    double = filled.document("advise", "--provider", "anthropic", "--people", "2", *PRICED)["usage"]
    assert double["tokens_out"] == pytest.approx(2 * usage["tokens_out"], abs=2)


def test_nothing_known_of_accounts_asks_for_a_provider(tool: Tool) -> None:
    """With neither an account nor a provider named there is nothing to compare."""
    ran = tool("advise")
    assert ran.code == 2
    assert "--provider" in ran.err


def test_the_page_stands_alone_and_escapes_what_it_is_given(tool: Tool, tmp_path: Path) -> None:
    """One file that loads nothing; a source of a price cannot bring markup along."""
    prices = tmp_path / "own.yaml"
    prices.write_text(
        "prices:\n  - key: anthropic/claude-team.seat\n    value: 25 EUR\n    checked: 2020-01-01\n"
        "    source: '<script>alert(1)</script>'\n",
        encoding="utf-8",
    )
    out = tmp_path / "routes.html"
    named = ("--prices", prices, "--people", "3", *USE, *PRICED, *MACHINE)
    assert tool("advise", "--provider", "anthropic", *named, "--out", out).code == 0
    page = out.read_text("utf-8")
    assert "<svg" in page
    assert "<script" not in page
    assert "src=" not in page


def test_the_text_fits_eighty_columns(tool: Tool) -> None:
    """Routes, words and the two that stand out, without colour."""
    ran = tool("advise", "--provider", "anthropic", *USE, *PRICED)
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "Cheapest contract: anthropic/claude-api-direct" in ran.out
    assert "not legal advice" in ran.out


def test_terms_known_from_the_press_are_no_contract(tool: Tool) -> None:
    """Where the pack knows terms only from others, no contract was read; unsure ones say nothing at all."""
    rows = by_id(tool.document("advise", "--provider", "amazon", "--provider", "google"))
    bedrock = rows["amazon/bedrock"]
    assert (bedrock["past"], bedrock["future"], bedrock["assurance"]) == (
        "not_exposed",
        "not_eligible",
        "promise",
    )
    assert "Others report" in bedrock["why"]
    assert rows["google/gemini-workspace"]["assurance"] == "unknown"


@pytest.mark.parametrize(
    "figures",
    [
        ("--tokens-in", "nan", "--tokens-out", "1"),
        ("--tokens-in", "inf", "--tokens-out", "1"),
        ("--tokens-in", "1", "--tokens-out", "1e300"),
        ("--characters-per-token", "nan"),
        ("--characters-per-token", "1e-300"),
        ("--people", "1" + "0" * 30),
    ],
)
def test_figures_that_are_no_numbers_are_refused(tool: Tool, figures: tuple[str, ...]) -> None:
    """Exit code 2: neither what is no number nor what nobody uses is compared."""
    assert tool("advise", "--provider", "anthropic", *PRICED, *figures).code == 2


@pytest.mark.parametrize("least", ["5.5", "0"])
def test_a_minimum_of_seats_is_a_whole_number(tool: Tool, least: str) -> None:
    """Half a seat cannot be bought, and rounding it down would make a plan cheaper than it is."""
    named = ("--price", f"anthropic/claude-team.minimum_seats={least}")
    assert tool("advise", "--provider", "anthropic", *PRICED, *named).code == 2


def test_a_price_read_tomorrow_is_refused(tool: Tool, tmp_path: Path) -> None:
    """A day still to come would keep a price fresh for ever."""
    path = tmp_path / "prices.yaml"
    path.write_text(
        "prices:\n  - {key: anthropic/claude-team.seat, value: 25 EUR, checked: 2999-01-01, source: x}\n",
        encoding="utf-8",
    )
    ran = tool("advise", "--provider", "anthropic", "--prices", path)
    assert ran.code == 2
    assert "still to come" in ran.err


def test_an_old_minimum_of_seats_makes_no_plan_cheaper(tool: Tool, tmp_path: Path) -> None:
    """Nobody knows the minimum any more: the cost is unknown, and not that of a single seat."""
    path = tmp_path / "prices.yaml"
    path.write_text(
        "prices:\n  - {key: anthropic/claude-team.minimum_seats, value: 5, checked: 2020-01-01, source: x}\n",
        encoding="utf-8",
    )
    document = tool.document("advise", "--provider", "anthropic", "--prices", path, *PRICED)
    cost = by_id(document)["anthropic/claude-team"]["cost"]
    assert (cost["amount"], cost["missing"]) == (None, ["anthropic/claude-team.minimum_seats"])
    assert document["cheapest_contract"] is None


def test_a_tier_has_the_minimum_of_its_plan_and_an_unknown_one_is_said(tool: Tool) -> None:
    """Five seats at least hold for a tier as well; where nobody named a minimum, a note says so."""
    seat = ("--price", "anthropic/claude-team/team.seat=25EUR")
    plain = tool.document("advise", "--provider", "anthropic", *seat)
    assert any("at least is not known" in note and "claude-team" in note for note in plain["notes"])
    least = ("--price", "anthropic/claude-team.minimum_seats=5")
    document = tool.document("advise", "--provider", "anthropic", *seat, *least)
    assert by_id(document)["anthropic/claude-team"]["cost"]["amount"] == 125
    assert not any("at least is not known" in note for note in document["notes"])
