"""Labels that remind a person of their own account and tell a stranger little."""

HIDDEN = "•••"
"""Always three, so that the length is hidden as well."""


def mask_email(address: str) -> str:
    """``anna.b@example.org`` becomes ``a•••@e•••.org``.

    The first characters and the last part of the domain stay. A text without ``@`` is masked by
    :func:`mask_name`. This is not anonymity: who knows the address recognises it.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return mask_name(address)
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}{HIDDEN}@{name[:1] if dot else domain[:1]}{HIDDEN}{dot}{ending if dot else ''}"


def mask_name(name: str) -> str:
    """``Anna Berger`` becomes ``A•••``; an empty name stays empty."""
    stripped = name.strip()
    return f"{stripped[:1]}{HIDDEN}" if stripped else ""
