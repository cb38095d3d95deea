"""What shares a browser or a cluster is run by one worker, whatever versions of the tools there are."""

import re
import subprocess
import sys
from pathlib import Path

from tests.sharing import group

SHARED = "tests/controls/test_browser.py"
RUN = f"-m pytest -n 2 --dist loadgroup --no-loadscope-reorder -v -p no:cacheprovider {SHARED} tests/support"


def test_each_file_with_a_browser_is_a_group_and_all_clusters_are_one() -> None:
    """Other files have none: their tests go to whoever is free."""
    assert group(SHARED) == SHARED
    assert group("tests/proof/test_members_against_lab.py") == group("tests/index/bulk/test_members.py")
    assert group("tests/support/test_paths.py") == ""
    assert group("nowhere.py") == ""


def test_one_worker_runs_a_group(root: Path) -> None:
    """Seen from outside, in a run of two workers; without the browser itself, which takes long."""
    ran = subprocess.run(
        [sys.executable, *RUN.split(), "-m", "not browser"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    workers = re.findall(rf"^\[(gw\d)\].* {SHARED}::", ran.stdout, re.MULTILINE)
    assert len(workers) > 2
    assert len(set(workers)) == 1
