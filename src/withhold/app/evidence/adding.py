"""Taking in what the person captured in their own browser: their word, with a file beside it.

A screenshot or saved page is attested, never observed: nobody but the person saw it made. The setting it
shows counts only where the person says so and the instant is known; the file alone claims nothing.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from withhold.app.accounts import account_named, provider_of, training_control
from withhold.app.bootstrap import Services
from withhold.app.dates import parse_when
from withhold.app.evidence.checking import list_evidence
from withhold.controls.capturing.markup import Markup, masked_title
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.parsing import parse_html
from withhold.controls.capturing.plan import Plan, learn, plan
from withhold.controls.capturing.shown import Shown, called, switches_in
from withhold.controls.capturing.styles import masked_style
from withhold.evidence.web import opening
from withhold.evidence.web.kinds import Kind, kind_of
from withhold.evidence.web.mhtml import write_mhtml
from withhold.model.account import Account, SettingEvidence
from withhold.model.evidence import Artifact, Draft, Json
from withhold.model.terms import Control
from withhold.model.web import PagePart
from withhold.model.words import Known, Setting
from withhold.report import documents as d
from withhold.support.errors import NothingRead, UsageProblem

_PERSONAL = (
    "The file is kept byte for byte. It may show your name, your address and titles of chats to whoever you"
    " hand it to; for saved pages --mask keeps a masked copy instead."
)
_READERS: dict[str, Callable[[bytes], opening.Opened]] = {
    "page": opening.open_html,
    "saved page": opening.open_mhtml,
    "archive": opening.open_wacz,
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file as taken in: ``made`` is the plan of its page, where it holds one."""

    kind: Kind
    data: bytes
    opened: opening.Opened
    made: Plan | None
    shown: tuple[Shown, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says by its text. ``states`` holds one entry for each switch with a name of the control."""

    kind: str
    url: str | None
    saved_at: datetime | None
    readable: bool
    """Whether there was text to read; a picture has none."""
    states: tuple[bool | None, ...]


def told_by(path: Path, control: Control) -> Told:
    """What ``path`` says of ``control``. Stores nothing; raises ``NothingRead`` for no proof."""
    file = _read(path, control, Masker())
    opened = file.opened
    states = tuple(one.on for one in file.shown)
    return Told(file.kind.name, opened.url, opened.saved_at, opened.html is not None, states)


def add_evidence(
    services: Services,
    path: Path,
    *,
    account: str,
    control: str | None = None,
    setting: str | None = None,
    at: str | None = None,
    mask: bool = False,
) -> d.EvidenceListDocument:
    """Put ``path`` on record for ``account`` as the person's word. Returns the record.

    ``at`` is when it was made, by default what the file says. With ``setting`` (``sharing`` or ``private``)
    the person says what it shows at that instant, and it counts in the account's timeline as attested.
    ``mask`` stores a masked copy instead of the file. Raises ``NothingRead`` for a file that is none of the
    kinds taken in or is broken, ``UsageProblem`` where an instant is needed and none is known.
    """
    owner = account_named(services, account)
    meant = _control(services, owner, control)
    masker = Masker([("e-mail" if "@" in owner.label else "name", owner.label)])
    file = _read(path, meant, masker)
    when = _when(services, at, file.opened.saved_at, needed=setting is not None)
    artifact = Artifact(f"capture.{file.kind.ending}", file.kind.media_type, _stored(file, masker, mask=mask))
    body = _body(file, owner, meant, setting, when, masker, masked=mask)
    record = services.journal.append(
        Draft(type="attestation.capture", at=services.clock(), body=body, artifacts=(artifact,))
    )
    if setting is not None and when is not None:
        services.store.add_setting_evidence(
            owner.id,
            SettingEvidence(
                id=uuid.uuid4().hex[:12],
                control_id=meant.id,
                begins=when,
                ends=when,
                setting=Setting(setting),
                known=Known.ATTESTED,
                record=record.id,
            ),
        )
    if not mask:
        services.progress.step(_PERSONAL)
    _tell_doubts(services, file, setting, meant)
    listed = list_evidence(services)
    return msgspec.structs.replace(listed, records=tuple(r for r in listed.records if r.id == record.id))


def _control(services: Services, owner: Account, wanted: str | None) -> Control:
    provider = provider_of(services, owner.provider_id)
    if wanted is None:
        return training_control(provider)
    found = next((c for c in provider.controls if c.id == wanted), None)
    if found is None:
        known = ", ".join(c.id for c in provider.controls)
        raise UsageProblem(
            f"{provider.name} has no control {wanted!r} in its pack", next_step=f"one of: {known}"
        )
    return found


def _read(path: Path, control: Control, masker: Masker) -> _File:
    try:
        if path.stat().st_size > opening.LARGEST_FILE:
            raise ValueError(f"it is larger than {opening.LARGEST_FILE // 1_000_000} MB")
        data = path.read_bytes()
        kind = kind_of(data)
        if kind is None:
            raise ValueError("it is no picture, PDF, saved page or web archive")
        opened = _READERS.get(kind.name, _unopened)(data)
    except OSError as problem:
        raise NothingRead(f"{path} could not be read: {problem.strerror}") from problem
    except ValueError as problem:
        kinds = "taken in are PNG, JPEG, WebP, PDF, HTML, MHTML, WACZ and WARC"
        raise NothingRead(f"{path.name}: {problem}", next_step=kinds) from problem
    if opened.html is None:
        return _File(kind, data, opened, None, (), 0)
    document = parse_html(opened.html, opened.url or "")
    shown = list(switches_in(document))
    own = called(shown, [control.name, *(label.text for label in control.labels)])
    made = plan(document, own[0].element if own else None, whole=False, public=(control.name,))
    learn(made, masker, [one.label for one in own])
    return _File(kind, data, opened, made, tuple(own), len(shown) - len(own))


def _unopened(data: bytes) -> opening.Opened:
    if data.startswith((b"WARC/", b"\x1f\x8b")):
        exchanges = list(opening.read_warc(data))
        if not exchanges:
            raise ValueError("the archive holds no answer of a server")
        return opening.Opened(url=exchanges[0].url, saved_at=exchanges[0].at)
    return opening.Opened(notes=("nothing in the file says where and when it was made",))


def _when(services: Services, at: str | None, saved: datetime | None, *, needed: bool) -> datetime | None:
    """The instant of the capture: the person's, or the file's own where it fits what the person said."""
    said = None if at is None else parse_when(at)
    if said is not None and said.exact:
        when: datetime | None = said.earliest
    elif said is not None:
        when = saved if saved is not None and said.earliest <= saved <= said.latest else None
    else:
        when = saved
    if when is not None and when > services.clock():
        raise UsageProblem(
            f"{when:%Y-%m-%d %H:%M} lies ahead", next_step="give the time of the capture with --at"
        )
    if when is None and needed:
        raise UsageProblem(
            "a look shows one instant, and it is not known which",
            next_step="give it with a zone: --at 2025-10-01T09:30:00+02:00",
        )
    return when


def _stored(file: _File, masker: Masker, *, mask: bool) -> bytes:
    if not mask:
        return file.data
    if file.kind.name == "archive":
        return _masked_wacz(file, masker)
    if file.made is None:
        raise UsageProblem(
            f"a file of type {file.kind.media_type} cannot be masked here",
            next_step="paint over it yourself, and add that file",
        )
    where = f"capture.{file.kind.ending}"
    page = (
        Markup(file.made, masker, where, fetches=file.kind.name != "page").page().encode("utf-8", "replace")
    )
    if file.kind.name == "page":
        return page
    styles = [
        PagePart(
            part.location if part.location.startswith("cid:") else masker.url(part.location, where),
            part.media_type,
            masked_style(part.data.decode("utf-8", "replace"), masker, where).encode(),
        )
        for part in opening.parts_of(file.data)
        if part.media_type == "text/css"
    ]
    url = masker.url(file.opened.url or "about:blank", where)
    title = masked_title(file.opened.title or "", file.made, masker, where)
    at = file.opened.saved_at or datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return write_mhtml([PagePart(url, "text/html", page), *styles], title=title, at=at)


def _masked_wacz(file: _File, masker: Masker) -> bytes:
    from withhold.controls.capturing.bodies import masked_archive
    from withhold.evidence.web.wacz import write_wacz
    from withhold.model.web import ArchivedPage

    region = file.made.region if file.made else None
    public = [text.text for text in region.texts()] if region else []
    exchanges = masked_archive(opening.wacz_exchanges(file.data), masker, "capture.wacz", public)
    if not exchanges:
        raise UsageProblem(
            "the archive holds nothing that can be kept masked", next_step="add it without --mask"
        )
    first = next(
        (e for e in exchanges if e.url == masker.url(file.opened.url or "", "capture.wacz")), exchanges[0]
    )
    pages = [ArchivedPage(first.url, "", first.at)]
    return write_wacz(exchanges, pages, software="withhold, a masked copy of the person's own archive")


def _body(
    file: _File,
    owner: Account,
    control: Control,
    setting: str | None,
    when: datetime | None,
    masker: Masker,
    *,
    masked: bool,
) -> dict[str, Json]:
    opened = file.opened
    title = opened.title or (file.made.document.title if file.made else "")
    shown_title = masked_title(title, file.made, masker, "record") if file.made and title else None
    return {
        "account": owner.id,
        "provider": owner.provider_id,
        "known": Known.ATTESTED.value,
        "control": control.id,
        "setting": setting,
        "at": _text(when),
        "kind": file.kind.name,
        "pixels": list(file.kind.pixels) if file.kind.pixels else None,
        "masked_copy": masked,
        "file_says": {
            "url": masker.url(opened.url, "record") if opened.url else None,
            "title": shown_title,
            "saved_at": _text(opened.saved_at),
            "made_by": masker.text(opened.made_by, "record") if opened.made_by else None,
        },
        "controls_in_file": [
            {"label": masker.text(one.label, "record"), "state": _state(one.on)} for one in file.shown
        ],
        "other_controls_in_file": file.others,
        "notes": [masker.text(note, "record") for note in opened.notes],
        "masks": masker.masks(),
    }


def _tell_doubts(services: Services, file: _File, setting: str | None, control: Control) -> None:
    """Say where the file does not say what the person says; both stay on record."""
    if setting is None:
        services.progress.step("Kept as a record. It says nothing of the setting: add --setting for that.")
    elif file.made is not None and not file.shown:
        services.progress.step(
            f"In the file no switch called {control.name!r} was found; your word stands alone."
        )
    for note in file.opened.notes:
        services.progress.step(f"Note: {note}")


def _state(on: bool | None) -> str:
    return "unknown" if on is None else "on" if on else "off"


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
