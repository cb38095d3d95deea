"""Check digits of the numbers that states, banks and networks give people. Each names its source.

Every check takes the bare value (capital letters and digits, separators removed) and answers whether it can
have been given out.
"""

import hashlib
import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

Check = Callable[[str], bool]
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


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


_NETWORKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"4", (13, 16, 19)),
    (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|[689])", (14, 16, 19)),
    (r"35(?:2[89]|[3-8])", (16, 17, 18, 19)),
    (r"6(?:011|4[4-9]|5|2)", (16, 17, 18, 19)),
)


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


def aadhaar(value: str) -> bool:
    """UIDAI: twelve digits, the first from 2 on."""
    return value[0] > "1" and len(set(value)) > 2 and verhoeff(value)


def us_ssn(value: str) -> bool:
    """SSA: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    return value[:3] not in {"000", "666"} and value[0] != "9" and value[3:5] != "00" and value[5:] != "0000"


def us_itin(value: str) -> bool:
    """IRS: 9xx with a fourth and fifth digit in the ranges given out."""
    group = int(value[3:5])
    return value[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or group >= 94)


def us_routing(value: str) -> bool:
    """ABA routing number: weights 3, 7, 1."""
    start = int(value[:2])
    known = start <= 12 or 21 <= start <= 32 or 61 <= start <= 72 or start == 80
    return known and weighted(digits(value), (3, 7, 1) * 3) % 10 == 0


def us_npi(value: str) -> bool:
    """CMS National Provider Identifier: Luhn with 80840 before it."""
    return luhn("80840" + value)


def us_dea(value: str) -> bool:
    """DEA number of a prescriber: two letters, then a sum of seven digits."""
    d = digits(value[-7:])
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def uk_nhs(value: str) -> bool:
    """NHS Data Dictionary: modulus 11 with weights 10 to 2."""
    d = digits(value)
    check = 11 - weighted(d[:9], range(10, 1, -1)) % 11
    return check % 11 == d[9] and check != 10


def uk_nino(value: str) -> bool:
    """HMRC manual NIM39110: prefixes that are not given out."""
    return value[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def de_tax(value: str) -> bool:
    """Steuer-ID: ISO 7064 MOD 11,10; of the first ten digits one stands twice or thrice, others once."""
    d = digits(value)
    times = sorted((d[:10].count(x) for x in set(d[:10])), reverse=True)
    return d[0] != 0 and times[0] in {2, 3} and all(t == 1 for t in times[1:]) and mod11_10(value)


def mod11_10(value: str) -> bool:
    """ISO 7064 MOD 11,10 (Steuer-ID, OIB)."""
    d = digits(value)
    rest = 10
    for digit in d[:-1]:
        rest = ((digit + rest) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == d[-1]


def de_pension(value: str) -> bool:
    """Rentenversicherungsnummer: sums of digits of products; the letter counts as its two digits."""
    number = digits(value[:8] + f"{ord(value[8]) - 64:02}" + value[9:])
    total = sum(
        sum(divmod(d * w, 10)) for d, w in zip(number, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)
    )
    return total % 10 == number[-1] and _date(int(value[6:8]), int(value[4:6]), int(value[2:4]) % 50 or 1)


def at_svnr(value: str) -> bool:
    """Austrian social insurance: weights 3 7 9 5 8 4 2 1 6 around the check digit."""
    d = digits(value)
    return weighted(d[:3] + d[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11 == d[3]


def ch_ahv(value: str) -> bool:
    """Swiss AHV number: an EAN-13 that begins with 756."""
    return value.startswith("756") and weighted(digits(value), (1, 3) * 7) % 10 == 0


def fr_nir(value: str) -> bool:
    """INSEE: 97 minus the number modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    body = value[:13].replace("2A", "19").replace("2B", "18")
    return body.isdecimal() and 97 - int(body) % 97 == int(value[13:])


