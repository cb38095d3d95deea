"""Shared pieces of the terminal output. Colour only underlines what the words already say."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from withhold.support.messages import SOURCE, _, language, spoken, spoken_phrase

STYLES = {
    "exposed": "red",
    "eligible": "red",
    "failed": "bold red",
    "not_persisted": "bold red",
    "sharing": "red",
    "unknown": "yellow",
    "not_exposed": "green",
    "not_eligible": "green",
    "private": "green",
    "verified": "green",
    "changed": "green",
    "already_private": "green",
}


def word(value: str) -> Text:
    """A verdict word, plain first, coloured where the terminal can."""
    return Text(said(value), style=STYLES.get(value, ""))


def said(value: str) -> str:
    """A word of the documents in the language in use; one that has none there, in English."""
    shown = {
        "exposed": _("exposed"),
        "not_exposed": _("not exposed"),
        "eligible": _("may be used") if language() != SOURCE else "eligible",
        "not_eligible": _("not to be used") if language() != SOURCE else "not eligible",
        "private": _("private"),
        "sharing": _("sharing"),
        "unknown": _("unknown"),
        "observed": _("observed"),
        "attested": _("attested"),
        "inferred": _("inferred"),
        "assumed": _("assumed"),
        "changed": _("changed"),
        "already_private": _("already private"),
        "not_persisted": _("not persisted"),
        "blocked": _("blocked"),
        "no_control": _("no control"),
        "needs_human": _("needs human"),
        "chat": _("chat"),
        "coding": _("coding"),
        "yes": _("yes"),
        "no": _("no"),
    }
    if value in shown or language() == SOURCE:
        return shown.get(value, value.replace("_", " "))
    return _terms().get(value, value.replace("_", " "))


def _terms() -> dict[str, str]:
    """Grounds of keeping, what may hold in spite of a verdict, and how well that is known."""
    return {
        "trains_even_when_off": _("trains even when off"),
        "never_trains": _("never trains"),
        "separate_control": _("has a switch of its own"),
        "excluded_unless_pasted_in": _("left out unless pasted in"),
        "trains_only_if_on": _("trains only if on"),
        "trains_no_control": _("trains, and no switch changes it"),
        "retained_longer": _("kept longer"),
        "setting_not_offered": _("the setting is not offered"),
        "prohibited": _("prohibited"),
        "restricted": _("restricted"),
        "permitted": _("permitted"),
        "training_on": _("training on"),
        "training_off": _("training off"),
        "after_chat_deletion": _("after deletion of the chat"),
        "after_account_deletion": _("after deletion of the account"),
        "flagged_content": _("flagged content"),
        "flagged_scores": _("flagged scores"),
        "feedback": _("feedback"),
        "human_reviewed": _("reviewed by people"),
        "temporary_chats": _("temporary chats"),
        "local_copies": _("local copies"),
        "safety_flagged": _("safety flagged"),
        "human_review": _("review by people"),
        "connector_content": _("connector content"),
        "voice_audio": _("voice and audio"),
        "video_images": _("video and images"),
        "uploads": _("uploads"),
        "temporary_chat": _("temporary chat"),
        "shared_link": _("shared link"),
        "memory": _("memory"),
        "signed_out": _("signed out"),
        "deleted_chat": _("deleted chat"),
        "opt_in_programme": _("opt-in programme"),
        "health_data": _("health data"),
        "minors": _("minors"),
        "region": _("region"),
        "other_product": _("other product"),
        "imported_chats": _("imported chats"),
        "beta_or_free_models": _("beta or free models"),
        "third_party_provider": _("third-party provider"),
        "aggregated_data": _("aggregated data"),
        "work_email_domain": _("work e-mail domain"),
        "documented-by-provider": _("documented by the provider"),
        "reported-by-press": _("reported by the press"),
        "uncertain": _("uncertain"),
    }


def day(instant: datetime | None) -> str:
    """A date in UTC, or ``unknown``."""
    return said("unknown") if instant is None else f"{instant:%Y-%m-%d}"


def minute(instant: datetime | None) -> str:
    return said("unknown") if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"


class Speaking(Console):
    """A terminal that says what it is given in the language in use, part of a style by part."""

    def print(self, *objects: Any, **how: Any) -> None:
        super().print(*(_in_language(one, spoken) for one in objects), **how)


class _Grid(Table):
    """A table in the language in use. A cell that is one word is data and stays."""

    def add_column(self, header: RenderableType = "", *rest: Any, **how: Any) -> None:
        super().add_column(_in_language(header, spoken), *rest, **how)

    def add_row(self, *cells: RenderableType | None, **how: Any) -> None:
        super().add_row(*(_in_language(cell, spoken_phrase) for cell in cells), **how)


def _in_language(shown: Any, say: Callable[[str], str]) -> Any:
    if language() == SOURCE or not isinstance(shown, str | Text):
        return shown
    if isinstance(shown, str):
        return say(shown)
    cuts = sorted({at for span in shown.spans for at in (span.start, span.end)})
    parts = shown.divide(cuts)
    return Text.assemble(*((say(p.plain), p.spans[0].style if p.spans else p.style) for p in parts))


def grid(*headers: str) -> Table:
    """A table without frames that keeps within the terminal."""
    table = _Grid(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def bullets(console: Console, lines: Iterable[str], indent: str = "  ") -> None:
    """Wrapped lines with a hanging indent."""
    for line in lines:
        rows = grid()
        rows.show_header = False
        rows.add_column(width=len(indent) + 1)
        rows.add_column(overflow="fold")
        rows.add_row(Text(f"{indent}-"), Text(line))
        console.print(rows)


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
