"""What evidence must not carry: e-mail addresses, secrets in addresses, account-like identifiers."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

EMAIL = re.compile(r"[^\s@<>()\[\]\"']+@[^\s@<>()\[\]\"']+\.[^\s@<>()\[\]\"'.,;:]{2,}")
SECRET = re.compile(
    r"\b(?:[Bb]earer|BEARER)\s+[A-Za-z0-9._~+/\-]{8,}=*"
    r"|\b(?:sk|pk|rk)[-_][A-Za-z0-9_\-]{12,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|hf_|xox[abeprs]-|AKIA|AIza)[A-Za-z0-9_\-]{12,}"
    r"|\beyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]*)?"
    r"|(?<![A-Za-z0-9+/_\-])(?=[A-Za-z+/_\-]*[0-9])[A-Za-z0-9+/_\-]{32,}={0,2}"
)
"""Keys by the beginnings their makers gave them, bearer tokens, JSON web tokens (RFC 7519), and any long run
of hexadecimal or base64 letters that holds a digit. Browsers read this expression too: no named groups."""
IDENTIFIER = re.compile(r"^(?=.*\d)[A-Za-z0-9_\-]{16,}$")
_PLACE = re.compile(r"^[A-Za-z0-9/_\-]{0,60}$")
HIDDEN = "[hidden]"


def mask_text(text: str) -> str:
    """``text`` with every e-mail address and every token-like string replaced."""
    return SECRET.sub("[secret]", EMAIL.sub("[e-mail]", text))


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
    return HIDDEN if IDENTIFIER.match(segment) or EMAIL.search(segment) else segment
