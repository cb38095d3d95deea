"""Bringing a training control to its private position, and keeping what was seen as evidence."""

import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from withhold.app.accounts import provider_of, training_control
from withhold.app.bootstrap import Services
from withhold.app.optout.any_page import How, opt_out_there, pack_of
from withhold.app.optout.browsing import page_of
from withhold.model.account import Account, SettingEvidence
from withhold.model.control import ControlResult, OptOutResult, Reading
from withhold.model.terms import Control, Provider
from withhold.model.words import Known, Mode, Outcome, Setting
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.app.optout.guiding import Place, Sitting
    from withhold.app.optout.witness import Watch
    from withhold.controls.browser import OpenPage
    from withhold.controls.capture import CaptureOptions

CONFIRMED = (Outcome.CHANGED, Outcome.ALREADY_PRIVATE)
"""Only these let a private reading stand as evidence."""
UNNAMED = "unnamed"
"""Label of the account that holds what was read while nobody said who was signed in."""


_NO_NAMES = frozenset({"", UNNAMED, "private", "personal", "work", "main", "home", "business", "default"})
"""Labels that name nobody; masking these words would only make a page unreadable."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be set, where, and for whom."""

    provider: Provider
    control: Control
    url: str | None
    account: Account | None
    named: bool
    """Whether the person said whose account this is."""


def opt_out(
    services: Services,
    *,
    provider_id: str | None = None,
    url: str | None = None,
    pack_id: str | None = None,
    account: str | None = None,
    mode: str = "guide",
    override_terms: bool = False,
    profile: Path | None = None,
    headless: bool = False,
    full_page: bool = False,
    opened: "OpenPage | None" = None,
    platform: str | None = None,
    sitting: "Sitting | None" = None,
    watch: "Watch | None" = None,
) -> d.OptOutDocument:
    """Set the control of a provider private, or say how. ``opened`` is a page that is open already.

    Guiding gives the steps for ``platform`` (default: all ways known). With a ``sitting`` it leads the person
    through them and takes what they bring; without one it asks nothing. ``watch`` says how witness mode is
    wanted: where else the person may press a key, and whether the profile is kept.
    Evidence shows the settings region alone, unless ``full_page`` is asked for.
    Raises ``RefusedByStance`` where the provider's terms do not permit what was asked, ``UsageProblem`` for
    a call that names no control, ``EnvironmentProblem`` where no browser can be had.
    """
    wanted = Mode(mode)
    named = provider_id or pack_id
    if named is None and url is not None and wanted is not Mode.GUIDE:
        known = pack_of(services, url)
        if known is None and wanted is Mode.WITNESS:
            return _document(services, _witness_there(services, url, full_page=full_page, how=watch))
        if known is None:
            how = How(override_terms, profile, headless, full_page, opened)
            return _document(services, opt_out_there(services, url, how))
        named = known.id
    target = _target(services, named, url, account)
    if wanted is Mode.WITNESS:
        return _document(services, _witness(services, target, full_page=full_page, how=watch))
    if wanted is Mode.GUIDE:
        return _guide(services, target, platform, sitting)
    return _assist(
        services,
        target,
        override_terms=override_terms,
        profile=profile,
        headless=headless,
        full_page=full_page,
        opened=opened,
    )


def _target(services: Services, provider_id: str | None, url: str | None, account: str | None) -> Target:
    if provider_id is None:
        raise UsageProblem(
            "say which provider this is about" if url is None else f"no pack was named for {url}",
            next_step="withhold optout PROVIDER, or --url URL --pack ID (packs: withhold packs list),"
            " or --url URL --mode assist for a page that no pack knows",
        )
    provider = provider_of(services, provider_id)
    control = training_control(provider)
    page = _page(control, url)
    return Target(provider, control, page, _account(services, provider, account), account is not None)


def _page(control: Control, url: str | None) -> str | None:
    """The address of the settings page; a pack of a provider without one home gives a path only."""
    if url is None:
        return control.url
    if control.url is not None and control.url.startswith("/") and url.count("/") <= 3:
        return urljoin(url, control.url)
    return url


def _account(services: Services, provider: Provider, named: str | None) -> Account | None:
    """The account meant: the one named, else the unnamed one, where there is one.

    A page does not say who is signed in, so a reading is never put down to an account nobody named.
    """
    known = [a for a in services.store.accounts() if a.provider_id == provider.id]
    if named is not None:
        found = [a for a in known if a.label == named or a.id.startswith(named)]
        if len(found) != 1:
            raise UsageProblem(
                f"{'no' if not found else 'more than one'} account at {provider.name} is called {named!r}",
                next_step="withhold account list",
            )
        return found[0]
    others = [a for a in known if a.label != UNNAMED]
    if len(others) > 1:
        raise UsageProblem(
            f"{len(others)} accounts at {provider.name} are known",
            next_step="say which one: --account " + " or ".join(a.label for a in others),
        )
    return next((a for a in known if a.label == UNNAMED), None)


