"""What the checks share, and numbers that are the same everywhere: cards, accounts, addresses, telephones."""

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_NETWORKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"4", (13, 16, 19)),
    (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|[689])", (14, 16, 19)),
    (r"35(?:2[89]|[3-8])", (16, 17, 18, 19)),
    (r"6(?:011|4[4-9]|5|2)", (16, 17, 18, 19)),
)


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data of the checks: lengths of IBANs, calling codes, numbers that documents use as examples."""

    iban_lengths: dict[str, int]
    calling_codes: tuple[str, ...]
    documented: frozenset[str]
    not_mail_endings: frozenset[str]
    not_mail_domains: frozenset[str]
    not_mail_names: frozenset[str]


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables that come with the pack."""
    text = (files("withhold.sensitive.personal") / "data" / "tables.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return msgspec.convert(yaml.load(text, loader), Tables)  # noqa: S506 - a safe loader


def digits(value: str) -> list[int]:
    """The digits of a value; letters are left out."""
    return [int(c) for c in value if c.isdecimal()]


def weighted(number: Sequence[int], weights: Sequence[int]) -> int:
    """The sum of digits times weights, as far as both go."""
    return sum(d * w for d, w in zip(number, weights, strict=False))


def luhn(value: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits(value))):
        doubled = digit * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def card(value: str) -> bool:
    """Luhn, the lengths of the networks, and not one digit all over."""
    network = next((sizes for pattern, sizes in _NETWORKS if re.match(pattern, value)), None)
    return network is not None and len(value) in network and len(set(value)) > 1 and luhn(value)


def mod97(value: str) -> bool:
    """ISO 7064 MOD 97-10 over letters as 10 to 35, the first four characters at the end."""
    turned = value[4:] + value[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def iban(value: str) -> bool:
    """ISO 13616: the length of its country, and MOD 97-10."""
    return tables().iban_lengths.get(value[:2]) == len(value) and mod97(value)


def verhoeff(value: str) -> bool:
    """Verhoeff's scheme over the dihedral group of ten (Aadhaar)."""
    check = 0
    for place, digit in enumerate(reversed(digits(value))):
        for _ in range(place % 8):
            digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]  # noqa: PLW2901 - permuted as often as it is far
        check = _dihedral(check, digit)
    return check == 0


def _dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def mod11_10(value: str) -> bool:
    """ISO 7064 MOD 11,10 (Steuer-ID, OIB)."""
    d = digits(value)
    rest = 10
    for digit in d[:-1]:
        rest = ((digit + rest) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == d[-1]


def public_ip(value: str) -> bool:
    """An address that is routed on the internet (IANA's special registries); no version such as 1.2.3.4."""
    try:
        address = ipaddress.ip_address(value.lower())
    except ValueError:
        return False
    tiny = address.version == 4 and all(int(part) < 20 for part in value.split("."))
    return address.is_global and not address.is_multicast and not tiny


def bitcoin(value: str) -> bool:
    """Base58Check over version and hash of 160 bits; or BIP 173 and BIP 350."""
    if value.lower().startswith("bc1"):
        return _segwit(value.lower())
    number = 0
    for letter in value:
        number = number * 58 + _BASE58.index(letter)
    data = number.to_bytes(25, "big") if number.bit_length() <= 200 else b""
    return bool(data) and hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


def _segwit(value: str) -> bool:
    values = [3, 3, 0, 2, 3, *(_BECH32.index(c) for c in value[3:])]
    check = 1
    for one in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ one
        for bit, polynomial in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= polynomial if top >> bit & 1 else 0
    return check in {1, 0x2BC830A3}


def phone(value: str) -> bool:
    """ITU-T E.164: a calling code that is given out, and 8 to 15 digits."""
    number = value.lstrip("+")
    known = any(number.startswith(code) for code in tables().calling_codes)
    return known and 8 <= len(number) <= 15 and len(set(number)) > 3


def birth(value: str) -> bool:
    """A day that was, between 1900 and 2100."""
    parts = [int(p) for p in re.findall(r"[0-9]+", value)]
    if len(parts) != 3:
        return True
    year, month, day = parts if parts[0] > 31 else (parts[2], parts[1], parts[0])
    year = year if year > 99 else 1900 + year
    return 1900 <= year < 2100 and (was_day(year, month, day) or was_day(year, day, month))


def anything(_value: str) -> bool:
    """For kinds that have no check digit."""
    return True


def was_day(year: int, month: int, number: int) -> bool:
    """Whether there was such a day."""
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True
