"""Requirements on what a scan may find, from a TOML file of a person, a repository or an organisation.

require = ["codex-cli.feedback", "gemini-cli.*", "purpose:training"]
only_contract_routes = true
no_placebos = true
accept_unknown = ["*.training"]
"""

import fnmatch
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.machine.interface import Scan, SettingRow
    from withhold.packs.tools import ToolPack


class Policy(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``require`` names settings (``*`` allowed) or purposes that must be good or not applicable.

    Requirements concern tools that are found: one that is not here breaks none.
    """

    require: tuple[str, ...] = ()
    only_contract_routes: bool = False
    no_placebos: bool = False
    accept_unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """One requirement that does not hold."""

    rule: str
    id: str
    verdict: str
    why: str


def read_policy(path: Path) -> Policy:
    """The policy in a TOML file. Raises ``UsageProblem`` for one that cannot be read or has other keys."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Policy)
    except (OSError, ValueError, msgspec.ValidationError) as problem:
        raise UsageProblem(
            f"{path} is no policy: {problem}",
            next_step='write TOML, such as: require = ["codex-cli.feedback", "purpose:training"]',
        ) from problem


def require_known(policy: Policy, packs: "Iterable[ToolPack]") -> None:
    """Raise ``UsageProblem`` where a requirement names nothing that a pack has: it would never be broken."""
    settings = [s for pack in packs for s in pack.tool.settings]
    for rule in (*policy.require, *policy.accept_unknown):
        if rule.startswith("purpose:"):
            known = any(s.purpose == rule.removeprefix("purpose:") for s in settings)
        else:
            known = any(fnmatch.fnmatchcase(s.id, rule) for s in settings)
        if not known:
            raise UsageProblem(
                f"the policy names {rule!r}, which no setting of a tool is", next_step="withhold scan --json"
            )


def violations(found: "Scan", policy: Policy) -> tuple[Violation, ...]:
    """Everything in ``found`` that ``policy`` does not allow."""
    return tuple(_violations(found, policy))


def _violations(found: "Scan", policy: Policy) -> Iterator[Violation]:
    for row in found.settings:
        rule = next((r for r in policy.require if _names(r, row)), None)
        if rule is None or row.verdict.value in {"good", "not-applicable"}:
            continue
        accepted = any(fnmatch.fnmatchcase(row.id, pattern) for pattern in policy.accept_unknown)
        if not (row.verdict.value == "unknown" and accepted):
            yield Violation(rule, row.id, row.verdict.value, row.why)
    if policy.only_contract_routes:
        for route in found.routes:
            if route.trainable != "no":
                verdict = "bad" if route.trainable == "yes" else "unknown"
                yield Violation(
                    "only_contract_routes", f"{route.tool} ({route.kind})", verdict, route.signals[-1]
                )
    if policy.no_placebos:
        for placebo in found.placebos:
            yield Violation("no_placebos", placebo.where, "bad", placebo.why)


def _names(rule: str, row: "SettingRow") -> bool:
    if rule.startswith("purpose:"):
        return row.purpose == rule.removeprefix("purpose:")
    return fnmatch.fnmatchcase(row.id, rule)