def _guide(
    services: Services, target: Target, platform: str | None, sitting: "Sitting | None"
) -> d.OptOutDocument:
    """The steps, and with a sitting what the person brought. The outcome is never more than their word."""
    from withhold.app.optout.guiding import Place, sit, steps_to

    place = Place(target.provider, target.control, target.account, target.url)
    steps = steps_to(services, place, platform)
    why = "These are the steps. Nothing was requested from the provider, and the result is not known."
    ending = None
    if sitting is not None:
        ending, place = sit(services, place, steps, sitting)
        why = "What the person brought is kept as their word." if ending == "proved" else why
    look = _look_after(services, place) if ending == "proved" else None
    stamp = services.stamp()
    return d.OptOutDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        outcome="needs_human",
        controls=(),
        record=None if look is None else look.record,
        mode="guide",
        steps=steps,
        why=why,
        attested=None if look is None else look.setting.value,
    )


def _look_after(services: Services, place: "Place") -> SettingEvidence | None:
    from withhold.app.optout.guiding import newest_look

    return newest_look(services, place.account, place.control)


def _assist(
    services: Services,
    target: Target,
    *,
    override_terms: bool,
    profile: Path | None,
    headless: bool,
    full_page: bool,
    opened: "OpenPage | None",
) -> d.OptOutDocument:
    from withhold.app.evidence.stamping import begin_session
    from withhold.controls.stance import require_assist

    url = _address(target)
    overrode = require_assist(target.provider, url, override=override_terms)
    services.journal.mend()  # a journal that cannot be written to stops the act before it begins
    begin_session(services)
    with page_of(services, profile, headless=headless, opened=opened) as page:
        services.progress.step(f"opening {url}")
        result = _run(services, target, page, url, overrode=overrode, full_page=full_page)
    return _document(services, _kept(services, target, result))


def _witness(services: Services, target: Target, *, full_page: bool, how: "Watch | None") -> OptOutResult:
    """Watch the person at the provider's page. Only what they had recorded is kept as evidence."""
    from withhold.app.optout.witness import Subject, Watch, watch
    from withhold.evidence.mask import mask_email

    account = None if target.account is None else mask_email(target.account.label)
    subject = Subject(
        _address(target),
        (target.control,),
        target.provider.id,
        target.provider.sha256,
        account,
        _capture(target, full_page=full_page),
    )
    result = watch(services, subject, how or Watch())
    return result if result.record is None else _kept(services, target, result)


def _witness_there(services: Services, url: str, *, full_page: bool, how: "Watch | None") -> OptOutResult:
    """The same on a page that no pack knows: its own wording decides, and nothing is filed."""
    from withhold.app.optout.witness import Subject, Watch, watch
    from withhold.controls.capture import CaptureOptions
    from withhold.evidence.web.packing import Packager

    capture = CaptureOptions(full_page=full_page, packager=Packager())
    return watch(services, Subject(url, (), None, None, None, capture), how or Watch())


def _address(target: Target) -> str:
    """Where the settings page is. Raises ``UsageProblem`` where neither the pack nor the person says it."""
    if target.url is None or target.url.startswith("/"):
        raise UsageProblem(
            f"the pack of {target.provider.name} holds no address of the settings page",
            next_step="give it with --url",
        )
    return target.url


def look(
    services: Services, provider: Provider, control: Control, account: Account, page: "OpenPage", url: str
) -> OptOutResult:
    """Read where a control stands, on a page that is open already; nothing is set. What was read is kept.

    Raises ``RefusedByStance`` where the provider's terms do not permit it.
    """
    from withhold.controls.stance import require_assist

    target = Target(provider, control, url, account, named=True)
    require_assist(provider, url, override=False)
    return _kept(
        services, target, _run(services, target, page, url, overrode=False, full_page=False, acts=False)
    )


def _run(
    services: Services,
    target: Target,
    opened: "OpenPage",
    url: str,
    *,
    overrode: bool,
    full_page: bool,
    acts: bool = True,
) -> OptOutResult:
    from withhold.controls.assist import check, set_private
    from withhold.controls.record import RunContext
    from withhold.evidence.mask import mask_email

    label = None if target.account is None else mask_email(target.account.label)
    context = RunContext(
        provider_id=target.provider.id,
        pack_sha256=target.provider.sha256,
        browser=opened.browser,
        overrode_terms=overrode,
        account=label,
        pack_id=target.provider.id,
        capture=_capture(target, full_page=full_page),
    )
    act = set_private if acts else check
    return act(
        opened.page, url, (target.control,), clock=services.clock, sink=services.journal, context=context
    )


