"""The gateway's configuration: routes, rules and what happens to sensitive content. One TOML file.

Every key is checked; one that is not known is an error, because a rule that is misspelt would not hold.
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from withhold.gateway.requirements import Requirement
from withhold.support.errors import UsageProblem

Action = Literal["allow", "redact", "local", "refuse"]
Dialect = Literal["openai", "anthropic"]
Sort = Literal["secrets", "personal", "unread"]
"""``unread``: pictures, sound, files and token numbers, which no finder reads."""

SORTS: tuple[Sort, ...] = ("secrets", "personal", "unread")
LOCAL = "local"
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class RouteConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way out. ``terms`` is ``PROVIDER/PLAN`` of a pack, or ``local``.

    ``setting`` and ``zero_retention`` are the person's word on their account: that every control stands at
    private, and that a contract on zero retention was signed. ``on_my_word`` is theirs on a local route: that
    a server of which nothing can be known answers on this machine.
    """

    id: Name
    upstream: str
    terms: str
    speaks: tuple[Dialect, ...]
    models: tuple[str, ...] = ("*",)
    key: str = "keyring"
    auth: Literal["bearer", "x-api-key", "none"] | None = None
    region: str | None = None
    account: str | None = None
    setting: Literal["private"] | None = None
    zero_retention: bool = False
    model: str | None = None
    on_my_word: bool = False

    @property
    def is_local(self) -> bool:
        return self.terms == LOCAL


class OnFound(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to a request in which something of that sort was found."""

    secrets: Action | None = None
    personal: Action | None = None
    unread: Literal["allow", "local", "refuse"] | None = None


class RuleConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is demanded of requests that match. All rules that match hold together.

    ``sensitivity`` names what a request holds: ``secrets``, ``personal``, ``unread`` or ``none``.
    """

    clients: tuple[str, ...] = ("*",)
    projects: tuple[str, ...] = ("*",)
    sensitivity: tuple[Literal["secrets", "personal", "unread", "none"], ...] = (
        "secrets",
        "personal",
        "unread",
        "none",
    )
    require: tuple[str, ...] = ()
    found: OnFound = OnFound()


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``max_terms_age_days``: terms that nobody compared with their source for longer count as unknown.

    ``names``: a model on this machine also looks for names of people and addresses of homes; a request that
    it has not read within ``names_seconds`` is refused. ``not_names`` are words that it is not to take for
    names.
    """

    route: tuple[RouteConfig, ...]
    rule: tuple[RuleConfig, ...]
    port: Annotated[int, Meta(ge=0, le=65535)] = 8787
    hosts: tuple[str, ...] = ()
    max_body_mb: Annotated[int, Meta(ge=1, le=256)] = 32
    max_terms_age_days: Annotated[int, Meta(ge=1, le=180)] = 90
    upstream_silence_seconds: Annotated[int, Meta(ge=1, le=3600)] = 600
    session_idle_minutes: Annotated[int, Meta(ge=1, le=10080)] = 480
    names: bool = False
    names_seconds: Annotated[int, Meta(ge=1, le=600)] = 60
    not_names: tuple[str, ...] = ()
    replica: Name | None = None
    database: str | None = None


def read_config(path: Path) -> Config:
    """The configuration in ``path``. Raises ``UsageProblem`` that names what is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        config = msgspec.convert(raw, Config, strict=True)
    except OSError as problem:
        raise UsageProblem(
            f"{path} could not be read: {problem.strerror}",
            next_step="'withhold gateway init' writes a configuration to begin with",
        ) from problem
    except (ValueError, msgspec.ValidationError) as problem:
        raise UsageProblem(
            f"{path}: {problem}", next_step="mend it and run 'withhold gateway check'"
        ) from problem
    _check(config, path)
    return config


def _check(config: Config, path: Path) -> None:
    problems = [*_route_problems(config), *_rule_problems(config)]
    if problems:
        raise UsageProblem(
            "\n".join(f"{path}: {problem}" for problem in problems),
            next_step="mend it and run 'withhold gateway check'",
        )


def _route_problems(config: Config) -> list[str]:
    ids = [route.id for route in config.route]
    found = [f"two routes are called {name!r}" for name in sorted(set(ids)) if ids.count(name) > 1]
    if not ids:
        found.append("there is no route")
    for route in config.route:
        found += [f"route {route.id}: {problem}" for problem in _upstream_problems(route)]
        if not route.is_local and "/" not in route.terms:
            found.append(f"route {route.id}: terms are PROVIDER/PLAN of a pack, or 'local'")
        if route.on_my_word and not route.is_local:
            found.append(f'route {route.id}: on_my_word is for terms = "local" alone')
        if not (route.key in {"keyring", "none"} or route.key.startswith("env:")):
            found.append(f"route {route.id}: key is 'keyring', 'none' or 'env:NAME', never the key itself")
    return found


def _upstream_problems(route: RouteConfig) -> list[str]:
    if route.upstream.startswith("unix:"):
        return [] if route.is_local else ['a Unix socket is for terms = "local" alone']
    parts = urlsplit(route.upstream)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        return ["upstream is an http(s) address without user, password or query"]
    if route.is_local and not is_loopback(parts.hostname):
        return ['terms = "local" is for a loopback address or a Unix socket alone']
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return ["an upstream that is not on this machine is spoken to by https alone"]
    return []


def _rule_problems(config: Config) -> list[str]:
    found = [] if config.rule else ["there is no rule, so that every request would be refused"]
    for number, rule in enumerate(config.rule, 1):
        for text in rule.require:
            try:
                Requirement.parse(text)
            except ValueError as problem:
                found.append(f"rule {number}: {problem}")
    return found


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by its address; a name counts only if it is ``localhost``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
