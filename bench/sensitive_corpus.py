"""Secrets made by the grammar of each kind, and text that looks like them and is none.

Nothing here was ever a key of anyone: all of it comes from a seeded generator.
"""

# ruff: noqa: E501, ARG005, SIM905 - grammars, one a line

import base64
import hashlib
import json
import random
import re
import string
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from withhold.sensitive import alphabets
from withhold.sensitive.rules import lengths, table

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PRINTABLE = string.ascii_letters + string.digits


class Grammar:
    """Text that a pattern of the tables describes."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def text(self, pattern: str) -> str:
        return "".join(self._each(_parser.parse(pattern)))

    def _each(self, parsed: Any) -> Iterator[str]:
        for op, value in parsed:
            if op is sre.LITERAL:
                yield chr(value)
            elif op is sre.IN:
                yield self._rng.choice(_letters(tuple(value)))
            elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
                least, most, inner = value
                for _ in range(self._rng.randint(least, most)):
                    yield from self._each(inner)
            elif op is sre.SUBPATTERN:
                yield from self._each(value[3])
            elif op is sre.BRANCH:
                yield from self._each(self._rng.choice(value[1]))
            else:
                raise ValueError(f"no text is made of {op}")


@cache
def _letters(members: tuple[Any, ...]) -> str:
    found = ""
    for op, value in members:
        if op is sre.LITERAL:
            found += chr(value)
        elif op is sre.RANGE:
            found += "".join(map(chr, range(value[0], value[1] + 1)))
        else:
            raise ValueError(f"no letter is made of {op}")
    return found


def secrets(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """One of each kind and beginning: kind, the secret, and the text it stands in."""
    grammar = Grammar(rng)
    for kind, _, beginnings, alphabet, length, check in table("prefixed.txt", 6):
        least, most = lengths(length)
        for beginning in beginnings.split():
            rest = alphabets.body(alphabet, least, min(most, least + 40))
            value = _valid(rng, check, lambda b=beginning, r=rest: b + grammar.text(r))
            yield kind, value, f"use {value} for that"
    for kind, _, words, alphabet, length in table("named.txt", 5):
        least, most = lengths(length)
        value = grammar.text(alphabets.body(alphabet, least, min(most, least + 40)))
        yield kind, value, f'{words.split()[0].upper()}_API_KEY="{value}"'
    for kind, make in SHAPES.items():
        value, text = make(rng)
        yield kind, value, text


def _valid(rng: random.Random, check: str, make: Callable[[], str]) -> str:
    from withhold.sensitive.checks import varied

    while True:
        value = make()
        if check == "github":
            head, _, secret = value.rpartition("_")
            return f"{head}_{with_checksum(secret[:30])}"
        if check == "aws":
            return (
                value[:4]
                + base64.b32encode(
                    (rng.randrange(10**12) << 7 | 1 << 47).to_bytes(6) + b"\x01\x42\x93\x77"
                ).decode()
            )
        if check == "slack":
            return f"{value[:5]}{rng.randrange(10**11, 10**12)}-{rng.randrange(10**11, 10**12)}-" + (
                f"{rng.randrange(10**11, 10**12)}-{_random(rng, 32)}" if value[3] == "p" else _random(rng, 24)
            )
        if check == "bech32":
            return bech32(rng.randbytes(32))
        if check == "sas":
            return f"{value}&sp=rw" if "sig=" not in value else value.replace("&", "&sp=r&", 1)
        if check != "entropy" or (varied(value.encode()) and re.search(r"\d", value)):
            return value


def with_checksum(secret: str) -> str:
    """Thirty characters with their CRC-32 in base 62, as GitHub and npm write it."""
    number, digits = zlib.crc32(secret.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return secret + digits.rjust(6, "0")


def bech32(data: bytes) -> str:
    """An age identity."""
    word, letters = "age-secret-key-", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    check = 1
    for value in [*(ord(c) >> 5 for c in word), 0, *(ord(c) & 31 for c in word), *values, *[0] * 6]:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, polynomial in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= polynomial if top >> bit & 1 else 0
    tail = [(check ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]
    return (word + "1" + "".join(letters[v] for v in values + tail)).upper()


def _random(rng: random.Random, size: int, letters: str = PRINTABLE) -> str:
    return "".join(rng.choices(letters, k=size))


def _hex(rng: random.Random, size: int) -> str:
    return rng.randbytes(size).hex()[:size]


def _password(rng: random.Random) -> str:
    return _random(rng, 10) + rng.choice("!%^*") + "aB7" + _random(rng, 3)


def _url(scheme: str) -> Callable[[random.Random], tuple[str, str]]:
    def make(rng: random.Random) -> tuple[str, str]:
        value = _random(rng, 16)
        return value, f"{scheme}://app{rng.randrange(99)}:{value}@db.internal:5432/main"

    return make


def _pem(label: str) -> Callable[[random.Random], tuple[str, str]]:
    def make(rng: random.Random) -> tuple[str, str]:
        size = rng.randrange(300, 1200)
        data = b"openssh-key-v1\0" + rng.randbytes(size)
        if "OPENSSH" not in label:
            data = b"\x30\x82" + size.to_bytes(2) + rng.randbytes(size)
        lines = base64.b64encode(data).decode()
        body = "\n".join(lines[i : i + 64] for i in range(0, len(lines), 64))
        return body, f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"

    return make


def _jwt(rng: random.Random) -> tuple[str, str]:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": _hex(rng, 16), "iat": rng.randrange(10**9)}]
    value = ".".join(_b64u(json.dumps(p).encode()) for p in parts) + "." + _b64u(rng.randbytes(32))
    return value, f"Cookie: session={value}"


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _assigned(name: str, make: Callable[[random.Random], str]) -> Callable[[random.Random], tuple[str, str]]:
    def made(rng: random.Random) -> tuple[str, str]:
        value = make(rng)
        return value, f'{name} = "{value}"'

    return made


def _in(
    before: str, make: Callable[[random.Random], str], after: str = ""
) -> Callable[[random.Random], tuple[str, str]]:
    def made(rng: random.Random) -> tuple[str, str]:
        value = make(rng)
        return value, f"{before}{value}{after}"

    return made


def _basic(rng: random.Random) -> str:
    return base64.b64encode(f"user{rng.randrange(99)}:{_random(rng, 14)}".encode()).decode()


SHAPES: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "private-key-rsa": _pem("RSA PRIVATE KEY"),
    "private-key-pkcs8": _pem("PRIVATE KEY"),
    "private-key-encrypted": _pem("ENCRYPTED PRIVATE KEY"),
    "private-key-ec": _pem("EC PRIVATE KEY"),
    "private-key-dsa": _pem("DSA PRIVATE KEY"),
    "private-key-openssh": _pem("OPENSSH PRIVATE KEY"),
    "json-web-token": _jwt,
    "telegram-bot-token": _in("bot ", lambda r: f"{r.randrange(10**8, 10**10)}:AA{_random(r, 33)}"),
    "slack-webhook": _in(
        "https://hooks.slack.com/services/",
        lambda r: (
            f"T{_random(r, 8, string.ascii_uppercase)}/B{_random(r, 10, string.ascii_uppercase)}/{_random(r, 24)}"
        ),
    ),
    "discord-webhook": _in(
        "https://discord.com/api/webhooks/", lambda r: f"{r.randrange(10**17, 10**18)}/{_random(r, 68)}"
    ),
    "postgres-password": _url("postgresql"),
    "mysql-password": _url("mysql"),
    "mongodb-password": _url("mongodb+srv"),
    "redis-url-password": _url("redis"),
    "amqp-password": _url("amqps"),
    "ftp-password": _url("sftp"),
    "http-password": _url("https"),
    "azure-connection-string": _in(
        "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=",
        lambda r: base64.b64encode(r.randbytes(64)).decode(),
        ";EndpointSuffix=core.windows.net",
    ),
    "azure-servicebus-key": _in("SharedAccessKey=", lambda r: base64.b64encode(r.randbytes(32)).decode()),
    "docker-registry-auth": _in('{"auths":{"r.io":{"auth": "', _basic, '"}}}'),
    "http-basic-header": _in("Authorization: Basic ", _basic),
    "http-bearer-header": _in("Authorization: Bearer ", lambda r: _random(r, 40)),
    "npmrc-auth-token": _in("//registry.internal/:_authToken=", lambda r: _random(r, 40)),
    "password-assigned": _assigned("password", _password),
    "password-environment": _in("export DB_PASS=", _password),
    "secret-assigned": _assigned("api_key", lambda r: _random(r, 40)),
    "token-assigned": _assigned("access_token", lambda r: _random(r, 40)),
    "client-secret-assigned": _assigned("client_secret", lambda r: _random(r, 32)),
}

_PROSE = (
    "the and of to in that it is was for on are as with they at be this from have or by one had not but what "
    "all were when we there can an your which their if will each about how up out them then she many some so "
    "these would other into has more her two like him see time could no make than first been its who now people "
    "password token key secret deploy function return request response server client config build test error"
).split()
NEGATIVES: tuple[Callable[[random.Random], str], ...] = (
    lambda r: f"request_id: {_hex(r, 8)}-{_hex(r, 4)}-{_hex(r, 4)}-{_hex(r, 4)}-{_hex(r, 12)}",
    lambda r: f"commit {_hex(r, 40)}\nsha256:{_hex(r, 64)}",
    lambda r: f"data:image/png;base64,{base64.b64encode(r.randbytes(6000)).decode()}",
    lambda r: (
        f'"integrity": "sha512-{base64.b64encode(r.randbytes(64)).decode()}", "resolved": "https://r.io/a-1.0.tgz"'
    ),
    lambda r: "".join(
        f"function {_random(r, 2)}(e,t){{return e.{_random(r, 3)}({r.randrange(99)})}};" for _ in range(40)
    ),
    lambda r: (
        'password = os.environ["DB_PASSWORD"]\napi_key = config.get("api_key")\ntoken: string | null = null'
    ),
    lambda r: (
        'api_key="YOUR_API_KEY_HERE" AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-...'
    ),
    lambda r: "postgres://user:password@localhost:5432/db https://example.com:8080/path?key=value",
    lambda r: f"ghp_{_random(r, 36)} AKIA1{_random(r, 15, string.ascii_uppercase)}",
    lambda r: "const accessToken = await getAccessToken(); const apiKey = process.env.OPENAI_API_KEY;",
    lambda r: (
        f"trace {hashlib.md5(r.randbytes(8), usedforsecurity=False).hexdigest()} took {r.randrange(999)} ms"
    ),
    lambda r: f"eyJ{_random(r, 60)}.{_random(r, 30)} sk_{_random(r, 12)} key-{_random(r, 8)}",
)


def prose(rng: random.Random, words: int) -> str:
    """Words in a row, some about keys."""
    return " ".join(rng.choices(_PROSE, k=words))


def conversation_text(rng: random.Random, size: int, planted: int) -> tuple[bytes, set[tuple[str, str]]]:
    """About ``size`` bytes of transcript lines with ``planted`` rounds of each kind, and what was planted."""
    texts = [
        (f"{prose(rng, 60)} {text}\n{prose(rng, 30)}", (kind, value))
        for _ in range(planted)
        for kind, value, text in secrets(rng)
    ]
    rng.shuffle(texts)
    lines: list[bytes] = []
    total, truth = 0, set[tuple[str, str]]()
    step = max(1, size // max(1, len(texts)))
    while total < size or texts:
        text = f"{prose(rng, 400)}\n{rng.choice(NEGATIVES)(rng)}\n{prose(rng, 300)}"
        if texts and total >= step * len(truth):
            planted_text, label = texts.pop()
            text += "\n" + planted_text
            truth.add(label)
        line = json.dumps(
            {"type": "user", "uuid": _hex(rng, 32), "message": {"role": "user", "content": text}}
        )
        lines.append(line.encode())
        total += len(lines[-1]) + 1
    return b"\n".join(lines) + b"\n", truth
