"""What the packs that come along say where it matters most."""

from datetime import date

import pytest

from withhold.lab.terms import Span, lab_terms
from withhold.model.terms import Plan, Terms
from withhold.model.when import When
from withhold.model.words import (
    Allowed,
    Basis,
    ConsentModel,
    Effect,
    ExceptionKind,
    PlanClass,
    Polarity,
    Stance,
    StartsFrom,
)
from withhold.packs.lint import Severity, lint
from withhold.packs.loader import builtin_dir, builtin_ids, load_builtin


def plan(provider: str, product: str, plan_class: PlanClass) -> Plan:
    found = load_builtin(provider).product(product)
    assert found is not None
    return next(p for p in found.plans if p.plan_class is plan_class)


def exceptions(terms: Terms) -> set[tuple[ExceptionKind, Effect]]:
    return {(e.kind, e.effect) for e in terms.exceptions}


def kept(terms: Terms) -> dict[Basis, str | None]:
    return {basis: rule.duration for basis, rule in terms.retention.items()}


@pytest.mark.parametrize("provider", builtin_ids())
def test_builtin_pack_has_no_errors_or_warnings(provider: str) -> None:
    """Packs that come along are clean; what the facts leave open may be noted."""
    found = lint(builtin_dir() / f"{provider}.yaml")
    assert [str(p) for p in found if p.severity is not Severity.NOTE] == []


def test_anthropics_consumer_terms_turn_from_no_to_unless_off() -> None:
    """No training before 28 August 2025; from then by acceptance, from 8 October 2025 for every account."""
    for product in ("claude", "claude-code"):
        old, grace, *binding = plan("anthropic", product, PlanClass.CONSUMER).terms
        assert (old.training.allowed, old.ends) == (Allowed.NO, When.end_of(date(2025, 8, 27)))
        assert (grace.training.allowed, grace.starts_on_acceptance) == (Allowed.UNLESS_OFF, True)
        assert binding[0].begins == When.start_of(date(2025, 10, 8))
        assert not any(t.starts_on_acceptance for t in binding)
        assert {t.training.allowed for t in binding} == {Allowed.UNLESS_OFF}
        assert binding[-1].ends is None


def test_anthropics_control_is_found_on_the_articles_path() -> None:
    """Settings > Privacy > Privacy Settings > Help improve Claude; automated access forbidden."""
    pack = load_builtin("anthropic")
    control = pack.control("claude-help-improve")
    assert control is not None
    assert control.menu_path is not None
    assert control.menu_path[1:] == ("Settings", "Privacy", "Help improve Claude")
    assert (control.sections, control.polarity) == (("Privacy", "Privacy Settings"), Polarity.ON_TRAINS)
    assert {label.lang for label in control.labels} == {"en", "es", "zh-CN", "ja"}
    assert pack.stance.stance is Stance.PROHIBITED
    assert pack.kinds == {"chat": ("claude",), "coding": ("claude-code",)}


def test_labs_pack_has_the_labs_own_tiers_and_dates() -> None:
    """The pack describes the lab that runs: same tiers, same instants."""
    lab = lab_terms()
    for product in ("lumen", "lumen-code"):
        consumer = plan("lab", product, PlanClass.CONSUMER)
        assert consumer.tiers == lab.consumer
        assert plan("lab", product, PlanClass.COMMERCIAL).tiers == lab.commercial
        start, bind = When.at(lab.new_terms_from), When.at(lab.binding_from)
        assert [(t.begins, t.ends, t.starts_on_acceptance) for t in consumer.terms] == [
            (None, start, False),
            (start, bind, True),
            (bind, None, False),
        ]


def test_labs_pack_has_the_labs_own_periods() -> None:
    """Every retention period of the pack is the one the lab keeps to."""
    keep = lab_terms().keep
    always = {
        Basis.AFTER_CHAT_DELETION: keep.deleted,
        Basis.TEMPORARY_CHATS: keep.incognito,
        Basis.FLAGGED_CONTENT: keep.flagged_content,
        Basis.FLAGGED_SCORES: keep.flagged_scores,
    }
    old_feedback = {"lumen": keep.feedback_old_terms_chat, "lumen-code": keep.feedback_old_terms_coding}
    for product, feedback in old_feedback.items():
        old, *new = plan("lab", product, PlanClass.CONSUMER).terms
        expected = [(old, {**always, Basis.FEEDBACK: feedback})]
        expected += [
            (t, {**always, Basis.FEEDBACK: keep.feedback, Basis.TRAINING_ON: keep.shared}) for t in new
        ]
        for terms, spans in expected:
            stated = kept(terms)
            assert {basis: Span.parse(stated[basis] or "") for basis in spans} == spans
        assert old.retention[Basis.AFTER_CHAT_DELETION].starts_from is StartsFrom.DELETION


def test_labs_pack_has_the_labs_own_exceptions() -> None:
    """Rated and flagged content trains whatever the setting, but not old coding sessions or contracts."""
    rated = (ExceptionKind.FEEDBACK, Effect.TRAINS_EVEN_WHEN_OFF)
    flagged = (ExceptionKind.SAFETY_FLAGGED, Effect.TRAINS_EVEN_WHEN_OFF)
    left_out = {
        (ExceptionKind.TEMPORARY_CHAT, Effect.NEVER_TRAINS),
        (ExceptionKind.DELETED_CHAT, Effect.NEVER_TRAINS),
    }
    debugging = (ExceptionKind.FEEDBACK, Effect.NEVER_TRAINS)
    for product, before in (("lumen", {rated, flagged}), ("lumen-code", {debugging})):
        old, *new = plan("lab", product, PlanClass.CONSUMER).terms
        assert exceptions(old) == before
        assert all(exceptions(t) == {rated, flagged} | left_out for t in new)
        [contract] = plan("lab", product, PlanClass.COMMERCIAL).terms
        assert contract.training.consent_model is ConsentModel.CONTRACT_EXCLUDED
        assert exceptions(contract) == {rated, (ExceptionKind.SAFETY_FLAGGED, Effect.RETAINED_LONGER)}


def test_labs_control_has_decoys_beside_it() -> None:
    """The switch stands under Privacy Settings, next to switches that must be left alone."""
    pack = load_builtin("lab")
    control = pack.control("lumen-help-improve")
    assert control is not None
    assert control.labels[0].text == "Help improve Lumen"
    assert (control.sections, control.url) == (("Privacy Settings",), "/settings/privacy")
    assert control.decoys == ("Location metadata", "Product e-mails")
    assert (pack.fictional, pack.stance.stance) == (True, Stance.PERMITTED)
