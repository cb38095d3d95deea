"""The person of the demo: signs up, talks, accepts too quickly, exports, deletes, in a real browser."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from withhold.controls.driver import Page


class Person:
    """Acts on the lab's pages as somebody sitting before them would, by names and roles."""

    def __init__(self, page: "Page", url: str) -> None:
        self._page = page
        self._url = url

    def sign_up(self, name: str, email: str, plan: str) -> None:
        """Create an account; under the old terms no choice about training is asked for."""
        self._page.goto(self._url)
        join = self._page.get_by_role("region", name="Create an account")
        join.get_by_label("Name").fill(name)
        join.get_by_label("E-mail").fill(email)
        join.get_by_label("Plan").select_option(plan)
        join.get_by_role("button", name="Continue").click()
        self._page.wait_for_url("**/chats**", wait_until="load")

    def accept_quickly(self, picture: Path) -> bool:
        """Press the big button of the dialog. Returns how the small toggle stood: nobody touched it."""
        self._page.goto(f"{self._url}/chats")
        dialog = self._page.get_by_role("dialog")
        preset = dialog.get_by_role("switch").is_checked()
        self._page.screenshot(path=picture)
        with self._page.expect_navigation():
            dialog.get_by_role("button", name="Accept").click()
        return preset

    def chat(self, text: str, *, incognito: bool = False) -> str:
        """Begin a chat; returns the conversation's id as the address shows it."""
        query = "?incognito=1" if incognito else ""
        return self._begin(f"{self._url}/chats/new{query}", text)

    def code(self, text: str) -> str:
        """Begin a coding session."""
        return self._begin(f"{self._url}/code/new", text)

    def go_on(self, conversation: str, text: str) -> None:
        """Resume a conversation by just writing on."""
        self._page.goto(f"{self._url}/conversations/{conversation}")
        self._page.get_by_label("Message").fill(text)
        with self._page.expect_navigation():
            self._page.get_by_role("button", name="Send").click()

    def thumbs_up(self, conversation: str) -> None:
        """Rate the last answer."""
        self._page.goto(f"{self._url}/conversations/{conversation}")
        with self._page.expect_navigation():
            self._page.get_by_role("button", name="Good answer").last.click()

    def delete(self, conversation: str) -> None:
        """Delete a conversation and confirm."""
        self._page.goto(f"{self._url}/conversations/{conversation}/delete")
        with self._page.expect_navigation():
            self._page.get_by_role("button", name="Delete", exact=True).click()

    def export(self, folder: Path) -> Path:
        """Press "Export data" and keep what is downloaded."""
        self._page.goto(f"{self._url}/settings/privacy")
        with self._page.expect_download() as waiting:
            self._page.get_by_role("button", name="Export data").click()
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def _begin(self, url: str, text: str) -> str:
        self._page.goto(url)
        self._page.get_by_label("Message").fill(text)
        self._page.get_by_role("button", name="Send").click()
        self._page.wait_for_url("**/conversations/*", wait_until="load")
        return self._page.url.partition("#")[0].rpartition("/")[2]
