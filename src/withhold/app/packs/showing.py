"""Listing, showing and linting packs."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.accounts import provider_of
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import source_row
from withhold.app.machine.scan import tool_packs
from withhold.app.packs.origins import origin_of, silent, tool_origins, update_files
from withhold.model.terms import Control, Provider, RetentionRule, Terms
from withhold.model.when import When
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.packs.tools import ToolPack
    from withhold.report.documents.packs import Origin


def list_packs(services: Services) -> d.PacksListDocument:
    """All packs and where each comes from, the fictional ones last."""
    from withhold.app.packs.updates import update_row
    from withhold.packs.updates import Updates

    stamp = services.stamp()
    today = stamp.generated_at.date()
    providers = sorted(services.packs.values(), key=lambda p: (p.fictional, p.id))
    origins = tool_origins(services)
    return d.PacksListDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        packs=tuple(_row(services, p, today) for p in providers),
        tools=tuple(_tool_row(p, origins.get(p.id, "built in")) for p in tool_packs(services).values()),
        update=update_row(Updates(services.home.pack_updates)),
        silent=silent(services),
    )


def _tool_row(pack: "ToolPack", origin: "Origin") -> d.ToolPackRow:
    return d.ToolPackRow(
        id=pack.id,
        name=pack.tool.name,
        kind=pack.tool.kind,
        settings=len(pack.tool.settings),
        training=pack.tool.training_in_short,
        compiled_on=pack.compiled_on,
        origin=origin,
    )


def show_pack(services: Services, provider_id: str) -> d.PackShowDocument:
    """Everything a pack says, in short."""
    stamp = services.stamp()
    provider = provider_of(services, provider_id)
    return d.PackShowDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        pack=_row(services, provider, stamp.generated_at.date()),
        stance=provider.stance.summary,
        terms=tuple(
            _terms(product.id, plan.id, plan.tiers, t)
            for product in provider.products
            for plan in product.plans
            for t in plan.terms
        ),
        controls=tuple(_control(c) for c in provider.controls),
        exceptions=tuple(_exceptions(provider)),
        routes=tuple(
            d.PackRouteRow(id=r.id, kind=r.kind, what_it_does=r.what_it_does, target=r.target, note=r.note)
            for r in provider.routes
        ),
        rights=tuple(
            d.PackRightRow(right=name, how=r.how, url=r.url, format=r.format, note=r.note)
            for name, r in provider.data_rights.items()
        ),
        uncertainties=tuple(u.text for u in provider.uncertainties),
        sources=tuple(source_row(s) for s in provider.sources.values()),
    )


def lint_packs(services: Services, paths: tuple[Path, ...]) -> d.PacksLintDocument:
    """Lint the given files, or all packs: built in, of installed packages, of an update, of your own."""
    from withhold.packs.installed import installed_packs
    from withhold.packs.lint import lint
    from withhold.packs.loader import builtin_dir
    from withhold.packs.tools import tools_dir
    from withhold.packs.tools.lint import is_tool_pack, lint_tool

    stamp = services.stamp()
    folders = [builtin_dir(), services.home.packs]
    ours = [f for folder in folders if folder.is_dir() for f in sorted(folder.glob("*.yaml"))]
    files = paths or (*ours, *(pack.path for pack in installed_packs()))
    if not paths:
        own = services.home.packs / "tools"
        files = (
            *files,
            *update_files(services),
            *(f for folder in (tools_dir(), own) for f in sorted(folder.glob("*.yaml"))),
        )
    problems = [p for f in files for p in (lint_tool(f) if is_tool_pack(f) else lint(f))]
    return d.PacksLintDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        files=len(files),
        problems=tuple(
            d.LintRow(
                file=p.file,
                line=p.line,
                column=p.column,
                level=p.severity.value,
                code=p.code,
                message=p.message,
            )
            for p in problems
        ),
    )


def coverage_of(services: Services, facts: Path) -> d.PacksCoverageDocument:
    """Which of the collected facts in ``facts`` the built-in packs state.

    ``facts`` is a ``providers.json`` or a ``local-tools.json``; ``providers`` counts what it is about.

    Raises ``UsageProblem`` if that file does not hold collected facts.
    """
    from withhold.packs.coverage import coverage
    from withhold.packs.loader import load_all
    from withhold.packs.tools.coverage import tool_coverage

    try:
        collected = json.loads(facts.read_text("utf-8"))
        tools = "tools" in collected
        rows = tool_coverage(collected) if tools else coverage(load_all(), collected)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsageProblem(
            f"{facts} holds no collected facts: {problem}",
            next_step="name a providers.json as docs/explanation says",
        ) from problem
    stamp = services.stamp()
    return d.PacksCoverageDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        facts=str(facts),
        providers=len(collected["tools" if tools else "providers"]),
        fields=tuple(
            d.CoverageRow(field=r.field, stated=r.stated, carried=r.carried, lost=r.lost) for r in rows
        ),
    )


def diff_packs(services: Services, provider_id: str, file: Path) -> d.PacksDiffDocument:
    """What ``file`` states differently from the built-in pack. Raises ``PackInvalid`` if it has errors."""
    from withhold.packs.compare import compare
    from withhold.packs.lint import check
    from withhold.packs.loader import builtin_dir, builtin_ids, load

    if provider_id not in builtin_ids():
        raise UsageProblem(f"no built-in pack {provider_id!r}", next_step="withhold packs list")
    ours = builtin_dir() / f"{provider_id}.yaml"
    packs = []
    for path in (ours, file):
        load(path)
        pack, _ = check(path.read_bytes(), str(path))
        assert pack is not None  # noqa: S101 - it loaded
        packs.append(pack)
    stamp = services.stamp()
    return d.PacksDiffDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        before=f"built-in {provider_id}",
        after=str(file),
        differences=tuple(
            d.DifferenceRow(path=x.path, before=x.before, after=x.after) for x in compare(*packs)
        ),
    )


def _row(services: Services, provider: Provider, today: date) -> d.PackRow:
    terms = [t for product in provider.products for plan in product.plans for t in plan.terms]
    checked = min((t.last_checked for t in terms), default=provider.compiled_on)
    return d.PackRow(
        id=provider.id,
        name=provider.name,
        stance=provider.stance.stance.value,
        products=len(provider.products),
        terms=len(terms),
        controls=len(provider.controls),
        compiled_on=None if provider.compiled_on is None else provider.compiled_on.isoformat(),
        last_checked=None if checked is None else checked.isoformat(),
        age_days=None if checked is None else (today - checked).days,
        fictional=provider.fictional,
        sha256=provider.sha256,
        own_file=provider.own_file,
        origin=origin_of(services, provider.own_file),
    )


def _terms(product: str, plan: str, tiers: tuple[str, ...], terms: Terms) -> d.TermsRow:
    return d.TermsRow(
        id=terms.id,
        product=product,
        plan=plan,
        tiers=tiers,
        begins=_edge(terms.begins),
        ends=_edge(terms.ends, last=True),
        starts_on_acceptance=terms.starts_on_acceptance,
        training=terms.training.allowed.value,
        control=terms.training.control_id,
        retention={basis.value: _retention(rule) for basis, rule in terms.retention.items()},
        exceptions=tuple(f"{e.kind.value}: {e.effect.value}" for e in terms.exceptions),
        confidence=terms.confidence.value,
        last_checked=terms.last_checked.isoformat(),
    )


def _edge(when: When | None, *, last: bool = False) -> str | None:
    """A day without a zone as that day (``last``: the day it ends); an exact instant as such."""
    if when is None:
        return None
    if when.exact:
        return when.earliest.isoformat()
    day = when.latest.date()
    return (day - timedelta(days=1) if last else day).isoformat()


def _retention(rule: RetentionRule) -> str:
    parts = (rule.kind.value, rule.duration, rule.bound, rule.starts_from and f"from {rule.starts_from}")
    return " ".join(str(p) for p in parts if p)


def _control(control: Control) -> d.PackControlRow:
    return d.PackControlRow(
        id=control.id,
        name=control.name,
        kind=control.kind,
        polarity=control.polarity.value,
        labels=tuple(f"{label.text} ({label.lang})" for label in control.labels),
        menu_path=control.menu_path or (),
        url=control.url,
        mobile_menu_path=control.mobile_menu_path or (),
        default=control.default,
        scope=control.scope,
        confirm_step=control.confirm_step,
        note=control.note,
    )


def _exceptions(provider: Provider) -> Iterator[d.PackExceptionRow]:
    """Each exception once, under the newest terms that hold it."""
    terms = [t for product in provider.products for plan in product.plans for t in plan.terms]
    newest = {(e.kind, e.effect, e.note): t.id for t in terms for e in t.exceptions}
    for (kind, effect, note), held in newest.items():
        yield d.PackExceptionRow(terms=held, kind=kind.value, effect=effect.value, note=note)
