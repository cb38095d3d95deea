"""Deleting a chosen set in a browser of ours, where the stance allows it.

For each conversation: it is shown -> the page asks about exactly it -> ``intended`` is put down -> one press
-> a fresh load -> a record -> ``deleted`` is put down, in the set and in the ledger at once. Cut off before
``intended``, nothing was done. Cut off after it, the next run looks before it acts: gone is gone (since it
was intended), and shown means that the press did not come through. At the first surprise everything stops.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.evidence.stamping import begin_session
from withhold.app.optout.browsing import page_of
from withhold.app.purge.desk import Desk, alone, open_items, resumed, still_open
from withhold.app.purge.run import finished, put_deleted
from withhold.app.purge.telling import document
from withhold.model.evidence import Draft, Json
from withhold.model.when import When
from withhold.model.words import Known
from withhold.report import documents as d
from withhold.store.purges import PurgeItem
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage
    from withhold.controls.deletion.acting import Deed, Looked
    from withhold.controls.deletion.ways import DeletionWay

WITNESSES = 3
"""How many conversations are tried to see that the right person is signed in."""


def require_way(services: Services, desk_provider: str, url: str) -> "DeletionWay":
    """The way in which this provider's page deletes, where acting there is allowed.

    Raises ``RefusedByStance`` where the terms do not permit it (there is no override: what is deleted does
    not come back), ``UsageProblem`` where nobody has written the way down or the page is not the provider's.
    """
    from withhold.controls.deletion.ways import way_of
    from withhold.controls.stance import is_page_of, require_assist

    provider = services.packs[desk_provider]
    require_assist(provider, url, override=False)
    way = way_of(provider.id)
    if way is None or not is_page_of(provider, url):
        raise UsageProblem(
            f"how {provider.name}'s page deletes is not written down"
            if way is None
            else f"{url} is not a page of {provider.name}",
            next_step="withhold purge run ID..., which guides you and leaves every click to you",
        )
    return way


def assisted(
    services: Services,
    desk: Desk,
    *,
    url: str,
    profile: Path | None = None,
    headless: bool = False,
    opened: "OpenPage | None" = None,
) -> d.PurgeRunDocument:
    """Go on with the set. ``opened`` is a page that is open already. Ctrl-C leaves it as far as it came."""
    way = require_way(services, desk.provider.id, url)
    services.journal.mend()  # a journal that cannot be written to stops the act before it begins
    begin_session(services)
    with alone(services), page_of(services, profile, headless=headless, opened=opened) as page:
        why = _Run(services, resumed(services, desk.purge.id), page, url, way).go_on()
    desk = resumed(services, desk.purge.id)
    return finished(services, desk) if why is None else document(services, desk, "stopped", why)


class _Run:
    def __init__(
        self, services: Services, desk: Desk, opened: "OpenPage", url: str, way: "DeletionWay"
    ) -> None:
        self._services, self._desk, self._page = services, desk, opened.page
        self._browser, self._url, self._way = opened.browser, url, way

    def go_on(self) -> str | None:
        """Deal with what is open; why it stopped, or ``None``."""
        items = open_items(self._desk.purge)
        for number, item in enumerate(items, 1):
            self._services.progress.advance(number, len(items), "conversations")
            now = still_open(self._services, item)
            why = None if now is None else self._one(now)
            if why is not None:
                self._record("purge.stopped", item, {"why": why})
                return f"{item.source_id}: {why}"
        return None

    def _one(self, item: PurgeItem) -> str | None:
        if item.state == "chosen":
            return self._delete(item)
        return self._look_after(item)

    def _look_after(self, item: PurgeItem) -> str | None:
        """What became of one whose press may have been made, or was made, in an earlier run."""
        from withhold.controls.deletion.acting import Seen, look

        if not self._right_person(item):
            return "no conversation of this account is shown, so nothing tells that its owner is signed in"
        seen = look(self._page, self._url, self._way, item.source_id)
        if seen.seen is Seen.ABSENT:
            self._deleted(item, self._intended(item), None, seen)
            return None
        if seen.seen is Seen.UNKNOWN:
            return seen.why
        if item.state == "requested":
            return "it was asked to be deleted, and is still shown; ask the provider, or look again later"
        return self._delete(item)

    def _delete(self, item: PurgeItem) -> str | None:
        from withhold.controls.deletion.acting import Seen, Surprise, delete

        begun: list[datetime] = []

        def about_to() -> None:
            begun.append(self._services.clock())
            with self._services.store.transaction():
                if still_open(self._services, item) is None:
                    raise Surprise("it was left out in the last moment, and nothing was pressed")
                self._put(item, "intended", When.at(begun[0]))

        try:
            deed = delete(self._page, self._url, self._way, item.source_id, about_to)
        except Surprise as surprise:
            return str(surprise)
        after = deed.after
        if after is not None and after.seen is Seen.ABSENT:
            self._deleted(item, begun[0], deed, after)
            return None
        if after is not None and after.seen is Seen.SHOWN:
            self._put(item, "requested", When.at(begun[0]))
            self._record("purge.requested", item, {**_deed(deed), "after": after.why})
            return "it was asked to be deleted, and a fresh load still shows it"
        return "what a fresh load shows cannot be told" if after is None else after.why

    def _deleted(self, item: PurgeItem, since: datetime, deed: "Deed | None", after: "Looked") -> None:
        now = max(self._services.clock(), since)
        body = {**({} if deed is None else _deed(deed)), "after": after.why, "since": _text(since)}
        record = self._record("purge.deleted", item, body)
        put_deleted(self._services, self._desk, item, When(since, now), Known.OBSERVED, record)

    def _intended(self, item: PurgeItem) -> datetime:
        return self._desk.purge.begun if item.gone is None else item.gone.earliest

    def _put(self, item: PurgeItem, state: str, at: When) -> None:
        self._services.store.purges.put(replace(item, state=state, gone=at))

    def _right_person(self, item: PurgeItem) -> bool:
        """Whether a conversation that nobody deleted is shown: only to its owner it is."""
        from withhold.controls.deletion.acting import Seen, look

        for source_id in self._witnesses(item):
            if look(self._page, self._url, self._way, source_id).seen is Seen.SHOWN:
                return True
        return False

    def _witnesses(self, item: PurgeItem) -> list[str]:
        chosen = {i.source_id: i.state for i in self._desk.purge.items}
        first = [s for s, state in chosen.items() if state in ("chosen", "skipped") and s != item.source_id]
        others = (
            s.conversation.source_id
            for s in self._services.store.conversations(self._desk.account.id)
            if s.conversation.kind == "chat"
            and s.conversation.deletion is None
            and s.conversation.source_id not in chosen
        )
        for source_id in others:
            if len(first) >= WITNESSES:
                break
            first.append(source_id)
        return first[:WITNESSES]

    def _record(self, type_: str, item: PurgeItem, more: dict[str, Json]) -> str:
        from urllib.parse import urlsplit

        body: dict[str, Json] = {
            "outcome": type_.partition(".")[2],
            "purge": self._desk.purge.id,
            "account": self._desk.account.id,
            "provider": self._desk.provider.id,
            "pack": self._desk.provider.sha256,
            "conversation": item.conversation,
            "source_id": item.source_id,
            "host": urlsplit(self._url).netloc,
            "browser": self._browser,
            **more,
        }
        missing = (("picture", "a picture of the page would show what was said in the conversation"),)
        at = self._services.clock()
        return self._services.journal.append(Draft(type=type_, at=at, body=body, missing=missing)).id


def _deed(deed: "Deed") -> dict[str, Json]:
    return {
        "pressed": list(deed.pressed),
        "requests": [{"method": method, "status": status} for method, status in deed.requests],
    }


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
