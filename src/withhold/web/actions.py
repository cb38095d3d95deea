"""What can be done: each form runs the use case of a command, named in its docstring."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from withhold.support import messages
from withhold.support.messages import _, ngettext
from withhold.web.render import go
from withhold.web.running import done
from withhold.web.sessions import Flash, session_of

SHOWN = 8


@done("/evidence")
def check_evidence(services: Any, fields: dict[str, str]) -> Flash:  # noqa: ARG001 - asks for nothing
    """``withhold evidence fsck``."""
    from withhold.app.evidence.checking import check_store

    found = check_store(services)
    counts = _(
        "%(records)s records and %(files)s captures were read again, from the first byte to the last."
    ) % {
        "records": f"{found.records:,}",
        "files": f"{found.artifacts:,}",
    }
    claims = _("%(verified)s claims hold, %(failed)s do not, %(open)s cannot be checked here.") % {
        "verified": f"{found.verified:,}",
        "failed": f"{found.failed:,}",
        "open": f"{found.not_checkable:,}",
    }
    if found.sound:
        return Flash("good", _("Nothing speaks against the evidence."), (counts, claims, *found.notes))
    wrong = tuple(f"{p.record[:12]} {p.claim}: {p.why}" for p in found.problems[:SHOWN])
    return Flash("bad", _("The evidence does not verify."), (counts, claims, *wrong, *found.notes))


@done("/")
def give_word(services: Any, fields: dict[str, str]) -> Flash:
    """``withhold account setting``."""
    from withhold.app.accounts import attest_setting

    attest_setting(
        services,
        fields.get("account", ""),
        _position(fields),
        begins=fields.get("begins", ""),
        ends=fields.get("ends") or None,
        control_id=fields.get("control") or None,
    )
    return Flash("good", _("Your word is on record."), (_("It counts as your word: nothing was seen here."),))


@done("/add")
def import_path(services: Any, fields: dict[str, str]) -> Flash:
    """``withhold import``."""
    from withhold.app.imports.importing import import_paths

    read = import_paths(services, [_path(fields)], account=fields.get("account") or None)
    lines = []
    for source in read.sources:
        what = ngettext("%(count)s conversation", "%(count)s conversations", source.conversations) % {
            "count": f"{source.conversations:,}"
        }
        new = _("%(count)s of them new") % {"count": f"{source.new_conversations:,}"}
        lines.append(f"{source.path} ({source.format}): {what}, {new}")
        lines += source.warnings
        if source.unrecognised:
            lines.append(_("Not recognised: %(count)s parts") % {"count": f"{len(source.unrecognised):,}"})
    odd = any(source.unrecognised for source in read.sources)
    return Flash("note" if odd else "good", _("The files were read."), tuple(lines))


@done("/")
def add_account(services: Any, fields: dict[str, str]) -> Flash:
    """``withhold account add``."""
    from withhold.app import accounts

    accounts.add_account(
        services,
        fields.get("provider", ""),
        fields.get("label", ""),
        region=fields.get("region") or None,
        tier=fields.get("tier") or None,
        tier_from=fields.get("tier_from") or None,
        accepted=fields.get("accepted") or None,
    )
    return Flash("good", _("The account is known now."))


@done("/")
def bring_proof(services: Any, fields: dict[str, str]) -> Flash:
    """``withhold evidence add``: a screenshot or saved page, with the person's word on what it shows."""
    from withhold.app.evidence.adding import add_evidence

    add_evidence(
        services,
        _path(fields),
        account=fields.get("account", ""),
        control=fields.get("control") or None,
        setting=_position(fields) if fields.get("position") else None,
        at=fields.get("at") or None,
    )
    return Flash("good", _("The file is on record."), (_("It counts as your word: nothing was seen here."),))


async def language(request: Request) -> Response:
    """Speak another language to this browser."""
    form = await request.form(max_files=0, max_fields=4)
    session_of(request).language = messages.best_of([str(form.get("language", ""))])
    return go(request, "/")


def _path(fields: dict[str, str]) -> Path:
    """A path as people paste it: with quotes around it, or with a tilde."""
    from withhold.support.errors import UsageProblem

    typed = fields.get("path", "").strip("\"'")
    if not typed:
        raise UsageProblem(_("no path was given"), next_step=_("paste the full path of a file or folder"))
    return Path(typed).expanduser()


def _position(fields: dict[str, str]) -> str:
    from withhold.support.errors import UsageProblem

    position = fields.get("position", "")
    if position not in ("private", "sharing"):
        raise UsageProblem(_("say where the setting stood: private or sharing"))
    return position


routes = [
    Route("/evidence/check", check_evidence, methods=["POST"]),
    Route("/word", give_word, methods=["POST"]),
    Route("/import", import_path, methods=["POST"]),
    Route("/account", add_account, methods=["POST"]),
    Route("/proof", bring_proof, methods=["POST"]),
    Route("/language", language, methods=["POST"]),
]
