"""What evidence must not carry: e-mail addresses, secrets in addresses, account-like identifiers."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

EMAIL = re.compile(r"[^\s@<>()\[\]\"']+@[^\s@<>()\[\]\"']+\.[^\s@<>()\[\]\"'.,;:]{2,}")
_IDENTIFIER = re.compile(r"^(?=.*\d)[A-Za-z0-9_\-]{16,}$")
_PLACE = re.compile(r"^[A-Za-z0-9/_\-]{0,60}$")
HIDDEN = "[hidden]"


def mask_text(text: str) -> str:
    """``text`` with every e-mail address replaced."""
    return EMAIL.sub("[e-mail]", text)


def public_url(url: str) -> str:
    """``url`` without credentials, values of its query, identifiers, and a fragment that is no place."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{parts.port}" if parts.port else host
    path = "/".join(_hide_identifier(segment) for segment in parts.path.split("/"))
    query = urlencode([(key, HIDDEN) for key, _ in parse_qsl(parts.query, keep_blank_values=True)], safe="[]")
    fragment = parts.fragment if _PLACE.match(parts.fragment) else HIDDEN
    fragment = "/".join(_hide_identifier(segment) for segment in fragment.split("/"))
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _hide_identifier(segment: str) -> str:
    return HIDDEN if _IDENTIFIER.match(segment) or EMAIL.search(segment) else segment
