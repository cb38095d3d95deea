"""What keys are written in: the alphabets and inner forms that the rule tables name.

Each is a pattern of one character, or the form of a whole rest that has parts. All work on bytes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """The rest of a key when it has parts. ``head`` begins every match and is ``head_length`` bytes long."""

    pattern: str
    head: str
    head_length: int


LETTERS: dict[str, str] = {
    "alpha": "[A-Za-z]",
    "an": "[A-Za-z0-9]",
    "anu": "[A-Za-z0-9_]",
    "b32": "[A-Z2-7]",
    "b64": "[A-Za-z0-9+/]",
    "b64u": "[A-Za-z0-9_-]",
    "b64ud": "[A-Za-z0-9_.-]",
    "b64pc": "[A-Za-z0-9%+/_=-]",
    "b64sen": "[A-Za-z0-9+/_=]",
    "b64uq": "[A-Za-z0-9_=-]",
    "azsec": "[A-Za-z0-9_.~-]",
    "bech": "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]",
    "dig": "[0-9]",
    "hex": "[0-9a-f]",
    "hexx": "[0-9A-Fa-f]",
    "lo": "[a-z0-9]",
    "sfdc": "[A-Za-z0-9!_.]",
    "slack": "[A-Za-z0-9-]",
    "up": "[A-Z0-9]",
}
PADDED = {"b64q": "[A-Za-z0-9+/]", "b64e": "[A-Za-z0-9+/]"}
"""Base64 with its padding; the lengths of ``b64e`` count it."""
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

FORMS: dict[str, Form] = {
    "airtable": Form(r"[A-Za-z0-9]{14}\.[0-9a-f]{64}", r"[A-Za-z0-9]{14}\.", 15),
    "asana": Form(r"[0-9]{15,16}/[0-9]{15,16}:[0-9a-f]{32}", "[0-9]{15}", 15),
    "bearer": Form("A{22}[A-Za-z0-9%]{80,110}", "A{22}", 22),
    "brain": Form(r"[a-z0-9]{16}\$[0-9a-f]{32}", "[a-z0-9]{16}", 16),
    "brevo": Form("[0-9a-f]{64}-[A-Za-z0-9]{16}", "[0-9a-f]{8}", 8),
    "cforigin": Form("[0-9a-f]{24}-[0-9a-f]{146}", "[0-9a-f]{12}", 12),
    "circle": Form("[A-Za-z0-9]{22}_[0-9a-f]{40}", "[A-Za-z0-9]{8}", 8),
    "deepl": Form(f"{UUID}(?::fx)?", "[0-9a-f]{8}", 8),
    "discord": Form(
        r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}", "[MNO][A-Za-z0-9_-]{8}", 9
    ),
    "dopp": Form(r"(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}", "[A-Za-z0-9_-]{2}", 2),
    "dyna": Form(r"[A-Z0-9]{24}\.[A-Z0-9]{64}", "[A-Z0-9]{8}", 8),
    "fcm": Form("[A-Za-z0-9_-]{11}:APA91b[A-Za-z0-9_-]{134}", "[A-Za-z0-9_-]{11}", 11),
    "grafana": Form("[A-Za-z0-9]{32}_[0-9a-f]{8}", "[A-Za-z0-9]{8}", 8),
    "infis": Form(r"[0-9a-f]{8}[0-9a-f-]{16,28}\.[0-9a-f]{32}\.[0-9a-f]{32}", "[0-9a-f]{8}", 8),
    "lsmith": Form("[0-9a-f]{32}_[0-9a-f]{10}", "[0-9a-f]{8}", 8),
    "mailchimp": Form("[0-9a-f]{32}-us[0-9]{1,2}", "[0-9a-f]{32}", 32),
    "mercado": Form("[0-9]{16}-[0-9]{6}-[0-9a-f]{32}-[0-9]{6,10}", "[0-9]{8}", 8),
    "postman": Form("[0-9a-f]{24}-[0-9a-f]{34}", "[0-9a-f]{8}", 8),
    "recaptcha": Form("6L[A-Za-z0-9_-]{38}", "6L", 2),
    "resend": Form("[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", "[A-Za-z0-9]{8}_", 9),
    "sas": Form(
        r"[0-9]{2}-[0-9]{2}-[0-9]{2}&[A-Za-z0-9&=%:+._-]{20,300}sig=[A-Za-z0-9%+/=]{40,70}", "[0-9]{2}-", 3
    ),
    "sendgrid": Form(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", r"[A-Za-z0-9_-]{22}\.", 23),
    "sgp": Form("(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{40}", "[0-9a-z]{5}", 5),
    "sk": Form("sk-[A-Za-z0-9]{32,48}", "sk-", 3),
    "tail": Form("[A-Za-z0-9]{6,24}-[A-Za-z0-9]{12,40}", "[A-Za-z0-9]{6}", 6),
    "uuid": Form(UUID, "[0-9a-f]{8}-", 9),
}


def body(alphabet: str, least: int, most: int) -> str:
    """The pattern of a key's rest. Raises ``KeyError`` for an alphabet that nobody named."""
    if alphabet in FORMS:
        return FORMS[alphabet].pattern
    if alphabet == "b64q":
        return f"{PADDED[alphabet]}{{{least},{most}}}={{0,2}}"
    if alphabet == "b64e":
        return f"{PADDED[alphabet]}{{{least - 2},{most}}}={{0,2}}"
    return f"{LETTERS[alphabet]}{{{least},{most}}}"


def edge(alphabet: str) -> str:
    """What may not follow a key: one more character that could belong to it."""
    if alphabet in FORMS:
        return "[A-Za-z0-9]"
    return "[A-Za-z0-9+/=]" if alphabet in PADDED else LETTERS[alphabet]


def head(alphabet: str, least: int, longest: int) -> tuple[str, int]:
    """The fixed number of characters, at most ``longest``, that every rest begins with."""
    if alphabet in FORMS:
        return FORMS[alphabet].head, FORMS[alphabet].head_length
    length = min(least if alphabet != "b64e" else least - 2, longest)
    return f"{(LETTERS | PADDED)[alphabet]}{{{length}}}", length
