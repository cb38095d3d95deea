"""``findings.md``: all kinds of secrets and personal data that are looked for, and where forms are from."""

from generating import markdown
from generating.markdown import cell, table
from withhold.sensitive.personal.rules import rows
from withhold.sensitive.rules import kinds, sources


def page() -> str:
    """The two tables."""
    compared = sources()
    known = sum(source is not None for source in compared.values())
    secrets = [(kind, issuer, _link(compared[kind])) for kind, issuer in kinds().items()]
    personal = sorted({(r.kind, r.region, cell(r.source), "yes" if r.check != "-" else "no") for r in rows()})
    return markdown.page(
        "What `findings` looks for",
        f"{len(secrets)} kinds of secrets. The form of {known} was compared with a public description;"
        f" {len(secrets) - known} are from memory and may be wrong or out of date: tell us.",
        "## Secrets",
        table(("Kind", "Issuer", "Form compared with"), secrets),
        "## Personal data (`--personal`)",
        "Examples in circulation fit the check digits in our tests. People's names are not found.",
        table(("Kind", "Country", "By", "Check"), personal),
    )


def _link(source: str | None) -> str:
    return "from memory" if source is None else f"[{source.split('/')[2]}]({source})"
