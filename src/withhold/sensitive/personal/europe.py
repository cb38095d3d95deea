"""Numbers of people in Europe and Türkiye, by their check digits.

Each takes the bare value (capital letters and digits) and names its source.
"""

from withhold.sensitive.personal.numbers import digits, luhn, mod11_10, was_day, weighted

_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


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


def de_pension(value: str) -> bool:
    """Rentenversicherungsnummer: sums of digits of products; the letter counts as its two digits."""
    number = digits(value[:8] + f"{ord(value[8]) - 64:02}" + value[9:])
    total = sum(
        sum(divmod(d * w, 10)) for d, w in zip(number, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)
    )
    return total % 10 == number[-1] and was_day(int(value[6:8]), int(value[4:6]), int(value[2:4]) % 50 or 1)


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
    born = was_day(1972, int(value[2:4]) % 20 or 1, int(value[4:6]) or 1)
    return born and check in {97 - int(body) % 97, 97 - int("2" + body) % 97}


def pl_pesel(value: str) -> bool:
    """Ustawa o ewidencji ludności: weights 1 3 7 9; the month tells the century."""
    d = digits(value)
    month, day = int(value[2:4]) % 20, int(value[4:6])
    return was_day(1972, month, day) and (10 - weighted(d[:10], (1, 3, 7, 9) * 3) % 10) % 10 == d[10]


def se_personal(value: str) -> bool:
    """Skatteverket: a date, and Luhn over the last ten digits. A day plus 60 is a coordination number."""
    ten = value[-10:]
    return was_day(1972, int(ten[2:4]), int(ten[4:6]) % 60) and luhn(ten)


def no_fnr(value: str) -> bool:
    """Skatteetaten: two check digits modulo 11."""
    d = digits(value)
    first = (11 - weighted(d[:9], (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11) % 11
    second = (11 - weighted(d[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    return was_day(1972, int(value[2:4]) % 40, int(value[:2]) % 40) and [first, second] == d[9:]


def dk_cpr(value: str) -> bool:
    """CPR-kontoret: a date. The old modulus 11 holds no more for numbers since 2007."""
    return was_day(1972, int(value[2:4]), int(value[:2]))


def fi_hetu(value: str) -> bool:
    """DVV: the nine digits modulo 31 choose the last character."""
    nine = value[:6] + value[7:10]
    known = was_day(1972, int(value[2:4]), int(value[:2]))
    return known and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(nine) % 31] == value[10]


def baltic(value: str) -> bool:
    """Estonia's isikukood and Lithuania's asmens kodas: weights 1 to 9, then 3 to 9, modulo 11."""
    d = digits(value)
    check = weighted(d, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(d, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return was_day(1972, int(value[3:5]), int(value[5:7])) and check == d[10]


def cz_birth(value: str) -> bool:
    """Rodné číslo, Czech and Slovak: divisible by 11; women's months have 50 more."""
    month = int(value[2:4]) % 50
    return was_day(1972, month if month < 13 else month - 20, int(value[4:6])) and int(value) % 11 == 0


def ro_cnp(value: str) -> bool:
    """Romania: the key 279146358279 modulo 11, ten as one."""
    d = digits(value)
    rest = weighted(d[:12], digits("279146358279")) % 11
    return (
        value[0] != "0"
        and was_day(1972, int(value[3:5]), int(value[5:7]))
        and d[12] == (1 if rest == 10 else rest)
    )


def bg_egn(value: str) -> bool:
    """GRAO: weights 2 4 8 5 10 9 7 3 6 modulo 11, ten as nought."""
    d = digits(value)
    check = weighted(d[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return was_day(1972, int(value[2:4]) % 20, int(value[4:6])) and check == d[9]


def gr_amka(value: str) -> bool:
    """AMKA: a date, and Luhn."""
    return was_day(1972, int(value[2:4]), int(value[:2])) and luhn(value)


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
