"""From the bytes of a request to where it goes and what is sent: all that happens before a byte leaves."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from withhold.gateway import wire
from withhold.gateway.body import BadBody, dump, parse
from withhold.gateway.config import Config, RouteConfig
from withhold.gateway.decide import Asked, Decision, decide
from withhold.gateway.demands import NotAllowedHere, holds, impose
from withhold.gateway.examine import CannotReplace, Examined, examine, redact, said, spoken
from withhold.gateway.hosts import Host
from withhold.gateway.place import Place, unfit
from withhold.gateway.sight import Sight
from withhold.gateway.standing import Standing
from withhold.gateway.vault import PLACEHOLDER, Session

_BILLING = "x-anthropic-billing-header"
"""A block that Claude Code puts first into ``system``; it changes and spoils a local model's prompt cache."""
_SCANNED_NOT = frozenset({"content-length", "content-type", "accept", "anthropic-version", "user-agent"})
_KEPT_DECISIONS = 1024


@dataclass(frozen=True, slots=True)
class Caller:
    client: str
    project: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came: ``headers`` are those that would pass, ``data`` its body."""

    caller: Caller
    asked_for: wire.Endpoint
    headers: Sequence[tuple[str, str]]
    data: bytes = field(repr=False)
    session: Session = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """``route`` is ``None`` for a request that is refused. ``values`` leads back from placeholders."""

    decision: Decision
    body: bytes
    counts: Mapping[str, int]
    models: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    redacted: int = 0
    place: Place | None = None
    """Where the model of a local route runs."""
    named: tuple[str, ...] = ()
    """``models`` as they may be written down."""
    asked: str = ""
    """The endpoint as it may be written down."""

    @property
    def route(self) -> RouteConfig | None:
        return self.decision.route

    @property
    def local_model(self) -> str | None:
        """The model that is to answer on this machine; ``None`` where nothing is said to a model."""
        if self.route is None or not self.route.is_local or not self.models:
            return None
        return self.route.model or self.models[0]

    def placed(self, model: str, found: Place) -> "Judged":
        """This, or the refusal of it because of where its model runs."""
        if self.route is None:
            return self
        refused = unfit(self.route, model, found)
        return replace(self, place=found) if refused is None else replace(self, decision=refused, body=b"")


@dataclass(slots=True)
class Judge:
    """``standings`` hands out what the terms come to now; it is asked for every request."""

    config: Config
    standings: Callable[[], Mapping[str, Standing]]
    hosts: Mapping[str, Host]
    sight: Sight
    """Finds nothing, and must not be asked, until the gateway says that it is ready."""
    _under: Mapping[str, Standing] | None = None
    _decisions: dict[Asked, Decision] = field(default_factory=dict, repr=False)

    def __call__(self, incoming: Incoming) -> Judged:
        """Decide. Raises :class:`wire.Unclear` for what cannot be read in one way only.

        What a finder raises passes through: then nobody knows what the request holds.
        """
        judged, asked_for = self._judged(incoming), incoming.asked_for
        asked = asked_for.after if asked_for.has_body else self._unless_found(asked_for.after)
        return replace(judged, asked=asked, named=tuple(self._unless_found(name) for name in judged.models))

    def read_ahead(self, incoming: Incoming, *, until: float) -> None:
        """Have the reader read what it will be asked about. From any thread. Raises ``NotLooked``."""
        if self.sight.reader is None or not incoming.asked_for.has_body:
            return
        try:
            texts = list(said(parse(incoming.data)))
        except BadBody:
            return  # judging it says so, in the client's own format
        self.sight.reader.look(texts, until=until)

    def _unless_found(self, name: str) -> str:
        """A name that a client chose, unless a finder knows what is in it: a key in the wrong place."""
        return "(left out)" if any(self.sight.hits(name.encode())) else name

    def _judged(self, incoming: Incoming) -> Judged:
        asked_for, data = incoming.asked_for, incoming.data
        body, models = self._read(asked_for, data)
        texts = [value for name, value in incoming.headers if name.lower() not in _SCANNED_NOT]
        texts += [] if asked_for.has_body else [asked_for.after]
        try:
            examined = examine(body, texts, self.sight)
        except BadBody as problem:
            raise wire.Unclear(str(problem)) from problem
        decision = self._decided(
            Asked(incoming.caller.client, incoming.caller.project, asked_for.dialect, models, examined.sorts)
        )
        if decision.route is None:
            return Judged(decision, b"", examined.counts, models)
        try:
            if not asked_for.has_body:
                _nothing_to_replace(decision, examined)
                return Judged(decision, b"", examined.counts, models)
            return self._prepared(decision, decision.route, body, data, examined, models, incoming.session)
        except (NotAllowedHere, CannotReplace) as problem:
            refused = Decision(
                None, frozenset(), str(problem), "leave it out of the request, or use a local route"
            )
            return Judged(refused, b"", examined.counts, models)

    def _decided(self, asked: Asked) -> Decision:
        """The decision, kept for as long as the terms are what they were when it was made."""
        standings = self.standings()
        if standings is not self._under or len(self._decisions) >= _KEPT_DECISIONS:
            self._under, self._decisions = standings, {}
        found = self._decisions.get(asked)
        if found is None:
            found = self._decisions[asked] = decide(self.config, standings, asked)
        return found

    @staticmethod
    def _read(asked_for: wire.Endpoint, data: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        if not asked_for.has_body:
            if data:
                raise wire.Unclear("a body is not expected here")
            return {}, ()
        try:
            body = parse(data)
        except BadBody as problem:
            raise wire.Unclear(f"the body is not passed on: {problem}") from problem
        return body, wire.models_of(body)

    def _prepared(
        self,
        decision: Decision,
        route: RouteConfig,
        body: dict[str, Any],
        data: bytes,
        examined: Examined,
        models: tuple[str, ...],
        session: Session,
    ) -> Judged:
        host = self.hosts.get(_host(route.upstream))
        values: Mapping[str, str] = {}
        changed = impose(host, body)
        if route.is_local:
            changed |= _for_local(route, body)
        if decision.redact or session.values:
            values = self._redacted(decision, body, examined, session)
        sent = dump(body) if changed or values else data
        if host is not None and not holds(host, parse(sent)):
            raise NotAllowedHere("the demands of the host could not be set")
        return Judged(decision, sent, examined.counts, models, values, len(values))

    def _redacted(
        self, decision: Decision, body: dict[str, Any], examined: Examined, session: Session
    ) -> Mapping[str, str]:
        """Replace, and look again at what would be sent."""
        if decision.route is not None and decision.route.is_local:
            return {}
        redact(body, examined, decision.redact, session, self.sight)
        again = examine(json.loads(dump(body)), (), self.sight)
        for text in again.texts:
            bare = PLACEHOLDER.sub("", text.text)
            hits = [h for h in self.sight.hits(bare.encode()) if h.sort in decision.redact]
            if hits or session.holds_known(bare, spoken=spoken(text)):
                raise CannotReplace("something that was found could not be replaced everywhere")
        return session.values


@lru_cache(maxsize=256)
def _host(upstream: str) -> str:
    return urlsplit(upstream).hostname or ""


def _for_local(route: RouteConfig, body: dict[str, Any]) -> bool:
    """Name the local model, and leave out what only the provider needs."""
    changed = False
    if route.model is not None and body.get("model") != route.model:
        body["model"], changed = route.model, True
    if str(body.get("model", "")).endswith(("-cloud", ":cloud")):
        raise NotAllowedHere("a model that ends in 'cloud' is answered elsewhere, also by a local address")
    changed |= body.pop("models", None) is not None
    system = body.get("system")
    if isinstance(system, list):
        kept = [
            b for b in system if not (isinstance(b, dict) and str(b.get("text", "")).startswith(_BILLING))
        ]
        if len(kept) != len(system):
            body["system"], changed = kept, True
    return changed


__all__ = ["Caller", "Incoming", "Judge", "Judged"]


def _nothing_to_replace(decision: Decision, examined: Examined) -> None:
    """An address and headers hold no placeholders. Raises :class:`CannotReplace`."""
    if decision.redact & examined.sorts:
        raise CannotReplace("something was found in the address or a header")
