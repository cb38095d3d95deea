"""Random people at the lab: accounts, plans, flips, resumes, feedback, deletions, and exports now and then.

Told in chunks by seed, so that memory stays bounded however many there are. Instants are whole milliseconds
apart, which is what transcripts show; nothing happens twice at one instant.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.policy.histories import BINDING, COMMERCIAL, CONSUMER, FIRST, OFFERED
from withhold.lab.core import Lab
from withhold.lab.errors import LabRefusal
from withhold.lab.export import export_name, export_transcripts, export_zip
from withhold.lab.runs import causes_at

MILLI = timedelta(milliseconds=1)
HORIZON = timedelta(days=3 * 365)
"""Shorter than the shortest end of retention that could clear an eligibility."""
EVENTS = 2.6
"""Things that happen for each conversation."""
CONVERSATIONS_EACH = 25
EDGES = tuple(edge + step for edge in (OFFERED, BINDING) for step in (-MILLI, timedelta(0), MILLI))


@dataclass(frozen=True)
class Written:
    """A file or folder that a person got. ``account`` is whose it is; ``names`` says whether it tells."""

    path: Path
    account: str
    at: datetime
    names: bool


@dataclass
class People:
    """A lab at its present, the files that its people have, and what really happened."""

    random: Random
    folder: Path
    lab: Lab
    partial: float = 0.3
    """How many of the exports lack some chats."""
    written: list[Written] = field(default_factory=list)
    shared: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))
    """For each conversation the instants of messages that shared it."""
    ever: dict[str, frozenset[str]] = field(default_factory=dict)
    """For each conversation every cause for which some run would have taken it."""

    def live(self, conversations: int) -> None:
        """Let things happen until there are so many conversations, then everyone gets an export of now."""
        events = conversations * EVENTS
        for number in range(max(1, conversations // CONVERSATIONS_EACH)):
            self._sign_up(self.lab.now + MILLI if number else None)
        while len(self.lab.conversations) < conversations:
            at = self._next(HORIZON / events)
            try:
                self.random.choices(ACTS, WEIGHTS)[0](self, at)
            except LabRefusal:
                self.lab.advance(max(at, self.lab.now))
        self.lab.advance(self.lab.now + MILLI)
        for account in self.lab.accounts:
            self._write(account, packed=True)
            self._write_transcripts(account)

    def run(self, name: str) -> None:
        """A training run now: it takes nothing that we would not say it could take."""
        run = self.lab.run_training(name, self.lab.now + MILLI)
        assert all(item.causes <= self.ever[c] for c, item in run.items.items())

    def _next(self, pace: timedelta) -> datetime:
        now = self.lab.now
        ahead = [edge for edge in EDGES if now < edge < now + 60 * pace]
        if ahead and self.random.random() < 0.3:
            return ahead[0]
        step = MILLI * max(1, round(self.random.expovariate(1) * pace / MILLI))
        return now + (MILLI if self.random.random() < 0.1 else step)

    def _look(self, conversation: str) -> None:
        found = self.lab.conversations[conversation]
        causes = causes_at(found, self.lab.account(found.account).setting, self.lab.now, self.lab.terms.keep)
        self.ever[conversation] = self.ever.get(conversation, frozenset()) | causes
        if found.last_shared is not None:
            self.shared[conversation].add(found.last_shared)

    def _account(self) -> str:
        return self.random.choice(list(self.lab.accounts))

    def _conversation(self) -> str:
        """One of those that were touched last, or any: people resume old chats too."""
        there = list(self.lab.conversations) or ["none"]
        return self.random.choice(there[-20:] if self.random.random() < 0.5 else there)

    def _tier(self) -> str:
        return self.random.choice(CONSUMER if self.random.random() < 0.75 else COMMERCIAL)

    def _sign_up(self, at: datetime | None) -> None:
        self.lab.create_account(self._tier(), at, sharing=self.random.random() < 0.6)

    def _accept(self, at: datetime) -> None:
        self.lab.accept_terms(self._account(), self.random.random() < 0.6, at)

    def _switch(self, at: datetime) -> None:
        self.lab.set_setting(self._account(), self.random.random() < 0.5, at)

    def _start(self, at: datetime) -> None:
        account, kind = self._account(), self.random.choice(("chat", "chat", "coding"))
        if self.lab.must_accept(account, at):
            self.lab.accept_terms(account, self.random.random() < 0.5, at)
            at += MILLI
        hidden = kind == "chat" and self.random.random() < 0.1
        self._look(self.lab.start_conversation(account, kind, at, incognito=hidden, text="a"))

    def _send(self, at: datetime) -> None:
        conversation = self._conversation()
        self.lab.send(conversation, at, "b")
        self._look(conversation)

    def _rate(self, at: datetime) -> None:
        conversation = self._conversation()
        self.lab.give_feedback(conversation, at)
        self._look(conversation)

    def _flag(self, at: datetime) -> None:
        conversation = self._conversation()
        self.lab.flag_safety(conversation, at)
        self._look(conversation)

    def _delete(self, at: datetime) -> None:
        self.lab.delete(self._conversation(), at)

    def _move(self, at: datetime) -> None:
        self.lab.change_tier(self._account(), self._tier(), at)

    def _update(self, at: datetime) -> None:
        self.lab.publish_terms_update(at, flip=self.random.random() < 0.5)

    def _train(self, at: datetime) -> None:
        self.lab.advance(at)
        self.run(f"run {len(self.lab.runs)}")

    def _export(self, at: datetime) -> None:
        """An export as a ZIP or unpacked, whole or with some chats missing; or the transcripts."""
        self.lab.advance(at)
        account = self._account()
        if self.random.random() < 0.3:
            self._write_transcripts(account)
        else:
            self._write(
                account, packed=self.random.random() < 0.6, partial=self.random.random() < self.partial
            )

    def _write(self, account: str, *, packed: bool, partial: bool = False) -> None:
        data = export_zip(self.lab, account)
        if partial:
            data = self._without_some(data)
        folder = self._folder()
        path = folder / export_name(self.lab, account)
        if packed:
            path.write_bytes(data)
        else:
            path = path.with_suffix("")
            with ZipFile(BytesIO(data)) as archive:
                archive.extractall(path)
        self._put(Written(path, account, self.lab.now, names=True))

    def _without_some(self, data: bytes) -> bytes:
        """The same export with about half of its chats, its parts dated by the lab's clock too."""
        lean = BytesIO()
        with ZipFile(BytesIO(data)) as whole, ZipFile(lean, "w", ZIP_DEFLATED) as archive:
            for info in whole.infolist():
                content = json.loads(whole.read(info))
                if info.filename == "conversations.json":
                    content = [chat for chat in content if self.random.random() < 0.5]
                archive.writestr(ZipInfo(info.filename, info.date_time), json.dumps(content))
        return lean.getvalue()

    def _write_transcripts(self, account: str) -> None:
        folder = self._folder()
        if export_transcripts(self.lab, account, folder):
            self._put(Written(folder, account, self.lab.now, names=False))

    def _put(self, written: Written) -> None:
        """A file's own time is that of the lab: it may tell when the export was made."""
        for path in (written.path, *written.path.rglob("*")):
            os.utime(path, (written.at.timestamp(), written.at.timestamp()))
        self.written.append(written)

    def _folder(self) -> Path:
        folder = self.folder / f"{len(list(self.folder.iterdir())):04}"
        folder.mkdir()
        return folder


ACTS: tuple[Callable[[People, datetime], None], ...] = (
    People._start, People._send, People._accept, People._switch, People._rate, People._delete, People._flag,
    People._move, People._update, People._train, People._export,
)  # fmt: skip
WEIGHTS = (40, 45, 8, 8, 3, 3, 2, 3, 0.3, 0.3, 4)


def people(seed: int, chunk: int, conversations: int, folder: Path, *, partial: float = 0.3) -> People:
    """The same people for the same numbers, every time. Their files lie in ``folder``."""
    folder.mkdir(parents=True)
    random = Random(f"proof/{seed}/{chunk}")
    start = FIRST + timedelta(days=random.randint(0, 60))
    found = People(random, folder, Lab(start, seed=random.randint(0, 2**31)), partial)
    found.live(conversations)
    return found
