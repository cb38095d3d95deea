"""Personal data by form and check digit, examples of documents included: for replacing, not for reporting.

A finder that reports leaves out what is plainly an example; here that would let a value through. Pure: bytes
in, places out. Numbers without check digits count only in the writing that is usual for them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from withhold.gateway.sight import Hit


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    pattern: re.Pattern[bytes]
    check: Callable[[bytes], bool]


def find_shapes(text: bytes) -> list[Hit]:
    """Everything in ``text`` that has the form of personal data."""
    return [hit for shape in _wanted(text) for hit in _of(shape, text)]


def _of(shape: _Shape, text: bytes) -> Iterator[Hit]:
    for match in shape.pattern.finditer(text):
        if shape.check(match[0]):
            yield Hit(shape.kind, "personal", match.start(), match.end())


def _wanted(text: bytes) -> Iterator[_Shape]:
    if b"@" in text:
        yield _EMAIL
    if _LONG_NUMBER.search(text) is not None:
        yield from _NUMBERS


def _digits(value: bytes) -> bytes:
    return bytes(c for c in value if 48 <= c <= 57)


def _always(_value: bytes) -> bool:
    return True


def luhn(value: bytes) -> bool:
    """Check digit of ISO/IEC 7812-1, annex B, over the digits in ``value``."""
    total = 0
    for place, digit in enumerate(reversed(_digits(value))):
        number = (digit - 48) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def iban(value: bytes) -> bool:
    """Check digits of ISO 13616-1 (MOD 97-10)."""
    bare = value.replace(b" ", b"").upper()
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(chr(c), 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def german_tax_id(value: bytes) -> bool:
    """Check digit of § 139b AO (ISO 7064 MOD 11,10); not all ten digits before it differ."""
    digits = [c - 48 for c in _digits(value)]
    if len(digits) != 11 or digits[0] == 0 or len(set(digits[:10])) == 10:
        return False
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[10]


def ssn(value: bytes) -> bool:
    """Areas, groups and serials that the Social Security Administration never gives out do not count."""
    area, group, serial = value[:3], value[4:6], value[7:]
    return area not in {b"000", b"666"} and area < b"900" and group != b"00" and serial != b"0000"


_LONG_NUMBER = re.compile(rb"[0-9][0-9() ./-]{4}")
_B, _E = rb"(?<![A-Za-z0-9])", rb"(?![A-Za-z0-9])"
_EMAIL = _Shape(
    "email-address",
    re.compile(
        rb"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}" + _E
    ),
    _always,
)
_NUMBERS = (
    _Shape(
        "iban", re.compile(_B + rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?" + _E), iban
    ),
    _Shape("payment-card", re.compile(_B + rb"[2-6][0-9]{3}(?:[ -]?[0-9]){8,15}" + _E), luhn),
    _Shape(
        "phone-number", re.compile(rb"(?<![A-Za-z0-9+])\+[1-9](?:[ ()./-]{0,2}[0-9]){6,14}" + _E), _always
    ),
    _Shape(
        "phone-number", re.compile(rb"(?<![A-Za-z0-9])\([2-9][0-9]{2}\) ?[0-9]{3}[-. ][0-9]{4}" + _E), _always
    ),
    _Shape("social-security-number", re.compile(_B + rb"[0-9]{3}-[0-9]{2}-[0-9]{4}" + _E), ssn),
    _Shape(
        "national-insurance-number",
        re.compile(_B + rb"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]{2}){3} ?[A-D]" + _E),
        _always,
    ),
    _Shape("tax-number", re.compile(_B + rb"[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}" + _E), german_tax_id),
)
