"""The text of a fetched page: what a reader sees of it, and whether a browser is needed to see it."""

import re
from dataclasses import dataclass

BARE = 400
"""A page with fewer letters of text than this holds no terms: its text is put there by a script."""
MAX_TEXT = 2_000_000
"""Characters of text that are compared. Longer pages are none that a person reads, and could take hours."""
SHARE = 0.6
"""Where the extraction keeps less than this share of the page's text, the whole text is taken instead."""
_LANG = re.compile(rb"<html[^>]*?\blang\s*=\s*[\"']?([A-Za-z-]{2,12})", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = (
    *_HEADINGS,
    *("p", "li", "td", "th", "dt", "dd", "div", "section", "article", "summary", "details", "br", "tr"),
    *("blockquote", "main"),
)
_FRAMES = ("script", "style", "noscript", "template", "nav", "header", "footer", "form", "svg")
_CHALLENGE = re.compile(
    rb"just a moment\.\.\.|cf-challenge|challenge-platform|verify you are (?:a )?human"
    rb"|enable javascript and cookies",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageText:
    """Markdown or plain text of a page, and the language that the page says it is in."""

    text: str
    language: str | None
    extractor: str


def text_of(body: bytes, content_type: str) -> PageText:
    """The text of an HTML page, or a plain one as it is. Headings and lists keep their marks."""
    if "html" not in content_type:
        return PageText(body.decode("utf-8", "replace"), None, "plain")
    import trafilatura

    if not body.strip():
        return PageText("", None, "none")
    said = _LANG.search(body[:4096])
    whole = trafilatura.html2txt(body) or ""
    kept = trafilatura.extract(
        body, output_format="markdown", include_comments=False, include_tables=True, favor_recall=True
    )
    text = kept if kept and len(kept) >= SHARE * len(whole) else _lined(body) or whole
    language = said.group(1).decode("ascii") if said else None
    return PageText(text, language, f"trafilatura {trafilatura.__version__}")


def needs_browser(page: PageText, body: bytes) -> bool:
    """Whether the page shows its text, or lets programs in, only with a browser."""
    letters = sum(c.isalpha() for c in page.text)
    return letters < BARE or (letters < 10 * BARE and _CHALLENGE.search(body) is not None)


def _lined(body: bytes) -> str:
    """All text of the page but what frames it, a line for each block."""
    from lxml import etree, html  # type: ignore[import-untyped]  # its stubs are a package of their own

    try:
        tree = html.document_fromstring(body)
    except etree.ParserError:
        return ""  # nothing but remarks: no element at all
    for element in list(tree.iter(*_FRAMES)):
        element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
        element.text = ("\n# " if element.tag in _HEADINGS else "\n") + (element.text or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).splitlines())
    return "\n".join(line for line in lines if line.strip("# "))


def language_of_page(page: PageText) -> str | None:
    """The language of a page, as :func:`withhold.terms.sentences.language_of` tells it."""
    from withhold.terms.sentences import language_of

    return language_of(page.text, page.language)
