"""A keyring that keeps its secrets in a file: what a desktop's keyring is to us, without a desktop."""

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class FileRing(KeyringBackend):
    """Like a system's keyring it outlives the process and the state."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def kept(self) -> dict[str, str]:
        """All that is in it, by service and name."""
        found: dict[str, str] = json.loads(self._path.read_text()) if self._path.is_file() else {}
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept().get(f"{service} | {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path.write_text(json.dumps({**self.kept(), f"{service} | {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        held = self.kept()
        if held.pop(f"{service} | {username}", None) is None:
            raise PasswordDeleteError("not there")
        self._path.write_text(json.dumps(held))
