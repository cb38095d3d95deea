"""Ctrl-C."""

import os
import signal
import subprocess
import sys

import httpx
import pytest


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_ends_the_lab_with_130() -> None:
    """The lab serves until Ctrl-C; then it ends with 130, promptly, and without a traceback."""
    command = [sys.executable, "-m", "withhold", "lab", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        try:
            url = next(word for word in process.stderr.readline().split() if word.startswith("http://127."))
            assert httpx.get(url).status_code == 200
            process.send_signal(signal.SIGINT)
            told = process.stderr.read()
            assert process.wait(timeout=20) == 130
        finally:
            process.kill()
        assert "Traceback" not in told
        assert "Interrupted" in told
        assert process.stdout.read() == ""
