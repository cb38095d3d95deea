"""A time-stamp of an authority on a PDF itself (PAdES document timestamp), through pyHanko."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from withhold.app.bootstrap import Services
from withhold.evidence.timestamps import NoToken, post
from withhold.support.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from withhold.evidence.authorities import Authority


def sealed(services: Services, pdf: bytes, name: str) -> bytes:
    """``pdf`` with a document timestamp of the configured authority ``name``; the pages stay as they are.

    Sends hashes to that authority. Raises ``UsageProblem`` for one that is not configured, and
    ``EnvironmentProblem`` where the extra is missing or no token came.
    """
    found = next((a for a in services.journal.authorities if a.name == name), None)
    if found is None:
        raise UsageProblem(f"no authority is named '{name}'", next_step="withhold evidence authorities list")
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.signers import PdfTimeStamper
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "sealing needs the extra 'pades'", next_step="pip install 'withhold[pades]'"
        ) from missing
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    try:
        PdfTimeStamper(_client(found)).timestamp_pdf(writer, "sha256", output=out)
    except NoToken as problem:
        raise EnvironmentProblem(f"{name} gave no time-stamp for the PDF: {problem}") from problem
    return out.getvalue()


def _client(authority: "Authority") -> Any:
    """pyHanko's time-stamper over the one way in which authorities are asked here."""
    from asn1crypto import tsp  # type: ignore[import-untyped]
    from pyhanko.sign.timestamps import TimeStamper

    class Client(TimeStamper):
        async def async_request_tsa_response(self, req: Any) -> Any:
            return tsp.TimeStampResp.load(post(authority, req.dump()))

    client: Any = Client()  # type: ignore[no-untyped-call]
    return client
