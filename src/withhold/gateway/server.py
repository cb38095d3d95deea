"""The proxy itself: one request from its first byte to its outcome in the audit."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import aiohttp
from aiohttp import web

from withhold.gateway import wire
from withhold.gateway.answering import Answering, BrokenOff
from withhold.gateway.audit import Auditor, AuditUnavailable
from withhold.gateway.config import RouteConfig
from withhold.gateway.connections import NotReached
from withhold.gateway.judging import Caller, Incoming, Judge, Judged
from withhold.gateway.place import FindPlace, Place
from withhold.gateway.reading import Reading
from withhold.gateway.sight import NotLooked
from withhold.gateway.standing import Standing
from withhold.gateway.tokens import Token
from withhold.gateway.upstream import NoKey, Upstreams
from withhold.gateway.vault import Vault


class Tokens(Protocol):
    """Who a client is. What it raises refuses the request."""

    async def who(self, presented: str) -> Token | None: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Counted:
    """What this process has done since its start."""

    passed: int = 0
    refused: int = 0
    turned_away: int = 0


@dataclass(slots=True)
class Gateway:
    """Handles requests. Nothing of a request or an answer is ever written anywhere."""

    judge: Judge
    tokens: Tokens
    upstreams: Upstreams
    auditor: Auditor
    vault: Vault
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    notice: Callable[[str], None]
    ready: Callable[[], Awaitable[None]]
    """Waits until the finders are compiled: the gateway listens before that, and answers after it."""
    place: FindPlace
    limit: int = 32 << 20
    reading: Reading | None = None
    """Where a model reads for names: then judging takes long, and is done beside the loop."""
    active: int = 0
    counted: Counted = field(default_factory=Counted)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. Whatever goes wrong before a byte leaves is a refusal."""
        raw_path = request._message.path  # noqa: SLF001 - the address exactly as it was sent
        dialect = wire.dialect_of(raw_path, request.raw_headers)
        self.active += 1
        try:
            return await self._admitted(request, raw_path)
        except wire.Unclear as problem:
            self.counted.turned_away += 1
            return await self._error(request, dialect, problem.code, problem.message)
        except AuditUnavailable:
            return await self._error(request, dialect, wire.UNAVAILABLE, "the audit cannot be written")
        except NoKey as problem:
            return await self._error(
                request, dialect, wire.UNAVAILABLE, f"{problem}: see 'withhold gateway check'"
            )
        except Exception as problem:  # noqa: BLE001 - the edge: whatever it is, the client gets an error of ours
            self.notice(f"A request failed inside the gateway: {type(problem).__name__}")
            return await self._error(request, dialect, wire.UNAVAILABLE, "the gateway failed")
        finally:
            self.active -= 1

    async def _admitted(self, request: web.BaseRequest, raw_path: str) -> web.StreamResponse:
        headers = request.raw_headers
        caller = await self._caller(request)
        asked, query = wire.endpoint(request.method, raw_path, headers)
        wire.check_headers(headers, self.hosts, has_body=asked.has_body)
        data = await self._body(request)
        await self.ready()
        passing = wire.to_upstream(headers)
        session = self.vault.session(caller.client, caller.project)
        incoming = Incoming(caller, asked, passing, data, session)
        judged = await self._placed(await self._judged(incoming))
        if judged.route is None:
            return await self._refused(request, caller, asked, judged)
        sent = [*passing, *self.upstreams.credentials(judged.route), ("Accept-Encoding", "identity")]
        if asked.has_body:
            sent.append(("Content-Length", str(len(judged.body))))
        return await self._passed(request, caller, asked, query, judged, judged.route, sent)

    async def _caller(self, request: web.BaseRequest) -> Caller:
        wire.check_headers(
            [(n, v) for n, v in request.raw_headers if n.lower() in {b"host", b"origin", b"sec-fetch-site"}],
            self.hosts,
            has_body=False,
        )
        try:
            token = await self.tokens.who(wire.presented(request.raw_headers))
        except Exception as problem:
            self.notice(f"The tokens cannot be read: {problem}")
            raise wire.Unclear("the tokens cannot be read now", wire.UNAVAILABLE) from problem
        if token is None:
            raise wire.Unclear(
                "this gateway does not know that token; 'withhold gateway env CLIENT' makes one",
                wire.UNAUTHORISED,
            )
        return Caller(token.client, token.project)

    async def _body(self, request: web.BaseRequest) -> bytes:
        if (request.content_length or 0) > self.limit:
            raise wire.Unclear(f"the body is longer than {self.limit >> 20} MB")
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        parts, size = [], 0
        while part := await request.content.readany():
            size += len(part)
            if size > self.limit:
                raise wire.Unclear(f"the body is longer than {self.limit >> 20} MB")
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _judged(self, incoming: Incoming) -> Judged:
        try:
            if self.reading is None:
                return self.judge(incoming)
            return await self.reading.judged(self.judge, incoming)
        except wire.Unclear:
            raise
        except NotLooked as problem:
            self.notice(f"A request was refused: {problem}")
            raise wire.Unclear(f"it was not read for names: {problem}", wire.UNAVAILABLE) from problem
        except Exception as problem:
            self.notice(f"A request was refused because it could not be judged: {type(problem).__name__}")
            raise wire.Unclear("the request could not be judged", wire.UNAVAILABLE) from problem

    async def _placed(self, judged: Judged) -> Judged:
        model = judged.local_model
        if judged.route is None or model is None:
            return judged
        return judged.placed(model, await self.place(judged.route, model))

    async def _refused(
        self, request: web.BaseRequest, caller: Caller, asked: wire.Endpoint, judged: Judged
    ) -> web.StreamResponse:
        self.counted.refused += 1
        decision = judged.decision
        await self.auditor.write(self._line("refused", uuid.uuid4().hex, caller, judged, None))
        message = f"not sent. {decision.why}. It would go with {decision.remedy}."
        return await self._error(request, asked.dialect, wire.REFUSED, message)

    async def _passed(
        self,
        request: web.BaseRequest,
        caller: Caller,
        asked: wire.Endpoint,
        query: str,
        judged: Judged,
        route: RouteConfig,
        sent: list[tuple[str, str]],
    ) -> web.StreamResponse:
        identity, began = uuid.uuid4().hex, time.monotonic()
        answering = Answering(request, asked.dialect, judged.values, route.id)
        outcome = "not sent"
        exchange = self.upstreams.send(route, asked, query, sent, judged.body)
        try:
            await self.auditor.write(
                self._line("intent", identity, caller, judged, self.judge.standings()[route.id]),
                alone=self.active == 1,
            )
            outcome = "unknown whether answered"
            self.counted.passed += 1
            async with exchange as answer:
                response = await answering.pass_on(answer)
            outcome = "answered"
            return response
        except BrokenOff as problem:
            outcome = str(problem)
            if problem.response is None:
                return await self._error(request, asked.dialect, wire.UPSTREAM, str(problem))
            return problem.response
        except NotReached:
            outcome = "upstream not reached"
            return await self._error(
                request, asked.dialect, wire.UPSTREAM, f"{route.id} could not be reached"
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            outcome = (
                "client went away" if request.transport is None else f"upstream: {type(problem).__name__}"
            )
            return await self._error(request, asked.dialect, wire.UPSTREAM, f"{route.id} gave no answer")
        except asyncio.CancelledError:
            outcome = "client went away" if outcome != "not sent" else outcome
            raise
        finally:
            self.auditor.note(
                {
                    "type": "outcome",
                    "of": identity,
                    "at": self._now(),
                    "outcome": outcome,
                    "status": answering.status,
                    "bytes": answering.sent,
                    "ms": round((time.monotonic() - began) * 1000),
                }
            )

    def _line(
        self,
        kind: str,
        identity: str,
        caller: Caller,
        judged: Judged,
        standing: Standing | None,
    ) -> dict[str, Any]:
        """A line of the audit: who, where to, under which terms, what kinds; never what was said."""
        return {
            "type": kind,
            "id": identity,
            "at": self._now(),
            "client": caller.client,
            "project": caller.project,
            "endpoint": judged.asked,
            "models": list(judged.named),
            "route": judged.route.id if judged.route else None,
            "terms": standing.version if standing else None,
            "trains": _trains(standing, judged.place),
            "apart_from": standing.apart_from if standing else (),
            "retention_days": standing.retention_days if standing else None,
            "verdict": "passed" if judged.route else "refused",
            "found": dict(judged.counts),
            "redacted": sorted(judged.decision.redact),
            "bytes": len(judged.body),
        }

    def _now(self) -> str:
        return self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def _error(
        self, request: web.BaseRequest, dialect: Any, code: wire.Code, message: str
    ) -> web.StreamResponse:
        status, body = wire.refusal(dialect, code, message)
        response = web.Response(
            status=status, body=body, content_type="application/json", headers={"x-should-retry": "false"}
        )
        if not request.content.at_eof():
            response.force_close()
        return response


def _trains(standing: Standing | None, place: Place | None) -> str | None:
    """What a line says of training: a local route on somebody's word is unknown, whatever its standing."""
    if standing is None:
        return None
    return "unknown" if place is not None and place.where != "local" else standing.trains
