"""What is in order on this machine, and what is missing. Asks nobody unless told to."""

import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from withhold import __version__
from withhold.app.bootstrap import Services, system_clock
from withhold.report import documents as d
from withhold.support.errors import UsageProblem, WithholdError
from withhold.support.files import write_atomic

STALE = timedelta(days=90)
"""Age at which verdicts on the present are marked as resting on old facts (architecture, idea 4)."""
EXTRAS = {
    "browser": "playwright",
    "gateway": "aiohttp",
    "local": "xllamacpp",
    "notify": "apprise",
    "pades": "pyhanko",
    "terms": "trafilatura",
}
LEEWAY = timedelta(minutes=5)


def doctor(services: Services, *, online: bool = False, bundle: Path | None = None) -> d.DoctorDocument:
    """Every check, in the order in which a person would mend them.

    With ``bundle`` the same is written to that file without paths, labels or names; it must not be there yet.
    """
    if bundle is not None and bundle.exists():
        raise UsageProblem(f"{bundle} is there already", next_step="name a file that is not there yet")
    looks: tuple[tuple[str, Callable[[Services], d.CheckRow]], ...] = (
        ("state", _state),
        ("key", _key),
        ("clock", _clock),
        ("browser", _browser),
        ("packs", _packs),
        ("sandbox", _sandbox),
    )
    checks = [_look(name, look, services) for name, look in looks]
    checks += [*_extras(), *_authorities(services, online=online)]
    stamp = services.stamp()
    document = d.DoctorDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        checks=tuple(checks),
        bundle=None if bundle is None else str(bundle),
    )
    if bundle is not None:
        _write_bundle(services, document, bundle)
    return document


def _look(name: str, look: Callable[[Services], d.CheckRow], services: Services) -> d.CheckRow:
    """One check; what keeps it from being made is what is wrong."""
    try:
        return look(services)
    except WithholdError as problem:
        return d.CheckRow(name=name, state="wrong", text=problem.message, next=problem.next_step)


def _state(services: Services) -> d.CheckRow:
    if not services.home.database.exists():
        return d.CheckRow(name="state", state="absent", text="nothing is kept", next="withhold import PATH")
    free = shutil.disk_usage(services.home.root).free
    text = f"{len(services.store.accounts())} accounts, {services.store.count():,} conversations"
    if free < 1 << 28:
        return d.CheckRow(
            name="state", state="wrong", text=f"{text}; the disk is full", next="free some space"
        )
    return d.CheckRow(name="state", state="good", text=f"{text}; {free / 1e9:,.0f} GB free")


def _key(services: Services) -> d.CheckRow:
    if not (services.home.evidence / "checkpoint").exists():
        return d.CheckRow(name="key", state="absent", text="no evidence yet, so no key")
    if services.journal.key_place() is None:
        lost = "withhold evidence key rotate --lost"
        return d.CheckRow(name="key", state="wrong", text="the signing key is gone", next=lost)
    return d.CheckRow(name="key", state="good", text=f"key {services.journal.public_key.id} is here")


def _clock(services: Services) -> d.CheckRow:
    """Without asking anybody: not before this program was installed, nor before what is on record."""
    now = services.clock()
    floor = _installed()
    newest = max((r.at for r in services.journal.records()), default=None)
    if newest is not None and newest > floor:
        floor = newest
    if now + LEEWAY < floor:
        text = f"the clock says {now:%Y-%m-%d %H:%M} UTC, and something was made at {floor:%Y-%m-%d %H:%M}"
        return d.CheckRow(name="clock", state="wrong", text=text, next="set the clock")
    drift = abs(system_clock() - now) > LEEWAY
    state: Literal["unknown", "good"] = "unknown" if drift else "good"
    text = f"{now:%Y-%m-%d %H:%M} UTC, which is not before what was made on this machine; nobody was asked"
    return d.CheckRow(name="clock", state=state, text=text)


def _installed() -> datetime:
    """When the files of this program were last written."""
    return datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)


