"""``withhold gateway``: routes with their terms, tokens, and the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document

ActionWord = Literal["allow", "redact", "local", "refuse"]
TrainsWord = Literal["no", "yes", "unless_off", "unknown"]


class GatewayRouteRow(Struct, kw_only=True, frozen=True):
    """``retention_days`` is for ordinary content, ``flagged_days`` for what was flagged, reviewed or sent as
    feedback; ``null`` is unknown. On a local route they speak of others: what its server writes on this
    machine is not known. ``rests_on_your_word`` lists what no pack can know, ``apart_from`` the kinds of
    exceptions by which something is used in spite of a ``trains`` of no.
    """

    id: str
    upstream: str
    terms: str
    trains: TrainsWord
    apart_from: tuple[str, ...]
    why: str | None
    contract: bool
    retention_days: int | None
    flagged_days: int | None
    exceptions: tuple[str, ...]
    sources: tuple[str, ...]
    terms_compared: str | None
    rests_on_your_word: tuple[str, ...]
    key_found: bool
    plain_request: bool


class GatewayRuleRow(Struct, kw_only=True, frozen=True):
    clients: tuple[str, ...]
    projects: tuple[str, ...]
    sensitivity: tuple[str, ...]
    require: tuple[str, ...]
    secrets: ActionWord
    personal: ActionWord
    unread: ActionWord


class GatewayCheckDocument(Document, kw_only=True, frozen=True):
    """``names``: a model also looks for names of people and addresses of homes, as personal data."""

    schema: Literal["withhold.gateway-check/1"] = "withhold.gateway-check/1"
    config: str
    routes: tuple[GatewayRouteRow, ...]
    rules: tuple[GatewayRuleRow, ...]
    usable: bool
    names: bool
    not_seen: tuple[str, ...]


class GatewayTokenRow(Struct, kw_only=True, frozen=True):
    id: str
    client: str
    project: str
    made: datetime
    expires: datetime | None


class GatewayTokensDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.gateway-tokens/1"] = "withhold.gateway-tokens/1"
    tokens: tuple[GatewayTokenRow, ...]


class AuditRow(Struct, kw_only=True, frozen=True):
    """One request. ``outcome`` is ``unknown whether answered`` where the gateway ended before it knew.

    ``apart_from`` names the kinds of exceptions by which terms train in spite of a ``trains`` of no.
    """

    at: str
    client: str
    project: str
    endpoint: str
    models: tuple[str, ...]
    route: str | None
    terms: str | None
    trains: str | None
    apart_from: tuple[str, ...]
    found: Mapping[str, int]
    redacted: tuple[str, ...]
    outcome: str
    status: int | None
    ms: int | None
    replica: str
    seq: int


class GatewayAuditDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.gateway-audit/1"] = "withhold.gateway-audit/1"
    requests: tuple[AuditRow, ...]
    total: int


class AuditChainRow(Struct, kw_only=True, frozen=True):
    """``covered_up_to``: nothing outside the chain holds the lines after it; they could be cut off unseen."""

    replica: str
    lines: int
    head: str
    problems: tuple[str, ...]
    unfinished: bool
    unknown_whether_answered: int
    heads_in_evidence: int
    covered_up_to: int


class GatewayAuditVerifyDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.gateway-audit-verify/1"] = "withhold.gateway-audit-verify/1"
    chains: tuple[AuditChainRow, ...]
    holds: bool


class GatewayInitDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.gateway-init/1"] = "withhold.gateway-init/1"
    config: str
    """The file that was written."""


class GatewayKeyDocument(Document, kw_only=True, frozen=True):
    """Never the key."""

    schema: Literal["withhold.gateway-key/1"] = "withhold.gateway-key/1"
    route: str
    kept_in: str


class GatewayEnvDocument(Document, kw_only=True, frozen=True):
    """``variables`` hold the new token, shown this once; ``unset`` are those that would stand in its way."""

    schema: Literal["withhold.gateway-env/1"] = "withhold.gateway-env/1"
    client: str
    project: str
    url: str
    variables: Mapping[str, str]
    unset: tuple[str, ...]


class GatewayRevokeDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.gateway-tokens-revoke/1"] = "withhold.gateway-tokens-revoke/1"
    id: str
    client: str