def _capture(target: Target, *, full_page: bool) -> "CaptureOptions":
    """What is known to be personal and what the pack publishes, for masking."""
    from withhold.controls.capture import CaptureOptions
    from withhold.evidence.web.packing import Packager

    label = "" if target.account is None else target.account.label
    personal = () if label.casefold() in _NO_NAMES else (("e-mail" if "@" in label else "name", label),)
    control = target.control
    public = (
        target.provider.name,
        control.name,
        *(control.menu_path or ()),
        *(x.text for x in control.labels),
    )
    return CaptureOptions(full_page=full_page, personal=personal, public=public, packager=Packager())


def _kept(services: Services, target: Target, result: OptOutResult) -> OptOutResult:
    """``result`` with a word on what became of its readings: evidence of the setting, or none."""
    if not _is_theirs(target, result):
        return _of_another_page(target, result)
    evidence = _all_evidence(target, result)
    if not evidence:
        return result
    account = target.account or _new_account(services, target.provider)
    for each in evidence:
        services.store.add_setting_evidence(account.id, each)
    if target.named:
        return result
    filed = f'filed under the account "{account.label}"; say which account is signed in with --account LABEL'
    return replace(result, why=f"{result.why}; {filed}")


def _is_theirs(target: Target, result: OptOutResult) -> bool:
    """Whether the page asked for and the page shown in the end are both the provider's own."""
    from withhold.controls.stance import is_page_of

    return all(url is not None and is_page_of(target.provider, url) for url in (target.url, result.final_url))


def _of_another_page(target: Target, result: OptOutResult) -> OptOutResult:
    """What was read on somebody else's page, as far as it may be told.

    The outcome holds for a page of this computer, which cannot be mistaken for the service. Anywhere else
    a confirmed outcome would be taken for one of the person's account.
    """
    from withhold.controls.stance import is_loopback

    remark = f"not a page of {target.provider.name}: kept as a record, not as evidence of your setting"
    outcome = result.outcome
    if outcome in CONFIRMED and not is_loopback(result.final_url or ""):
        outcome = Outcome.NEEDS_HUMAN
    return replace(result, outcome=outcome, why=f"{result.why}; {remark}")


def _all_evidence(target: Target, result: OptOutResult) -> tuple[SettingEvidence, ...]:
    """What the readings show of the setting. A private one counts only if a fresh load confirmed it."""
    return tuple(
        _evidence(reading, reading.setting, target.control.id, result.record)
        for control in result.controls
        for reading in _credible(result, control)
        if reading.setting is not None
    )


def _credible(result: OptOutResult, control: ControlResult) -> tuple[Reading, ...]:
    """Readings that say where the setting stands: before acting, and after a fresh load.

    What the page showed right after a click is its own hope, and is left out.
    """
    readings = tuple(r for r in (control.before, control.after_reload) if r is not None)
    if result.outcome in CONFIRMED:
        return readings
    return tuple(r for r in readings if r.setting is Setting.SHARING)


def _evidence(reading: Reading, setting: Setting, control_id: str, record: str | None) -> SettingEvidence:
    return SettingEvidence(
        id=uuid.uuid4().hex[:12],
        control_id=reading.control_id or control_id,
        begins=reading.at,
        ends=reading.at,
        setting=setting,
        known=Known.OBSERVED,
        record=record,
    )


def _new_account(services: Services, provider: Provider) -> Account:
    """An account that was seen signed in, and of which nothing else is known yet."""
    account = Account(id=uuid.uuid4().hex[:12], provider_id=provider.id, label=UNNAMED)
    services.store.save_account(account)
    return account


def _document(services: Services, result: OptOutResult) -> d.OptOutDocument:
    stamp = services.stamp()
    return d.OptOutDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        outcome=result.outcome.value,
        controls=tuple(_control(c) for c in result.controls),
        record=result.record,
        mode=result.mode.value,
        steps=result.steps,
        why=result.why,
        overrode_terms=result.overrode_terms,
    )


def _control(control: ControlResult) -> d.ControlRow:
    readings = [r for r in (control.before, control.after, control.after_reload) if r is not None]
    last = readings[-1]
    return d.ControlRow(
        label=control.before.label,
        polarity=control.before.polarity.value,
        before=control.before.state.value,
        after=None if control.after is None else control.after.state.value,
        after_reload=None if control.after_reload is None else control.after_reload.state.value,
        confidence=last.confidence,
        why=last.why,
    )