def _browser(services: Services) -> d.CheckRow:
    from withhold.controls.browser import find_browser

    if importlib.util.find_spec("playwright") is None:
        line = "pip install 'withhold[browser]'"
        return d.CheckRow(name="browser", state="absent", text="the extra is not installed", next=line)
    found = find_browser(services.environ.get("WITHHOLD_BROWSER"))
    return d.CheckRow(name="browser", state="good", text=f"{found.name} is installed")


def _packs(services: Services) -> d.CheckRow:
    from withhold.app.packs.showing import list_packs

    rows = list_packs(services).packs
    days = [row.age_days for row in rows if row.age_days is not None and not row.fictional]
    old = sum(age > STALE.days for age in days)
    text = f"{len(rows)} packs, the oldest compared {max(days, default=0)} days ago"
    if old:
        mend = "withhold packs update FILE"
        return d.CheckRow(name="packs", state="wrong", text=f"{text}; {old} are over 90 days old", next=mend)
    return d.CheckRow(name="packs", state="good", text=text)


def _sandbox(services: Services) -> d.CheckRow:
    """Whether programs can be shut off from the network here, which the sealed local model needs."""
    program = {"Linux": "bwrap", "Darwin": "sandbox-exec"}.get(services.system)
    if program is None:
        return d.CheckRow(name="sandbox", state="absent", text="no way to seal a program off is known here")
    if shutil.which(program) is None:
        mend = f"install {program}"
        return d.CheckRow(name="sandbox", state="absent", text="'withhold local' cannot be sealed", next=mend)
    return d.CheckRow(name="sandbox", state="good", text=f"{program} is installed")


def _extras() -> Iterator[d.CheckRow]:
    for name, module in EXTRAS.items():
        if importlib.util.find_spec(module) is None:
            mend = f"pip install 'withhold[{name}]'"
            yield d.CheckRow(name=f"extra {name}", state="absent", text="not installed", next=mend)
        else:
            yield d.CheckRow(name=f"extra {name}", state="good", text=f"{module} {_version(module)}".strip())


def _version(module: str) -> str:
    try:
        return distribution(module).version
    except PackageNotFoundError:
        return ""


def _authorities(services: Services, *, online: bool) -> Iterator[d.CheckRow]:
    from withhold.evidence.sessions import begin

    named = services.journal.authorities
    if not named:
        mend = "withhold evidence authorities add URL --root FILE"
        yield d.CheckRow(name="time-stamps", state="absent", text="no authority is named", next=mend)
    for one in named:
        name = f"time-stamps {one.name}"
        if not online:
            yield d.CheckRow(name=name, state="unknown", text="not asked", next="withhold doctor --online")
            continue
        outcome = begin((one,), timeout=10.0)
        if outcome.answer is None:
            yield d.CheckRow(name=name, state="wrong", text=outcome.why or "it gave no token")
        else:
            yield d.CheckRow(name=name, state="good", text="it answered with a token that verifies")


def _write_bundle(services: Services, document: d.DoctorDocument, target: Path) -> None:
    """The document without what tells who this is: each known name is replaced, wherever it stands."""
    from msgspec import structs

    from withhold.report.json_out import encode

    text = encode(structs.replace(document, bundle=None)).decode()
    for secret, shown in _names(services):
        text = text.replace(secret, shown)
    write_atomic(target, text.encode())


def _names(services: Services) -> list[tuple[str, str]]:
    """What is taken out, the longest first: folders, the user, the machine, accounts and their ids."""
    found = {
        str(services.home.root): "<state>",
        str(services.user_home): "<home>",
        services.user_home.name: "<user>",
        platform.node(): "<machine>",
        sys.prefix: "<python>",
    }
    for account in services.store.accounts() if services.home.database.exists() else ():
        found |= dict.fromkeys((account.label, account.id, *account.source_account_ids), "<account>")
    for one in services.journal.authorities:
        found |= {one.name: "<authority>", one.url: "<authority>"}
    return sorted(((k, v) for k, v in found.items() if len(k) > 1), key=lambda pair: -len(pair[0]))


def completion_document(shell: str, script: str) -> d.CompletionDocument:
    """The script as a document."""
    return d.CompletionDocument(
        generated_at=system_clock(), tool_version=__version__, shell=shell, script=script
    )
