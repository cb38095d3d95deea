"""Audit and tokens of several gateways in one PostgreSQL. Every gateway keeps a chain of its own in it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from withhold.gateway.chain import GENESIS, Fields, Head, encode, line_hash
from withhold.gateway.tokens import Token, hash_of, new_token

TABLES = """
CREATE TABLE IF NOT EXISTS gateway_audit (
  replica text NOT NULL, seq bigint NOT NULL, line text NOT NULL, PRIMARY KEY (replica, seq));
CREATE TABLE IF NOT EXISTS gateway_tokens (
  sha256 text PRIMARY KEY, client text NOT NULL, project text NOT NULL,
  made timestamptz NOT NULL, expires timestamptz);
"""
_SECONDS = 5.0
"""For connecting, and for each statement."""
_FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


class DatabaseLedger:
    """The chain of ``replica``. Used from one thread, which has a loop of its own.

    After a failure nobody knows whether the database took the lines; the end of the chain is then read anew.
    Lines that it did take stay: their requests were refused, and say so.
    """

    at_hand = False

    def __init__(self, address: str, replica: str) -> None:
        self._address, self._replica = address, replica
        self._loop = asyncio.new_event_loop()
        self._connection: asyncpg.Connection[Any] | None = None
        self._head = Head(replica, 0, GENESIS)

    @property
    def head(self) -> Head:
        return self._head

    def append(self, lines: Sequence[Fields]) -> None:
        """Put ``lines`` into the database, durably and all together. Raises ``OSError``."""
        try:
            self._loop.run_until_complete(self._append(lines))
        except _FAILURES as problem:
            self._loop.run_until_complete(self._drop())
            raise OSError(f"the database did not take them: {type(problem).__name__}") from problem

    def close(self) -> None:
        """Let go of the database, so that another gateway may go on with this chain."""
        self._loop.run_until_complete(self._drop(gently=True))
        self._loop.close()

    async def _append(self, lines: Sequence[Fields]) -> None:
        connection = self._connection or await self._connected()
        head, rows = self._head, []
        for fields in lines:
            line = encode(self._replica, head.seq + 1, head.hash, fields)
            head = Head(self._replica, head.seq + 1, line_hash(line))
            rows.append((self._replica, head.seq, line.decode()))
        async with connection.transaction():
            await connection.executemany("INSERT INTO gateway_audit VALUES ($1, $2, $3)", rows)
        self._head = head

    async def _connected(self) -> "asyncpg.Connection[Any]":
        """A connection that alone may write this chain, and the chain's end."""
        connection = await asyncpg.connect(self._address, timeout=_SECONDS, command_timeout=_SECONDS)
        try:
            await connection.execute("SET synchronous_commit = on")
            await connection.execute(TABLES)
            lock = await connection.fetchval(
                "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", f"withhold gateway {self._replica}"
            )
            if not lock:
                raise OSError(f"another gateway calls itself {self._replica}")
            last = await connection.fetchrow(
                "SELECT seq, line FROM gateway_audit WHERE replica = $1 ORDER BY seq DESC LIMIT 1",
                self._replica,
            )
        except BaseException:
            connection.terminate()
            raise
        if last is not None:
            self._head = Head(self._replica, last["seq"], line_hash(last["line"].encode()))
        self._connection = connection
        return connection

    async def _drop(self, *, gently: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_FAILURES):
                if gently:
                    await connection.close(timeout=_SECONDS)
                connection.terminate()


@dataclass(slots=True)
class DatabaseTokens:
    """Tokens in the database. Every gateway asks it for every request, so that revoking holds at once."""

    address: str
    _pool: "asyncpg.Pool[Any] | None" = field(default=None)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def who(self, presented: str, now: datetime) -> Token | None:
        """Whose token that is. Raises what the database raises."""
        row = await (await self._pooled()).fetchrow(
            "SELECT * FROM gateway_tokens WHERE sha256 = $1 AND (expires IS NULL OR expires > $2)",
            hash_of(presented),
            now,
        )
        return None if row is None else Token(**dict(row))

    async def make(self, client: str, project: str, *, now: datetime, expires: datetime | None) -> str:
        """A new token. It is shown here and never again."""
        fresh = new_token()
        await (await self._pooled()).execute(
            "INSERT INTO gateway_tokens VALUES ($1, $2, $3, $4, $5)",
            hash_of(fresh),
            client,
            project,
            now,
            expires,
        )
        return fresh

    async def all(self) -> tuple[Token, ...]:
        rows = await (await self._pooled()).fetch("SELECT * FROM gateway_tokens ORDER BY made")
        return tuple(Token(**dict(row)) for row in rows)

    async def revoke(self, sha256: str) -> None:
        await (await self._pooled()).execute("DELETE FROM gateway_tokens WHERE sha256 = $1", sha256)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    async def _pooled(self) -> "asyncpg.Pool[Any]":
        async with self._opening:
            if self._pool is None:
                pool = await asyncpg.create_pool(
                    self.address, min_size=0, max_size=8, timeout=_SECONDS, command_timeout=_SECONDS
                )
                await pool.execute(TABLES)
                self._pool = pool
            return self._pool


async def chains(address: str) -> dict[str, list[bytes]]:
    """The lines of every chain, in order."""
    connection = await asyncpg.connect(address, timeout=_SECONDS)
    try:
        await connection.execute(TABLES)
        found: dict[str, list[bytes]] = {}
        for row in await connection.fetch("SELECT replica, line FROM gateway_audit ORDER BY replica, seq"):
            found.setdefault(row["replica"], []).append(row["line"].encode())
        return found
    finally:
        await connection.close()
