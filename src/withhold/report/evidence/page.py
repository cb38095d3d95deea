"""The report as a self-contained page."""

from base64 import b64encode

from withhold.report.evidence.content import EvidenceReport
from withhold.report.html import environment


def report_page(report: EvidenceReport) -> bytes:
    """One HTML file that loads nothing from anywhere. Every text in it is escaped."""
    from markupsafe import Markup

    page = environment().get_template("evidence.html")
    return page.render(
        report=report,
        drawing=None if report.drawing is None else Markup(report.drawing),  # noqa: S704 - drawn and escaped by us
        encoded=lambda data: b64encode(data).decode(),
    ).encode("utf-8", "replace")
