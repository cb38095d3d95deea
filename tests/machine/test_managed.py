"""What an organisation hands out does what it says: read back where it goes, its settings are private."""

import json
import plistlib

import pytest

from tests.machine.planting import Planted
from withhold.machine.interface import OsLayout, SettingVerdict
from withhold.machine.managed import ManagedFile, managed
from withhold.packs.tools import load_tools

GIVEN = {"organisation": "11111111-2222-3333-4444-555555555555", "login": "claudeai"}
PACKS = load_tools()
FILES, LEFT = managed(PACKS.values(), GIVEN, frozenset())
BY = {f"{f.tool}-{f.system}-{f.form}-{f.name}": f for f in FILES}


def planted(file: ManagedFile, root: Planted) -> None:
    if file.form == "reg":
        (root.root / "policy.reg").write_bytes(file.data)
        return
    path = root.path(file.goes_to)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.data)


SETTLED = {SettingVerdict.GOOD, SettingVerdict.PARTLY, SettingVerdict.NOT_APPLICABLE}
"""The last: what an export would hold, where the same file switches the export off."""


@pytest.mark.parametrize("name", BY)
def test_read_back_where_it_goes(name: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """On a computer that holds the file and nothing else, no setting in it is bad or unknown.

    But what Windows' edition decides: Home and Pro take another value for the one that is set.
    """
    file = BY[name]
    if file.tool == "ios":
        pytest.skip("no look is taken at telephones")
    root = Planted(tmp_path, OsLayout(file.system))
    root.home.mkdir(parents=True)
    (root.home / ".claude").mkdir()
    planted(file, root)
    rows = {row.id: row for row in root.scan().settings}
    for setting in set(file.settings) - {"windows.AllowTelemetry"}:
        assert rows[setting].verdict in SETTLED, rows[setting]


def test_the_login_is_pinned_only_by_an_organisation_that_was_named() -> None:
    """No identifier is invented: without one the setting is left out and said so."""
    files, left = managed([PACKS["claude-code"]], {}, frozenset())
    assert "claude-code.force-login-org" in {row.setting for row in left}
    assert all(b"forceLogin" not in file.data for file in files)
    pinned = json.loads(BY["claude-code-linux-json-managed-settings.json"].data)
    assert pinned["forceLoginOrgUUID"] == GIVEN["organisation"]
    assert plistlib.loads(BY["claude-code-macos-plist-com.anthropic.claudecode.plist"].data) == pinned
    registry = BY["claude-code-windows-reg-claude-code.reg"].data.decode("utf-16")
    assert "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode" in registry
    assert GIVEN["organisation"] in registry
