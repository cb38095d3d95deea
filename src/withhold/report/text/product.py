"""The page, the state as a whole, and the self-check."""

from rich.console import Console
from rich.text import Text

from withhold.report.documents import UiDocument


def ui(console: Console, document: UiDocument) -> None:
    console.print(
        "The page is served on this machine alone. Open this address; it lets one browser in, once:"
    )
    console.print(Text(f"  {document.url}", style="bold"), soft_wrap=True)
    console.print(f"State: {document.home}. Ctrl-C stops it.", soft_wrap=True)
