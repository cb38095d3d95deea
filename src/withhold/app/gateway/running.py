"""``gateway run``: wires the rooms together and serves until it is told to stop."""

import asyncio
import contextlib
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.gateway.places import Places
from withhold.model.evidence import Draft, Json
from withhold.support.errors import EnvironmentProblem, WithholdError
from withhold.support.locks import held

if TYPE_CHECKING:
    from withhold.app.gateway.finders import Names
    from withhold.gateway.audit import Auditor
    from withhold.gateway.chain import Head
    from withhold.gateway.config import Config
    from withhold.gateway.database import DatabaseTokens
    from withhold.gateway.judging import Judge
    from withhold.gateway.server import Gateway, Tokens
    from withhold.gateway.serving import Serving
    from withhold.gateway.standing import Standing
    from withhold.gateway.tokens import Token, TokenFile

HEAD_RECORD = "gateway.audit_head"
HEADS_EVERY = 300.0
"""Seconds between two records of the audit's head."""
TERMS_FOR = 600.0
"""Seconds for which what the terms come to is not worked out again."""
_WORD = re.compile(r"\w{2,}")
SEALED = "Names are looked for by a model in a process without network."
UNSEALED = "Names are looked for by a model in a process of its own, from which the network was not taken."
MISSING = "the gateway needs packages that are not installed"


@dataclass(frozen=True, slots=True)
class Started:
    """What a person needs to use it. ``token`` is one that was made now, ``None`` if there were tokens."""

    url: str
    token: str | None
    routes: tuple[str, ...]


def run_gateway(
    services: Services, *, config: Path | None, port: int | None, started: Callable[[Started], None]
) -> None:
    """Serve until Ctrl-C or a terminating signal. Raises ``EnvironmentProblem``, ``UsageProblem``."""
    places = Places(services, config)
    _need_aiohttp()
    places.prepare()
    replica = places.config.replica or "gateway"
    with held(places.folder / f"{replica}.lock", doing="running the gateway", timeout=2.0):
        asyncio.run(_serve(services, places, replica, port, started))


def _need_aiohttp() -> None:
    try:
        import aiohttp  # noqa: F401
    except ImportError as problem:
        raise EnvironmentProblem(MISSING, next_step="pip install 'withhold[gateway]'") from problem


async def _serve(
    services: Services,
    places: Places,
    replica: str,
    port: int | None,
    started: Callable[[Started], None],
) -> None:
    serving = await prepared(services, places, replica, port)
    _on_signals(serving.stop)
    made = places.database is None and not places.tokens.all()
    token = places.tokens.make("me", "default", now=services.clock()) if made else None
    lines = tuple(route_line(s) for s in places.standings().values())
    await serving.run(lambda: started(Started(serving.url, token, lines)))


async def prepared(services: Services, places: Places, replica: str, port: int | None) -> "Serving":
    """A gateway that is wired and bound to its port; its audit can be written."""
    from withhold.gateway.audit import AuditUnavailable
    from withhold.gateway.serving import Serving, allowed_hosts, bound

    reader = names_of(services, places.config)
    sockets = bound(places.config.port if port is None else port)
    chosen = sockets[0].getsockname()[1]
    auditor = _auditor(services, places, replica)
    start = {"type": "start", "at": _text(services.clock())}
    try:
        await auditor.write(start if reader is None else {**start, "names_model": reader.digest})
    except AuditUnavailable as problem:
        raise EnvironmentProblem(str(problem), next_step="nothing is served without an audit") from problem
    gateway = _gateway(services, places, auditor, allowed_hosts(chosen, places.config.hosts), reader)
    return Serving(gateway, sockets, _Heads(services, auditor), HEADS_EVERY)


def _auditor(services: Services, places: Places, replica: str) -> "Auditor":
    from withhold.gateway.audit import Auditor
    from withhold.gateway.chain import Chain

    if places.database is not None:
        from withhold.gateway.database import DatabaseLedger

        return Auditor(DatabaseLedger(places.database, replica), notice=services.progress.step)
    try:
        chain = Chain.open(places.audit, replica)
    except (OSError, ValueError, KeyError) as problem:
        raise EnvironmentProblem(
            f"the audit in {places.audit} cannot be written: {problem}",
            next_step="see 'withhold gateway audit verify'; move the file away to begin another",
        ) from problem
    if chain.cut:
        services.progress.step(
            f"{chain.cut} bytes of an unfinished line were cut off the audit after a crash."
        )
    return Auditor(chain, notice=services.progress.step)


def names_of(services: Services, config: "Config") -> "Names | None":
    """The model that looks for names, where the configuration wants it. Raises ``EnvironmentProblem``.

    What the routes' providers and their products are called stands in every prompt: it is nobody's name.
    """
    if not config.names:
        return None
    from withhold.app.gateway.finders import names

    ids = {route.terms.partition("/")[0] for route in config.route}
    packs = [services.packs[name] for name in sorted(ids & set(services.packs))]
    called = [name for p in packs for name in (p.name, *p.aliases, *(product.name for product in p.products))]
    return names([*config.not_names, *(word for name in called for word in _WORD.findall(name))])


