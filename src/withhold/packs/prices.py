"""Prices that somebody names, with where they were read and when: a file of the person's, never of ours.

withhold ships no prices: they change too often to be remembered. A file ``prices.yaml`` in the state folder,
or any file given, looks so::

    prices:
      - key: anthropic/claude-team.seat
        value: "25 EUR"
        checked: 2026-11-01
        source: https://example.org/pricing

Keys are ``PROVIDER/PLAN.seat`` (a person and month), ``.input`` and ``.output`` (a million tokens) and
``.minimum_seats`` (a number), where ``PLAN`` may be followed by ``/TIER``; and ``local.hardware``,
``local.electricity`` (a kilowatt-hour), ``local.months``, ``local.watts``, ``local.tokens_per_second``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from withhold.support.errors import UsageProblem

STALE_DAYS = 90
"""A price that was checked longer ago is shown as old and compared with nothing (as terms grow stale)."""
NUMBERS = ("minimum_seats", "months", "watts", "tokens_per_second")
PRICES = ("seat", "input", "output", "hardware", "electricity")
_KEY = re.compile(r"(?:local|[a-z0-9-]+/[a-z0-9-]+(?:/[a-z0-9-]+)?)\.([a-z_]+)")
_MONEY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([A-Z]{3})")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[1-9][0-9]{0,14}")
_FORM = "KEY=VALUE, such as anthropic/claude-team.seat=25EUR or local.watts=120"


@dataclass(frozen=True, slots=True)
class Price:
    """One named figure. ``currency`` is ``None`` for a plain number."""

    key: str
    value: Decimal
    currency: str | None
    checked: date | None
    source: str | None

    def stale(self, today: date) -> bool:
        """Whether it was checked too long ago, or nobody knows when."""
        return self.checked is None or (today - self.checked).days > STALE_DAYS


def given(text: str, today: date) -> Price:
    """What the person says on the command line, as of today. Raises ``UsageProblem``."""
    key, sign, value = text.partition("=")
    if not sign:
        raise UsageProblem(f"{text!r} is no price", next_step=f"write {_FORM}")
    return _price(key.strip(), value.strip(), today, "your word")


def read(path: Path) -> tuple[Price, ...]:
    """All prices of a file. Raises ``UsageProblem`` that names the entry at fault."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise UsageProblem(f"{path} cannot be read: {problem}", next_step="mend the file") from problem
    rows = data.get("prices") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise UsageProblem(f"{path} has no list named prices", next_step="begin it with: prices:")
    return tuple(_row(path, number, row) for number, row in enumerate(rows, 1))


def _row(path: Path, number: int, row: Any) -> Price:
    if not isinstance(row, Mapping) or not {"key", "value", "checked", "source"} <= set(row):
        raise UsageProblem(
            f"{path}, entry {number}: a price has key, value, checked and source",
            next_step="say where the price was read, and on which day",
        )
    checked = row["checked"]
    if type(checked) is not date:
        raise UsageProblem(f"{path}, entry {number}: checked is no day", next_step="write it as 2026-11-01")
    return _price(str(row["key"]), str(row["value"]), checked, str(row["source"]))


def _price(key: str, value: str, checked: date, source: str) -> Price:
    named = _KEY.fullmatch(key)
    kind = named[1] if named else ""
    if kind not in (*PRICES, *NUMBERS):
        raise UsageProblem(f"{key!r} is no key of a price", next_step=f"write {_FORM}")
    if kind in NUMBERS:
        form = _WHOLE if kind == "minimum_seats" else _NUMBER
        if not form.fullmatch(value):
            raise UsageProblem(f"{key} is a number, not {value!r}", next_step=f"write {_FORM}")
        return Price(key, _decimal(value), None, checked, source)
    money = _MONEY.fullmatch(value)
    if money is None:
        raise UsageProblem(f"{key} is an amount with its currency, not {value!r}", next_step=f"write {_FORM}")
    return Price(key, _decimal(money[1]), money[2], checked, source)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as problem:  # pragma: no cover - the patterns let none through
        raise UsageProblem(f"{text!r} is no number", next_step=f"write {_FORM}") from problem


def refuse_ahead(prices: Iterable[Price], today: date) -> None:
    """Raises ``UsageProblem`` for a day that is still to come: such a price would never grow old.

    Tomorrow is let through, since it is today somewhere.
    """
    for price in prices:
        if price.checked is not None and (price.checked - today).days > 1:
            raise UsageProblem(
                f"{price.key} was checked on {price.checked}, a day still to come",
                next_step="write the day on which the price was read",
            )


def merged(*groups: Iterable[Price]) -> dict[str, Price]:
    """By key; a later group wins over an earlier one."""
    return {price.key: price for group in groups for price in group}
