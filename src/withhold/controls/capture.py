"""Everything a run leaves behind: pictures, outlines, the page, the exchange and the site's certificates.

Raw pages and answers are held in memory until the run ends, when all that has to be masked is known; then
they are masked, written and dropped. No HAR and no trace is kept, not even for a moment on disk. Nothing
that fails here changes how the run ends: what is missing is listed with its reason.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from withhold import __version__
from withhold.controls.capturing import chain, scene
from withhold.controls.capturing.dom import Dom
from withhold.controls.capturing.markup import Markup, masked_title
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.network import Call, Network, exchanges, learn_secrets, origin_of
from withhold.controls.capturing.outline import Outline
from withhold.controls.capturing.picture import Photographer, Shots
from withhold.controls.capturing.plan import UI_WORDS, Plan, learn
from withhold.controls.capturing.saved import parts
from withhold.controls.capturing.scene import Scene
from withhold.controls.capturing.tables import WORDS
from withhold.controls.driver import BrowserError, CDPSession
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import normal
from withhold.model.evidence import Artifact, Json
from withhold.model.ports import WebPackager
from withhold.model.web import ArchivedPage

T = TypeVar("T")
PER_STAGE = ("png", "control.png", "aria.yml", "ax.json", "html", "mhtml")
"""Endings of the artifacts of one stage: ``before.png``, ``before.control.png`` ..."""
EXCHANGE, TLS = "exchange.wacz", "tls-chain.pem"
_NAMED = re.compile(r"""(['"])(.+?)\1(?=[\s,.;:)]|$)""")
"""What a step quotes of the page."""
_NO_PACKAGER = "this run was given nothing that writes it"


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """How much of a page is kept, and what is known to be personal.

    ``personal`` are pairs of kind and value (``("name", ...)``, ``("e-mail", ...)``) that are masked
    wherever they stand. ``public`` are texts that stay readable outside the region: names of the pack.
    """

    full_page: bool = False
    personal: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    public: tuple[str, ...] = ()
    packager: WebPackager | None = field(default=None, repr=False)


class Camera:
    """Collects the captures of one run; :meth:`finish` masks and writes what is not a picture."""

    def __init__(self, lens: Lens, options: CaptureOptions | None = None) -> None:
        self._lens = lens
        self._options = options or CaptureOptions()
        self.masker = Masker(self._options.personal)
        self._scenes: dict[str, Scene] = {}
        self._labels: set[str] = set()
        self._chain: tuple[Call, list[bytes], str] | None = None
        self._no_chain = "the certificates could not be read"
        self.artifacts: list[Artifact] = []
        self.missing: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self._network = self._tried("listening to the network", lambda: Network(lens.page))

    def close(self) -> None:
        """Let go of the page."""
        if self._network is not None:
            self._network.close()

    def take(self, stage: str, view: View, control: Node | None) -> None:
        """Take the page down as ``stage``: the section around ``control``, else the window."""
        if control is not None:
            self._labels.add(control.name)
        taken = self._tried(stage, lambda: self._scene(stage, view, control))
        if taken is None:
            self.without(stage, "the page could not be read: see the notes")
            return
        self._scenes[stage] = taken
        self._learn(taken)
        shots = self._tried(f"{stage}.png", lambda: self._photographer(stage, control).take(control))
        self._keep_shots(stage, shots)
        if self._chain is None or self._chain[0] is not chain.decisive(self._calls()):
            self._tried(TLS, self._read_chain)

    def without(self, stage: str, reason: str) -> None:
        """Say that a stage was due and could not be captured."""
        self.missing += [(f"{stage}.{ending}", reason) for ending in PER_STAGE]

    def rename(self, stage: str, new: str) -> None:
        """Give the captures of a stage another name: it turned out to be another one."""
        if stage in self._scenes:
            self._scenes[new] = replace(self._scenes.pop(stage), stage=new)
        self.artifacts = [
            replace(a, name=f"{new}{a.name.removeprefix(stage)}") if a.name.startswith(f"{stage}.") else a
            for a in self.artifacts
        ]
        self.missing = [
            (f"{new}{name.removeprefix(stage)}" if name.startswith(f"{stage}.") else name, why)
            for name, why in self.missing
        ]
        self.notes = [
            f"{new}{note.removeprefix(stage)}" if note.startswith(f"{stage}.") else note
            for note in self.notes
        ]

    def finish(self) -> dict[str, Json]:
        """Mask and write everything, and say what a record says of it. To be called once, at the end."""
        calls = self._calls()
        learn_secrets(calls, self.masker)
        if self._network is not None:
            for kind, value in self._network.cookies():
                self.masker.know_secret(kind, value)
        pages = {stage: self._written(taken) for stage, taken in self._scenes.items()}
        told: dict[str, Json] = {"pages": {stage: page for stage, page in pages.items() if page}}
        told["exchange"] = self._exchange(calls)
        told["tls"] = self._tls(calls)
        told["clock"], why = chain.clock_skew(calls)
        if why:
            self.missing.append(("clock", why))
        return told

    def step(self, told: str) -> str:
        """A step as a record may tell it: a name in it stays if the region or the pack says it, too."""
        known = {normal(text) for text in (*self._labels, *self._region_texts())}

        def named(found: re.Match[str]) -> str:
            name = normal(found[2])
            plain = name in known or name in UI_WORDS or all(word in WORDS for word in name.split())
            return found[0] if plain else f"'{self.masker.hide('name', found[2], 'record')}'"

        return self.masker.text(_NAMED.sub(named, told), "record")

    def _scene(self, stage: str, view: View, control: Node | None) -> Scene:
        page = self._lens.page
        documents, unread = scene.documents(view, self._lens.session)
        saved = None
        if self._options.packager is not None:
            saved = self._tried(f"{stage}.mhtml", self._raw_copy)
        return Scene(
            stage, page.url, page.title(), datetime.now(UTC), view, control, documents, unread, saved
        )

    def _raw_copy(self) -> str:
        return str(self._lens.session.send("Page.captureSnapshot", {"format": "mhtml"})["data"])

    def _plans(self, taken: Scene) -> list[tuple[CDPSession, Plan]]:
        return list(taken.plans(whole=self._options.full_page, public=self._options.public))

    def _learn(self, taken: Scene) -> None:
        for _, made in self._plans(taken):
            learn(made, self.masker, self._labels)
        learn_secrets(self._calls(), self.masker)

    def _photographer(self, stage: str, control: Node | None) -> Photographer:
        def look() -> tuple[CDPSession, Plan, Dom | None]:
            session = self._lens.session if control is None else control.session
            taken = replace(self._scenes[stage], documents=((session, scene.snapshot(session)),))
            _, made = self._plans(taken)[0]
            return session, made, taken.element()

        return Photographer(self._lens, self.masker, look)

    def _keep_shots(self, stage: str, shots: Shots | None) -> None:
        if shots is None:
            reason = "no picture could be taken: see the notes"
            self.missing += [(f"{stage}.png", reason), (f"{stage}.control.png", reason)]
            return
        self._keep(f"{stage}.png", "image/png", shots.main)
        if shots.row is None:
            self.missing.append((f"{stage}.control.png", "the control has no place of its own on the page"))
        else:
            self._keep(f"{stage}.control.png", "image/png", shots.row)
        for kind, count in shots.painted:
            self.masker.count(f"{kind} (painted over)", f"{stage}.png", count)
        if shots.what == "window":
            self.notes.append(f"{stage}.png shows the window: no section of fitting size around the control")
        if shots.cut:
            self.notes.append(f"{stage}.png shows a part: the rest is scrolled away or too high")

    def _written(self, taken: Scene) -> dict[str, Json] | None:
        plans, stage = self._plans(taken), taken.stage
        self.notes += [f"{stage}.ax.json lacks {why}" for why in taken.unread]
        made = plans[0][1]

        def outline(name: str) -> Outline:
            return Outline(taken.view, plans, self.masker, name)

        self._write(f"{stage}.aria.yml", "text/yaml", lambda n: outline(n).region())
        self._write(f"{stage}.ax.json", "application/json", lambda n: outline(n).frames())
        self._write(f"{stage}.html", "text/html", lambda n: self._html(plans, n))
        self._saved_page(taken, plans)
        where = f"pages.{stage}"
        return {
            "url": self.masker.url(taken.url, where),
            "title": masked_title(taken.title, made, self.masker, where),
            "shows": "full page" if made.whole else "region" if any(p.region for _, p in plans) else "window",
        }

    def _html(self, plans: list[tuple[CDPSession, Plan]], name: str) -> bytes:
        """The page, and behind it the documents of other processes, which have no place in it."""
        return "\n".join(Markup(made, self.masker, name).page() for _, made in plans).encode(
            "utf-8", "replace"
        )

    def _saved_page(self, taken: Scene, plans: list[tuple[CDPSession, Plan]]) -> None:
        name, packager = f"{taken.stage}.mhtml", self._options.packager
        if packager is None:
            self.missing.append((name, _NO_PACKAGER))
            return
        title = masked_title(taken.title, plans[0][1], self.masker, name)
        self._write(
            name,
            "multipart/related",
            lambda n: packager.mhtml(parts(plans, taken.saved, self.masker, n), title=title, at=taken.at),
        )

    def _exchange(self, calls: tuple[Call, ...]) -> dict[str, Json] | None:
        packager = self._options.packager
        if self._network is None or packager is None or not calls:
            why = _NO_PACKAGER if packager is None else "nothing was heard of the network"
            self.missing.append((EXCHANGE, why))
            return None
        made, missing = exchanges(calls, self.masker, EXCHANGE, self._region_texts())
        visited = [
            ArchivedPage(exchange.url, self._title_of(call), exchange.at)
            for call, exchange in zip(calls, made, strict=True)
            if call.type == "Document" and exchange.status
        ]
        software = f"withhold/{__version__}"
        self._write(EXCHANGE, "application/wacz", lambda _: packager.wacz(made, visited, software=software))
        left_out: list[Json] = [
            {"host": host, "reason": why, "count": count}
            for (host, why), count in sorted(self._network.left_out.items())
        ]
        return {"requests": len(made), "left_out": left_out, "bodies_left_out": missing}

    def _region_texts(self) -> list[str]:
        """What the region shows, and the names of the pack: they stay readable in the server's documents."""
        plans = (p for s in self._scenes.values() for _, p in self._plans(s))
        shown = (t.text for p in plans if p.region is not None for t in p.region.texts() if p.keeps(t))
        return [*self._options.public, *shown]

    def _title_of(self, call: Call) -> str:
        taken = next((s for s in self._scenes.values() if s.url.partition("#")[0] == call.url), None)
        return (
            ""
            if taken is None
            else masked_title(taken.title, self._plans(taken)[0][1], self.masker, EXCHANGE)
        )

    def _tls(self, calls: tuple[Call, ...]) -> dict[str, Json] | None:
        if self._chain is not None:
            call, certificates, why = self._chain
            self._keep(TLS, "application/x-pem-file", chain.pem(certificates))
            return chain.described(call, certificates, why)
        heard = chain.decisive(calls)
        plain = heard is not None and heard.url.startswith("http:")
        self.missing.append((TLS, chain.NO_TLS if plain else self._no_chain))
        return None

    def _read_chain(self) -> None:
        call = chain.decisive(self._calls())
        if self._network is None or call is None or not call.url.startswith("https:"):
            return
        self._chain = None
        certificates = self._network.certificate(origin_of(call.url))
        if not certificates:
            return
        why = chain.agreement(call, certificates, self._network.connections(origin_of(call.url)))
        if why is None:
            self._no_chain = chain.OTHER_CONNECTION
        else:
            self._chain = (call, certificates, why)

    def _calls(self) -> tuple[Call, ...]:
        return () if self._network is None else self._network.calls

    def _write(self, name: str, media_type: str, made: Callable[[str], bytes]) -> None:
        data = self._tried(name, lambda: made(name))
        if data is None:
            self.missing.append((name, "it could not be written: see the notes"))
        else:
            self._keep(name, media_type, data)

    def _keep(self, name: str, media_type: str, data: bytes) -> None:
        self.artifacts.append(Artifact(name, media_type, data))

    def _tried(self, what: str, act: Callable[[], T]) -> T | None:
        """What ``act`` gives; ``None`` after a failure, which the notes tell."""
        try:
            return act()
        except BrowserError as problem:
            said = problem.message.splitlines()[0]
        except Exception as problem:  # noqa: BLE001 - whatever fails in capturing must not end the opt-out
            said = f"{type(problem).__name__}: {problem}"
        self.notes.append(f"{what}: {self.masker.text(said, 'notes')[:200]}")
        return None