def _gateway(
    services: Services, places: Places, auditor: "Auditor", hosts: frozenset[str], reader: "Names | None"
) -> "Gateway":
    from withhold.app.gateway.whereabouts import Whereabouts
    from withhold.gateway.judging import Judge
    from withhold.gateway.reading import Reading
    from withhold.gateway.server import Gateway
    from withhold.gateway.sight import Sight
    from withhold.gateway.upstream import Upstreams
    from withhold.gateway.vault import Vault

    config = places.config
    keys = RememberedKeys(places)
    judge = Judge(config, Remembered(places.standings), places.hosts, Sight(()))
    return Gateway(
        judge=judge,
        ready=Warming(judge, reader, services.progress.step),
        tokens=_tokens(services, places),
        place=Whereabouts(keys),
        upstreams=Upstreams(keys, float(config.upstream_silence_seconds)),
        auditor=auditor,
        vault=Vault(time.monotonic, idle=config.session_idle_minutes * 60.0),
        clock=services.clock,
        hosts=hosts,
        notice=services.progress.step,
        limit=config.max_body_mb << 20,
        reading=None if reader is None else Reading(reader, float(config.names_seconds)),
    )


def _tokens(services: Services, places: Places) -> "Tokens":
    if places.database is None:
        return FileTokens(places.tokens, services.clock)
    from withhold.gateway.database import DatabaseTokens

    return SharedTokens(DatabaseTokens(places.database), services.clock)


@dataclass(slots=True)
class SharedTokens:
    """Tokens of the database, as a port of the gateway."""

    shared: "DatabaseTokens"
    clock: Callable[[], datetime]

    async def who(self, presented: str) -> "Token | None":
        return await self.shared.who(presented, self.clock())

    async def close(self) -> None:
        await self.shared.close()


class Warming:
    """Compiles the finders, and starts the model, in a thread while the gateway starts.

    A failure of the finders refuses every request; a model that did not start is tried again when asked.
    """

    def __init__(self, judge: "Judge", reader: "Names | None", notice: Callable[[str], None]) -> None:
        self._judge = judge
        self._reader = reader
        self._notice = notice
        self._task = asyncio.get_running_loop().create_task(self._compile())

    async def _compile(self) -> None:
        from withhold.app.gateway.finders import sight

        self._judge.sight = await asyncio.to_thread(sight, self._reader)
        if self._reader is not None:
            await asyncio.to_thread(self._start, self._reader)

    def _start(self, reader: "Names") -> None:
        try:
            sealed = reader.start()
        except EnvironmentProblem as problem:
            self._notice(f"No request passes before this is mended: {problem.message}")
        else:
            self._notice(SEALED if sealed else UNSEALED)

    async def __call__(self) -> None:
        if not self._task.done() or self._task.exception() is not None:
            await asyncio.shield(self._task)


@dataclass(slots=True)
class Remembered:
    """What the terms come to, worked out again every few minutes: they age while the gateway runs."""

    make: Callable[[], "dict[str, Standing]"]
    _made: "dict[str, Standing]" = field(default_factory=dict)
    _until: float = 0.0

    def __call__(self) -> "dict[str, Standing]":
        if time.monotonic() >= self._until:
            self._made = self.make()
            self._until = time.monotonic() + TERMS_FOR
        return self._made


class RememberedKeys:
    """Keys of routes, asked for once: a keyring may take long, or ask the person."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._keys: dict[str, str] = {}

    def __call__(self, route: "object") -> str | None:
        from withhold.gateway.config import RouteConfig

        assert isinstance(route, RouteConfig)  # noqa: S101 - its only caller hands over a route
        if route.id not in self._keys:
            found = self._places.key(route)
            if not found:
                return None
            self._keys[route.id] = found
        return self._keys[route.id]


@dataclass(slots=True)
class FileTokens:
    """Tokens of the file, as a port of the gateway."""

    file: "TokenFile"
    clock: Callable[[], datetime]

    async def who(self, presented: str) -> "Token | None":
        return self.file.who(presented, self.clock())

    async def close(self) -> None:
        """Nothing is held open."""


class _Heads:
    """Puts the audit's head into the evidence, where it has moved on."""

    def __init__(self, services: Services, auditor: "Auditor") -> None:
        self._services = services
        self._auditor = auditor
        self._last = 0

    async def __call__(self) -> None:
        head = self._auditor.head
        if head.seq == self._last:
            return
        try:
            await asyncio.to_thread(record_head, self._services, head)
        except WithholdError as problem:
            self._services.progress.step(
                f"The head of the audit could not be put on record: {problem.message}"
            )
        else:
            self._last = head.seq


def record_head(services: Services, head: "Head") -> None:
    """Put a head into the evidence; from then on lines before it cannot be exchanged unseen."""
    body: dict[str, Json] = {"replica": head.replica, "seq": head.seq, "hash": head.hash}
    services.journal.append(Draft(type=HEAD_RECORD, at=services.clock(), body=body))


def route_line(standing: "Standing") -> str:
    """One route as it stands, for people: what it says of training and keeping names its exceptions."""
    if standing.local:
        word = ", or on your word where nothing tells" if standing.word else ""
        return f"{standing.route}: on this machine; each model must show that it is{word}"
    why = f" ({standing.why})" if standing.why else ""
    named = ", ".join(standing.apart_from).replace("_", " ") if standing.trains == "no" else ""
    spite = f", apart from {named}" if named else ""
    return (
        f"{standing.route}: training {standing.trains}{spite}{why}; kept {_days(standing.retention_days)},"
        f" flagged content {_days(standing.flagged_days)}; terms compared {standing.as_of}"
    )


def _days(days: int | None) -> str:
    return "for how long is unknown" if days is None else f"up to {days} days"


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        with contextlib.suppress(
            NotImplementedError, ValueError, RuntimeError
        ):  # Windows: Ctrl-C raises instead
            loop.add_signal_handler(getattr(signal, name), stop)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