def es_nif(value: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23; X, Y and Z count as 0, 1 and 2."""
    number = int(value[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == value[-1]


_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def it_fiscal(value: str) -> bool:
    """Codice fiscale (D.M. 23/12/1976): odd places by a table, even ones by their order."""
    order = [int(c) if c.isdecimal() else ord(c) - 65 for c in value]
    total = sum(_FISCAL_ODD[n] if place % 2 == 0 else n for place, n in enumerate(order[:15]))
    return total % 26 == order[15]


def pt_nif(value: str) -> bool:
    """Portugal: modulus 11 with weights 9 to 2."""
    d = digits(value)
    rest = weighted(d[:8], range(9, 1, -1)) % 11
    return value[0] in "1235689" and d[8] == (0 if rest < 2 else 11 - rest)


def nl_bsn(value: str) -> bool:
    """Burgerservicenummer: the test of eleven with a last weight of minus one."""
    return int(value) > 0 and weighted(digits(value), (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def be_national(value: str) -> bool:
    """Rijksregisternummer: 97 minus the number modulo 97, with a 2 before it from the year 2000 on."""
    body, check = value[:9], int(value[9:])
    born = _date(1972, int(value[2:4]) % 20 or 1, int(value[4:6]) or 1)
    return born and check in {97 - int(body) % 97, 97 - int("2" + body) % 97}


def pl_pesel(value: str) -> bool:
    """Ustawa o ewidencji ludności: weights 1 3 7 9; the month tells the century."""
    d = digits(value)
    month, day = int(value[2:4]) % 20, int(value[4:6])
    return _date(1972, month, day) and (10 - weighted(d[:10], (1, 3, 7, 9) * 3) % 10) % 10 == d[10]


def se_personal(value: str) -> bool:
    """Skatteverket: a date, and Luhn over the last ten digits. A day plus 60 is a coordination number."""
    ten = value[-10:]
    return _date(1972, int(ten[2:4]), int(ten[4:6]) % 60) and luhn(ten)


def no_fnr(value: str) -> bool:
    """Skatteetaten: two check digits modulo 11."""
    d = digits(value)
    first = (11 - weighted(d[:9], (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11) % 11
    second = (11 - weighted(d[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    return _date(1972, int(value[2:4]) % 40, int(value[:2]) % 40) and [first, second] == d[9:]


def dk_cpr(value: str) -> bool:
    """CPR-kontoret: a date. The old modulus 11 holds no more for numbers since 2007."""
    return _date(1972, int(value[2:4]), int(value[:2]))


def fi_hetu(value: str) -> bool:
    """DVV: the nine digits modulo 31 choose the last character."""
    nine = value[:6] + value[7:10]
    known = _date(1972, int(value[2:4]), int(value[:2]))
    return known and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(nine) % 31] == value[10]


def baltic(value: str) -> bool:
    """Estonia's isikukood and Lithuania's asmens kodas: weights 1 to 9, then 3 to 9, modulo 11."""
    d = digits(value)
    check = weighted(d, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(d, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return _date(1972, int(value[3:5]), int(value[5:7])) and check == d[10]


def cz_birth(value: str) -> bool:
    """Rodné číslo, Czech and Slovak: divisible by 11; women's months have 50 more."""
    month = int(value[2:4]) % 50
    return _date(1972, month if month < 13 else month - 20, int(value[4:6])) and int(value) % 11 == 0


def ro_cnp(value: str) -> bool:
    """Romania: the key 279146358279 modulo 11, ten as one."""
    d = digits(value)
    rest = weighted(d[:12], digits("279146358279")) % 11
    return (
        value[0] != "0"
        and _date(1972, int(value[3:5]), int(value[5:7]))
        and d[12] == (1 if rest == 10 else rest)
    )


def bg_egn(value: str) -> bool:
    """GRAO: weights 2 4 8 5 10 9 7 3 6 modulo 11, ten as nought."""
    d = digits(value)
    check = weighted(d[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return _date(1972, int(value[2:4]) % 20, int(value[4:6])) and check == d[9]


def gr_amka(value: str) -> bool:
    """AMKA: a date, and Luhn."""
    return _date(1972, int(value[2:4]), int(value[:2])) and luhn(value)


def ie_pps(value: str) -> bool:
    """Personal Public Service Number: weights 8 to 2, a second letter nine times, modulo 23."""
    total = weighted(digits(value[:7]), range(8, 1, -1))
    if len(value) == 9:
        total += 9 * (ord(value[8]) - 64)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == value[7]


def tr_id(value: str) -> bool:
    """T.C. Kimlik No: the tenth and eleventh digit."""
    d = digits(value)
    tenth = (7 * sum(d[0:9:2]) - sum(d[1:8:2])) % 10
    return d[0] != 0 and tenth == d[9] and sum(d[:10]) % 10 == d[10]


def il_id(value: str) -> bool:
    """Israel: Luhn over nine digits with noughts before."""
    return int(value) > 999 and luhn(value.zfill(9))


def za_id(value: str) -> bool:
    """South Africa: a date, a digit for citizenship, and Luhn."""
    return _date(1972, int(value[2:4]), int(value[4:6])) and value[10] in "012" and luhn(value)


def ca_sin(value: str) -> bool:
    """Canada: Luhn over nine digits; none begins with 0 or 8."""
    return value[0] not in "08" and luhn(value)


def br_cpf(value: str) -> bool:
    """Receita Federal: two check digits modulo 11."""
    return len(set(value)) > 1 and _brazil(digits(value), 9, range(10, 1, -1), range(11, 1, -1))


def br_cnpj(value: str) -> bool:
    """The same for firms, with other weights."""
    first = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return len(set(value)) > 1 and _brazil(digits(value), 12, first, (6, *first))


def _brazil(d: Sequence[int], size: int, first: Sequence[int], second: Sequence[int]) -> bool:
    def check(rest: int) -> int:
        return 0 if rest < 2 else 11 - rest

    return [check(weighted(d[:size], first) % 11), check(weighted(d[: size + 1], second) % 11)] == d[size:]


def ar_cuit(value: str) -> bool:
    """AFIP: weights 5 4 3 2 7 6 5 4 3 2 modulo 11."""
    d = digits(value)
    return value[:2] in _CUIT and (11 - weighted(d[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == d[10]


_CUIT = frozenset({"20", "23", "24", "27", "30", "33", "34"})


def cl_rut(value: str) -> bool:
    """Chile: weights 2 to 7 from the right; ten is K, eleven nought."""
    body = [int(c) for c in reversed(value[:-1])]
    rest = 11 - weighted(body, (2, 3, 4, 5, 6, 7) * 2) % 11
    return value[-1] == {10: "K", 11: "0"}.get(rest, str(rest))


def mx_curp(value: str) -> bool:
    """RENAPO: letters in an alphabet of 37, weights 18 to 2, modulo 10."""
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(value[:17], range(18, 1, -1), strict=True))
    return _date(1972, int(value[6:8]), int(value[8:10])) and str((10 - total % 10) % 10) == value[17]


def cn_id(value: str) -> bool:
    """GB 11643-1999: ISO 7064 MOD 11-2 and a date."""
    total = sum(int(c) * pow(2, 17 - place, 11) for place, c in enumerate(value[:17]))
    known = _date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return known and 1900 <= int(value[6:10]) < 2100 and "10X98765432"[total % 11] == value[17]


def kr_rrn(value: str) -> bool:
    """Resident registration number: a date, then modulus 11 (not for those since October 2020)."""
    d = digits(value)
    known = _date(1972, int(value[2:4]), int(value[4:6]))
    return known and (11 - weighted(d[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == d[12]


def jp_number(value: str) -> bool:
    """My Number (order no. 85 of 2014): weights 6 5 4 3 2 7 6 5 4 3 2 modulo 11."""
    d = digits(value)
    rest = weighted(d[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return d[11] == (0 if rest < 2 else 11 - rest)


def tw_id(value: str) -> bool:
    """Taiwan: the letter counts as two digits; weights 1 9 8 ... 1 1, modulo 10."""
    number = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(value[0]) + 10
    return weighted([*divmod(number, 10), *digits(value[1:])], (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def hk_id(value: str) -> bool:
    """Hong Kong: a missing first letter counts as 36; weights 9 to 1, modulo 11, ten as A."""
    padded = value.rjust(9)
    order = [36 if c == " " else int(c, 36) for c in padded[:8]]
    check = 10 if padded[8] == "A" else int(padded[8])
    return (weighted(order, range(9, 1, -1)) + check) % 11 == 0


def sg_nric(value: str) -> bool:
    """Singapore NRIC and FIN (letters S, T, F, G, M): weights 2 7 6 5 4 3 2."""
    total = weighted(digits(value[1:8]), (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(value[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}.get(value[0], "XWUTRQPNMLK")
    place = total % 11 if value[0] != "M" else 10 - total % 11
    return letters[place] == value[8]


def au_tfn(value: str) -> bool:
    """ATO tax file number: weights 1 4 3 7 5 8 6 9 10 modulo 11."""
    return weighted(digits(value), (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_abn(value: str) -> bool:
    """Australian Business Number: one off the first digit, modulo 89."""
    d = digits(value)
    return weighted([d[0] - 1, *d[1:]], (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def au_medicare(value: str) -> bool:
    """Medicare card: weights 1 3 7 9 over the first eight digits give the ninth."""
    d = digits(value)
    return 2 <= d[0] <= 6 and weighted(d[:8], (1, 3, 7, 9) * 2) % 10 == d[8]


def th_id(value: str) -> bool:
    """Thailand: weights 13 to 2 modulo 11."""
    d = digits(value)
    return d[0] != 0 and (11 - weighted(d[:12], range(13, 1, -1)) % 11) % 10 == d[12]


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
    return 1900 <= year < 2100 and (_date(year, month, day) or _date(year, day, month))


def anything(_value: str) -> bool:
    """For kinds that have no check digit."""
    return True


def _date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


CHECKS: dict[str, Check] = {
    "-": anything, "aadhaar": aadhaar, "ar-cuit": ar_cuit, "at-svnr": at_svnr, "au-abn": au_abn,
    "au-medicare": au_medicare, "au-tfn": au_tfn, "baltic": baltic, "be-national": be_national,
    "bg-egn": bg_egn, "birth": birth, "bitcoin": bitcoin, "br-cnpj": br_cnpj, "br-cpf": br_cpf,
    "ca-sin": ca_sin, "card": card, "ch-ahv": ch_ahv, "cl-rut": cl_rut, "cn-id": cn_id, "cz-birth": cz_birth,
    "de-pension": de_pension, "de-tax": de_tax, "dk-cpr": dk_cpr, "es-nif": es_nif, "fi-hetu": fi_hetu,
    "fr-nir": fr_nir, "gr-amka": gr_amka, "hk-id": hk_id, "hr-oib": mod11_10, "iban": iban, "ie-pps": ie_pps,
    "il-id": il_id, "it-fiscal": it_fiscal, "jp-number": jp_number, "kr-rrn": kr_rrn, "luhn": luhn,
    "mx-curp": mx_curp, "nl-bsn": nl_bsn, "no-fnr": no_fnr, "phone": phone, "pl-pesel": pl_pesel,
    "public-ip": public_ip, "pt-nif": pt_nif, "ro-cnp": ro_cnp, "se-personal": se_personal,
    "sg-nric": sg_nric, "th-id": th_id, "tr-id": tr_id, "tw-id": tw_id, "uk-nhs": uk_nhs, "uk-nino": uk_nino,
    "us-dea": us_dea, "us-itin": us_itin, "us-npi": us_npi, "us-routing": us_routing, "us-ssn": us_ssn,
    "za-id": za_id,
}  # fmt: skip
CERTAIN = frozenset(CHECKS) - {"-", "birth", "dk-cpr", "phone", "public-ip", "uk-nino", "us-itin", "us-ssn"}
"""Checks that hold by a check digit: a wrong candidate passes them by chance only."""
