"""Tokens by which clients of ours say who they are. Only their hashes are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir, write_atomic

PREFIX = "wh-"
DEFAULT_PROJECT = "default"


class Token(Struct, frozen=True, kw_only=True):
    """``id`` is the beginning of the hash: enough to name it, of no use to whoever reads it."""

    sha256: str
    client: str
    project: str
    made: datetime
    expires: datetime | None = None

    @property
    def id(self) -> str:
        return self.sha256[:10]


@dataclass(slots=True)
class TokenFile:
    """The tokens in one private file. A running gateway sees what other processes change in it."""

    path: Path
    _seen: tuple[int, int, int] | None = None
    _tokens: dict[str, Token] | None = None

    def all(self) -> tuple[Token, ...]:
        """Every token, the oldest first. Raises ``EnvironmentProblem`` for a file that cannot be read."""
        return tuple(sorted(self._read().values(), key=lambda t: t.made))

    def who(self, presented: str, now: datetime) -> Token | None:
        """Whose token that is; ``None`` if it is nobody's, or has expired."""
        if not presented.startswith(PREFIX):
            return None
        found = self._read().get(hash_of(presented))
        return None if found is None or (found.expires is not None and found.expires <= now) else found

    def make(self, client: str, project: str, *, now: datetime, expires: datetime | None = None) -> str:
        """A new token. It is shown here and never again."""
        fresh = new_token()
        token = Token(sha256=hash_of(fresh), client=client, project=project, made=now, expires=expires)
        self._write([*self._read().values(), token])
        return fresh

    def revoke(self, token_id: str) -> Token:
        """Take a token back. Raises ``UsageProblem`` unless exactly one has that id."""
        found = [t for t in self._read().values() if token_id and t.sha256.startswith(token_id)]
        if len(found) != 1:
            raise UsageProblem(
                f"{len(found)} tokens have the id {token_id!r}", next_step="see 'withhold gateway tokens'"
            )
        self._write([t for t in self._read().values() if t is not found[0]])
        return found[0]

    def _write(self, tokens: list[Token]) -> None:
        private_dir(self.path.parent)
        write_atomic(self.path, msgspec.json.format(msgspec.json.encode(tokens)))
        self._seen = None

    def _read(self) -> dict[str, Token]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if self._tokens is None or seen != self._seen:
            try:
                rows = msgspec.json.decode(self.path.read_bytes(), type=list[Token])
            except (OSError, msgspec.DecodeError) as problem:
                raise EnvironmentProblem(
                    f"the tokens in {self.path} cannot be read: {problem}",
                    next_step="mend or remove the file; clients need new tokens then",
                ) from problem
            self._tokens, self._seen = {row.sha256: row for row in rows}, seen
        return self._tokens


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
