"""Time-stamps for the evidence, and the authorities that the person named for them: nobody else is asked."""

from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.evidence.authorities import Authorities, Authority, authority, name_of
from withhold.report import documents as d
from withhold.support.errors import UsageProblem, WithholdError

LATE_TIMEOUT = 5.0
"""Seconds for one authority where nobody asked for a time-stamp just now."""


def begin_session(services: Services) -> None:
    """Let the records from here on carry a token over a random value: they were not made before it.

    Without a configured authority nobody is asked. One that fails holds nothing up beyond its time limit:
    the records then say why there is no token.
    """
    from withhold.evidence.sessions import begin

    authorities = services.journal.authorities
    services.journal.use_session(begin(authorities, timeout=LATE_TIMEOUT) if authorities else None)


def stamp_late(services: Services) -> None:
    """Stamp what is unstamped at the end of a command. Says what went wrong and never raises for it."""
    from withhold.evidence.stamping import stamp_when_due

    marker = services.home.evidence / "stamp-failed"
    try:
        outcome = stamp_when_due(services.journal, services.clock, marker, timeout=LATE_TIMEOUT)
    except (WithholdError, OSError) as problem:
        services.progress.step(f"the evidence could not be time-stamped: {problem}")
        return
    for name, why in outcome.refused if outcome else ():
        services.progress.step(f"no time-stamp from {name}: {why} (withhold evidence stamp tries again)")


def stamp_evidence(
    services: Services, url: str | None = None, root: Path | None = None
) -> d.EvidenceStampDocument:
    """Ask every configured authority, or only the one named here, for a token over the newest checkpoint."""
    from withhold.evidence.stamping import stamp

    authorities = services.journal.authorities if url is None else (_named(url, root),)
    if not authorities:
        raise UsageProblem(
            "no timestamp authority is configured",
            next_step="withhold evidence authorities add URL --root FILE, or stamp --tsa URL --root FILE",
        )
    outcome = stamp(services.journal, services.clock, authorities=authorities)
    now = services.stamp()
    idle = not outcome.got and not outcome.refused
    return d.EvidenceStampDocument(
        generated_at=now.generated_at,
        tool_version=now.tool_version,
        size=outcome.size,
        tokens=tuple(
            d.TokenRow(authority=g.authority.name, url=g.authority.url, time=g.stamp.at) for g in outcome.got
        ),
        refused=tuple(d.RefusalRow(authority=name, why=why) for name, why in outcome.refused),
        record=outcome.record.id if outcome.record else None,
        unstamped=services.journal.bare(),
        why="All records are time-stamped already; nobody was asked." if idle else None,
    )


def list_authorities(services: Services) -> d.EvidenceAuthoritiesDocument:
    """The authorities that the person named."""
    return _authorities(services)


def add_authority(
    services: Services, url: str, root: Path, name: str | None, policy: str | None, crl: Path | None
) -> d.EvidenceAuthoritiesDocument:
    """Name an authority; nothing is sent to it yet."""
    revoked = None if crl is None else _read(crl)
    added = authority(name or name_of(url), url, _read(root), policy, revoked)
    Authorities(services.home.prepare().root).add(added)
    return _authorities(services)


def remove_authority(services: Services, name: str) -> d.EvidenceAuthoritiesDocument:
    """Take an authority off the list. Its tokens stay, and are no longer counted as trusted."""
    Authorities(services.home.root).remove(name)
    return _authorities(services)


def _named(url: str, root: Path | None) -> Authority:
    if root is None:
        raise UsageProblem(
            "a token can only be checked with the authority's root", next_step="add --root FILE"
        )
    return authority(name_of(url), url, _read(root))


def _authorities(services: Services) -> d.EvidenceAuthoritiesDocument:
    from withhold.evidence.timestamps import fingerprints

    now = services.stamp()
    return d.EvidenceAuthoritiesDocument(
        generated_at=now.generated_at,
        tool_version=now.tool_version,
        authorities=tuple(
            d.AuthorityRow(
                name=a.name,
                url=a.url,
                policy=a.policy,
                roots=tuple(sorted(fingerprints(a.root))),
                revocations=a.crl is not None,
            )
            for a in Authorities(services.home.root).all()
        ),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}") from problem
