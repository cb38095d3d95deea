"""What is in order on this machine, and what is missing. Asks nobody unless told to."""

import importlib.util
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from withhold import __version__
from withhold.app.bootstrap import Services, system_clock
from withhold.app.state.intent import forgetting_left
from withhold.evidence.notes import BadNote
from withhold.report import documents as d
from withhold.support.errors import UsageProblem, WithholdError

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
FAR = timedelta(days=730)
"""How far behind the clock all that is known here may lie before the date is doubted."""
CANNOT_READ = (WithholdError, sqlite3.Error, OSError, ValueError, BadNote)
"""What reading something that is broken raises."""


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
    checks += [*_extras(), *_stamps(services, online=online)]
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
        from withhold.app import support_file

        support_file.write(services, document, bundle)
    return document


def _look(name: str, look: Callable[[Services], d.CheckRow], services: Services) -> d.CheckRow:
    """One check; what keeps it from being made is what is wrong."""
    try:
        return look(services)
    except CANNOT_READ as problem:
        return _broken(name, problem)


def _broken(name: str, problem: Exception) -> d.CheckRow:
    if isinstance(problem, WithholdError):
        return d.CheckRow(name=name, state="wrong", text=problem.message, next=problem.next_step)
    return d.CheckRow(name=name, state="wrong", text=f"it cannot be read: {problem}")


def _state(services: Services) -> d.CheckRow:
    if services.home.root.exists():
        services.home.prepare()
    if not services.home.database.exists():
        return d.CheckRow(name="state", state="absent", text="nothing is kept", next="withhold import PATH")
    stopped, lost = forgetting_left(services), services.store.lost_files()
    if stopped is not None:
        left = "a forgetting was stopped, and a part of what it was to forget is still here"
        mend = f"withhold forget {stopped}"
        return d.CheckRow(name="state", state="wrong", text=left, next=mend)
    if lost:
        text = f"files of the index that are missing, or of another size: {lost}"
        return d.CheckRow(name="state", state="wrong", text=text, next="withhold index check")
    free = shutil.disk_usage(services.home.root).free
    text = f"accounts: {len(services.store.accounts())}, conversations: {services.store.count():,}"
    if free < 1 << 28:
        return d.CheckRow(
            name="state", state="wrong", text=f"{text}; the disk is full", next="free some space"
        )
    return d.CheckRow(name="state", state="good", text=f"{text}; {free / 1e9:,.0f} GB free")


def _key(services: Services) -> d.CheckRow:
    if not (services.home.evidence / "checkpoint").exists():
        return d.CheckRow(name="key", state="absent", text="no evidence yet, so no key")
    public = services.journal.public_key
    if services.keys.secret(public.name, public.id) is None:
        lost = "withhold evidence key rotate --lost"
        return d.CheckRow(name="key", state="wrong", text="the signing key is gone", next=lost)
    return d.CheckRow(name="key", state="good", text=f"key {public.id} is here")


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
    if now - floor > FAR:
        text = f"{now:%Y-%m-%d %H:%M} UTC, and nothing known here is newer than {floor:%Y-%m-%d}"
        return d.CheckRow(name="clock", state="unknown", text=text, next="look whether the date is right")
    text = f"{now:%Y-%m-%d %H:%M} UTC, which is not before what was made on this machine; nobody was asked"
    return d.CheckRow(name="clock", state="good", text=text)


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


def _stamps(services: Services, *, online: bool) -> list[d.CheckRow]:
    try:
        return list(_authorities(services, online=online))
    except CANNOT_READ as problem:
        return [_broken("time-stamps", problem)]


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


def completion_document(shell: str, script: str) -> d.CompletionDocument:
    """The script as a document."""
    return d.CompletionDocument(
        generated_at=system_clock(), tool_version=__version__, shell=shell, script=script
    )
