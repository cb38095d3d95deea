"""By which way a tool's requests go out, and under whose terms, as far as files and variables tell.

The tool's own precedence decides, not what lies around: a login beside a cloud provider's variable is not
the way. Where two ways are possible, both are given.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from withhold.machine.effective import TRUE, Effective, Value, unexpanded
from withhold.machine.facts import RouteFacts, ToolFacts
from withhold.machine.interface import RouteRow
from withhold.machine.places import JsonFile, shown

LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Account:
    """The fields of the account file that are read; nothing else of it is kept."""

    file: JsonFile
    credentials: Path | None = None
    """A file of tokens that is there. It is not opened."""

    @property
    def signed_in(self) -> bool:
        return isinstance(self.file.settings.get("oauthAccount"), dict) or self.credentials is not None

    @property
    def organisation_type(self) -> str | None:
        login = self.file.settings.get("oauthAccount")
        kind = login.get("organizationType") if isinstance(login, dict) else None
        return kind if isinstance(kind, str) else None

    def approved(self, key: object) -> bool:
        """Whether the person once approved this API key: the file keeps the ends of approved keys."""
        responses = self.file.settings.get("customApiKeyResponses")
        ends = responses.get("approved") if isinstance(responses, dict) else None
        if not isinstance(ends, list) or not isinstance(key, str):
            return False
        return any(isinstance(end, str) and len(end) >= 8 and key.endswith(end) for end in ends)


def routes(facts: ToolFacts, effective: Effective, account: Account) -> tuple[RouteRow, ...]:
    """The possible ways, strongest first; one row of kind ``unknown`` where nothing tells."""
    found = tuple(_possible(facts, effective, account))
    if found:
        return found
    nothing = "no key, token, provider or login was found"
    if (host := _other_host(facts, effective)) is not None:
        return (RouteRow(facts.tool, facts.other_host.kind, "unknown", (host, nothing)),)
    return (RouteRow(facts.tool, "unknown", "unknown", (nothing,)),)


def _possible(facts: ToolFacts, effective: Effective, account: Account) -> Iterator[RouteRow]:
    for route in facts.routes:
        value = _signal(route, effective)
        if value is None:
            continue
        row = _row(facts, route, value, effective)
        if route.needs_approval and account.file.broken:
            place = shown(account.file.path, effective.machine)
            doubt = f"{place} cannot be read: an account may be used instead"
            row = replace(row, trainable="unknown", signals=(*row.signals, doubt))
        yield row
        if not _surely(route, value):
            continue
        if not (route.needs_approval and account.signed_in and not account.approved(value.value)):
            return
    if account.signed_in:
        yield _login(facts, effective, account)


def _signal(route: RouteFacts, effective: Effective) -> Value | None:
    for variable in route.variables:
        if (value := effective.variable(variable)) is not None:
            return value
    value = effective.setting(route.setting) if route.setting else None
    return value if value is not None and isinstance(value.value, str) and value.value.strip() else None


def _surely(route: RouteFacts, value: Value) -> bool:
    """Whether the program is known to take this way with this value: a switch has documented words."""
    if not isinstance(value.value, str) or unexpanded(value.value):
        return False
    return value.value in TRUE if route.switch else value.value.strip() != ""


def _row(facts: ToolFacts, route: RouteFacts, value: Value, effective: Effective) -> RouteRow:
    signals = [f"{value.name} is set ({value.where})", route.why]
    if route.needs_approval:
        signals.append("in a terminal the key is used only once a person has approved it")
    if not value.from_file:
        signals.append("set in this environment; started from another, the program may go another way")
    if route.switch and not _surely(route, value):
        signals.append(
            "its value is no word that switches it on; whether the program takes it so is not known"
        )
        return RouteRow(facts.tool, route.kind, "unknown", tuple(signals))
    host = _other_host(facts, effective) if route.first_party else None
    if host is not None:
        return RouteRow(facts.tool, facts.other_host.kind, "unknown", (*signals, host))
    doubts = tuple(_doubts(route, value, effective))
    if doubts:
        return RouteRow(facts.tool, route.kind, "unknown", (*signals, *doubts))
    return RouteRow(facts.tool, route.kind, route.trainable, tuple(signals))


def _doubts(route: RouteFacts, value: Value, effective: Effective) -> Iterator[str]:
    """Why the terms of a way may not hold although it is taken."""
    if not _surely(route, value):
        yield "its value is put in by a shell or is no text: whether it is set is not known"
    yield from _other_files(effective)
    for name in route.addresses:
        if (address := effective.variable(name)) is not None:
            yield f"{name} is set ({address.where}): whose terms hold there is not visible"
    if route.account_token is not None and str(value.value).strip().startswith(route.account_token):
        yield "its value begins as an account's token does: the account's terms hold and are not visible"


def _other_files(effective: Effective) -> Iterator[str]:
    """Files that count and were not understood: each can lead another way."""
    for file in effective.broken:
        yield f"{shown(file.path, effective.machine)} cannot be read and can lead another way"
    for place in effective.rejected:
        yield f"the program rejects {place}: whether the rest of that file counts is unknown"
    if effective.delivered:
        yield "an organisation's server delivers settings that win and were not read"


def _login(facts: ToolFacts, effective: Effective, account: Account) -> RouteRow:
    listed = isinstance(account.file.settings.get("oauthAccount"), dict)
    seen = account.file.path if listed or account.credentials is None else account.credentials
    place = shown(seen, effective.machine)
    kind = account.organisation_type
    login = facts.logins.get(kind) if kind is not None else None
    name = login.kind if login is not None else LOGIN
    signals = [f"an account is signed in ({place})", facts.login_texts[name]]
    if login is not None:
        signals.insert(1, f"its organisation is of type {kind}")
    host = _other_host(facts, effective)
    if host is not None:
        return RouteRow(facts.tool, facts.other_host.kind, "unknown", (*signals, host))
    trainable = "unknown" if login is None else login.trainable
    if doubts := tuple(_other_files(effective)):
        return RouteRow(facts.tool, name, "unknown", (*signals, *doubts))
    return RouteRow(facts.tool, name, trainable, tuple(signals))


def _other_host(facts: ToolFacts, effective: Effective) -> str | None:
    value = effective.variable(facts.other_host.variable)
    if value is None:
        return None
    try:
        host = urlsplit(str(value.value)).hostname or "one that cannot be read"
    except ValueError:
        host = "one that cannot be read"
    if host in facts.other_host.own:
        return None
    return f"{facts.other_host.variable} names the host {host} ({value.where}): {facts.other_host.why}"
