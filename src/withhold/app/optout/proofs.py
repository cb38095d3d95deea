"""The file a person brings as proof: its path as a terminal hands it over, and what it shows of a control."""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from withhold.app.evidence.adding import Told, told_by
from withhold.model.terms import Control, Provider
from withhold.model.words import Polarity, Setting

_POWERSHELL = re.compile(r"^&\s+(?=['\"])")


@dataclass(frozen=True, slots=True)
class Proof:
    """A file and what it shows. ``setting`` is ``None`` where the file leaves that to the person's word.

    ``made`` is when it was made as far as the file tells. ``against`` says why it can be no proof of this
    control at all; then the person's word beside it counts for nothing either.
    """

    path: Path
    kind: str
    setting: Setting | None
    made: datetime | None
    against: str | None


def dropped_path(text: str, *, windows: bool) -> Path:
    """The file meant by what was typed, pasted, or dragged into a terminal.

    Terminals quote a dragged file, escape its spaces, or give a ``file:`` address; PowerShell puts ``&``
    before it. A backslash is part of a Windows path and an escape anywhere else.
    """
    line = _POWERSHELL.sub("", text.strip())
    if line.casefold().startswith("file:"):
        parts = urlsplit(line)
        return Path(url2pathname(parts.path) if windows else unquote(parts.path))
    if windows:
        return Path(line.strip("\"'")).expanduser()
    if Path(line).exists():
        return Path(line)
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    return Path(words[0] if len(words) == 1 else line).expanduser()


def proof_of(path: Path, provider: Provider, control: Control, *, since: datetime) -> Proof:
    """What ``path`` shows of ``control``.

    A file that does not say when it was made has the time of the file itself, but only where that lies
    after ``since``: an older one may have been copied. Raises ``NothingRead`` for what is no proof at all.
    """
    told = told_by(path, control)
    made = told.saved_at or _file_time(path, since)
    return Proof(path, told.kind, _setting(told, control), made, _against(told, provider, control))


def _file_time(path: Path, since: datetime) -> datetime | None:
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return at if at >= since else None


def _against(told: Told, provider: Provider, control: Control) -> str | None:
    from withhold.controls.stance import is_page_of

    if told.url is not None and not is_page_of(provider, told.url):
        return f"it is not a page of {provider.name}"
    if control.polarity is Polarity.CHOICE_LIST:
        return None  # its choices have names of their own, so nothing called like the control need be there
    if told.readable and not told.states:
        return f"no switch called {control.name!r} is in its text"
    if len(told.states) > 1:
        return f"{len(told.states)} switches called {control.name!r} are in it"
    return None


def _setting(told: Told, control: Control) -> Setting | None:
    """By its one switch. What several, or one of unknown polarity, decide cannot be read off."""
    if len(told.states) != 1 or told.states[0] is None:
        return None
    on = {Polarity.ON_TRAINS: Setting.SHARING, Polarity.ON_PRIVATE: Setting.PRIVATE}.get(control.polarity)
    if on is None:
        return None
    off = Setting.PRIVATE if on is Setting.SHARING else Setting.SHARING
    return on if told.states[0] else off
