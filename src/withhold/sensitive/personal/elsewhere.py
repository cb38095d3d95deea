"""Numbers of people outside Europe, by their check digits.

Each takes the bare value (capital letters and digits) and names its source.
"""

from collections.abc import Sequence

from withhold.sensitive.personal.numbers import digits, luhn, verhoeff, was_day, weighted

_CUIT = frozenset({"20", "23", "24", "27", "30", "33", "34"})


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


def il_id(value: str) -> bool:
    """Israel: Luhn over nine digits with noughts before."""
    return int(value) > 999 and luhn(value.zfill(9))


def za_id(value: str) -> bool:
    """South Africa: a date, a digit for citizenship, and Luhn."""
    return was_day(1972, int(value[2:4]), int(value[4:6])) and value[10] in "012" and luhn(value)


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


def cl_rut(value: str) -> bool:
    """Chile: weights 2 to 7 from the right; ten is K, eleven nought."""
    body = [int(c) for c in reversed(value[:-1])]
    rest = 11 - weighted(body, (2, 3, 4, 5, 6, 7) * 2) % 11
    return value[-1] == {10: "K", 11: "0"}.get(rest, str(rest))


def mx_curp(value: str) -> bool:
    """RENAPO: letters in an alphabet of 37, weights 18 to 2, modulo 10."""
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(value[:17], range(18, 1, -1), strict=True))
    return was_day(1972, int(value[6:8]), int(value[8:10])) and str((10 - total % 10) % 10) == value[17]


def cn_id(value: str) -> bool:
    """GB 11643-1999: ISO 7064 MOD 11-2 and a date."""
    total = sum(int(c) * pow(2, 17 - place, 11) for place, c in enumerate(value[:17]))
    known = was_day(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return known and 1900 <= int(value[6:10]) < 2100 and "10X98765432"[total % 11] == value[17]


def kr_rrn(value: str) -> bool:
    """Resident registration number: a date, then modulus 11 (not for those since October 2020)."""
    d = digits(value)
    known = was_day(1972, int(value[2:4]), int(value[4:6]))
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
