"""Pages from templates, every text escaped, in the language of the session."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from withhold.support import messages
from withhold.support.messages import _, ngettext
from withhold.web.sessions import Flash, Gate, session_of


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates in which every text is escaped, and a missing one is an error."""
    made = Environment(
        loader=PackageLoader("withhold.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(day=_day, minute=_minute, number=_number, word=word, bytes=_bytes, sort_of=sort_of)
    made.filters["spoken"] = messages.spoken
    return made


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page with what all of them show; a message of the last request is shown once."""
    session = session_of(request)
    text = (
        environment()
        .get_template(template)
        .render(
            base=gate_of(request).base,
            here=request.url.path,
            language=session.language,
            languages=[(code, _NAMES.get(code, code)) for code in messages.languages()],
            flash=session.take_flash(),
            values=session.take_values(),
            home=str(request.app.state.desk.home),
            **shown,
        )
    )
    return HTMLResponse(text, status)


def go(request: Request, path: str, flash: Flash | None = None) -> RedirectResponse:
    """After a form was sent: on to a page that can be reloaded, which says what came of it."""
    session_of(request).flash = flash
    return RedirectResponse(gate_of(request).base + path, 303)


def gate_of(request: Request) -> Gate:
    """The gate of this application."""
    gate: Gate = request.app.state.gate
    return gate


_NAMES = {"en": "English", "de": "Deutsch"}


def word(value: str) -> str:
    """A word of the documents in the language in use."""
    return {
        "sharing": _("Sharing"),
        "private": _("Private"),
        "unknown": _("Not known"),
        "exposed": _("Exposed"),
        "not_exposed": _("Not exposed"),
        "eligible": _("May be used"),
        "not_eligible": _("Not to be used"),
        "observed": _("seen by this program"),
        "attested": _("your word"),
        "inferred": _("worked out from files"),
        "assumed": _("a default"),
        "no_training": _("no training"),
        "setting_decides": _("the setting decides"),
        "no_refusal": _("training, no refusal"),
        "open": _("open to training"),
        "not_open": _("not open to training"),
        "terms": _("Terms"),
        "setting": _("Setting"),
        "new message": _("A new message"),
        "stamped": _("time-stamped"),
        "by_one": _("time-stamped by one authority"),
        "unstamped": _("no time-stamp"),
        "chat": _("chat"),
        "coding": _("coding session"),
    }.get(value, value.replace("_", " "))


def sort_of(kind: str) -> str:
    """The type of a record in words; one that has none here, as it is written."""
    return {
        "control.optout": _("A setting was changed and read back"),
        "control.check": _("A setting was read"),
        "attestation.setting": _("Your word on a setting"),
        "attestation.plan": _("Your word on the plan"),
        "attestation.acceptance": _("Your word on accepting terms"),
        "attestation.deletion": _("Your word on a deletion"),
        "attestation.feedback": _("Your word on feedback"),
        "attestation.capture": _("A file that you brought"),
        "watch.run": _("A run of the watch"),
        "terms.version": _("A page of terms, as it was sent"),
        "terms.change": _("Words of a page of terms changed"),
        "letter.written": _("A letter was drafted"),
        "letter.sent": _("Your word that a letter was sent"),
        "letter.extended": _("Your word that the provider takes more time"),
        "letter.answered": _("An answer that you filed"),
        "purge.attested": _("Your word on a deletion"),
        "purge.deleted": _("A conversation was deleted in the provider's page"),
        "purge.requested": _("A deletion was asked for in the provider's page"),
        "purge.stopped": _("Deleting stopped at a surprise"),
        "purge.local.begun": _("Removing files of this machine was begun"),
        "purge.local": _("Files of this machine were removed"),
        "purge.verify": _("A later export was searched"),
        "account.deletion": _("Your word on deleting an account"),
        "apply.written": _("Settings of this machine were written"),
        "apply.undone": _("Settings of this machine were put back"),
        "packs.updated": _("The packs were updated"),
        "packs.update_undone": _("An update of the packs was undone"),
        "local.egress-proof": _("A sealed model was tried for ways out"),
        "local.unsealed": _("A local model ran without a seal, as you asked"),
        "state.restored": _("The state was restored from a backup"),
        "state.forked": _("An older state was put back: the log forks here"),
        "state.forgotten": _("Something was forgotten"),
    }.get(kind, kind)


def _day(at: datetime | date | None) -> str:
    if at is None:
        return _("unknown")
    return f"{at.astimezone(UTC) if isinstance(at, datetime) else at:%Y-%m-%d}"


def _minute(at: datetime | None) -> str:
    return _("unknown") if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _number(value: int) -> str:
    return f"{value:,}"


def _bytes(size: int) -> str:
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:,.0f} kB" if size < 1 << 20 else f"{size / (1 << 20):,.1f} MB"
