"""What is known about a person's account: plan, acceptance, and what was seen of the setting."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.when import When
from withhold.model.words import Known, Setting


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """The account was on ``tier`` (a marketed name of the pack, e.g. ``Pro``) from ``begins`` to ``ends``.

    ``ends`` is ``None`` while the plan lasts.
    """

    id: str
    tier: str
    begins: When
    ends: When | None
    known: Known


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The person's first acceptance of terms that start on acceptance lies within ``when``.

    ``When.between(day, None)`` says "not before that day, perhaps never".
    """

    id: str
    when: When
    known: Known


@dataclass(frozen=True, slots=True)
class SettingEvidence:
    """The control stood at ``setting`` throughout ``[begins, ends]`` (UTC, both inclusive).

    A look at the page is one instant: ``begins == ends``. Only a stretch that somebody vouches for is
    longer (a complete log, or the person's word). What lies between two looks is not known.
    """

    id: str
    control_id: str
    begins: datetime
    ends: datetime
    setting: Setting
    known: Known
    record: str | None = None
    """Evidence record that holds the capture."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one provider. ``region`` is as in the packs (``EEA``, ``US`` ...) or unknown."""

    id: str
    provider_id: str
    label: str
    region: str | None = None
    plans: tuple[PlanPeriod, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    source_account_ids: tuple[str, ...] = ()
    """Ids by which exports name this account."""
