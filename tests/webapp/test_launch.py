"""How the page is served."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.webapp.desk import ABSENCE_S
from tdscreen.webapp.launch import APP_PATH, CONFIG_PATH, arguments, run, server_flags

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_reports_to_nobody_and_listens_on_this_machine_only() -> None:
    flags = server_flags()
    assert "--browser.gatherUsageStats=false" in flags
    assert "--server.address=localhost" in flags
    assert "--server.headless=true" in flags
    assert any(flag.startswith("--server.maxUploadSize=") for flag in flags)


def test_the_project_s_own_settings_are_those_of_the_package() -> None:
    assert (ROOT / ".streamlit" / "config.toml").read_text() == CONFIG_PATH.read_text()


def test_streamlit_forgets_a_page_when_its_desk_is_cleared() -> None:
    assert tomllib.loads(CONFIG_PATH.read_text())["server"]["disconnectedSessionTTL"] == ABSENCE_S


def test_the_script_in_the_project_and_the_one_in_the_package_show_the_same_page() -> None:
    def code(path: Path) -> list[str]:
        return [line for line in path.read_text().splitlines() if line.startswith(("from", "show"))]

    assert code(ROOT / "streamlit_app.py") == code(APP_PATH)


def test_streamlit_knows_every_setting(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "--help"],
        capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path,
    ).stdout  # fmt: skip
    for flag in server_flags():
        assert flag.split("=")[0] in listed


def test_a_port_that_is_taken_or_none_is_refused_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        with pytest.raises(InputError, match="cannot be used"):
            run(taken.getsockname()[1])
    with pytest.raises(InputError, match="no port"):
        run(70_000)


def test_a_chosen_port_is_passed_on() -> None:
    assert arguments(8123)[-1] == "--server.port=8123"
    assert not any("server.port" in part for part in arguments())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal.")
def test_closing_the_terminal_ends_the_server_with_all_that_it_does_at_its_end(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "tdscreen", "app", "--port", str(port)],
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as server:  # fmt: skip
        until = time.monotonic() + 30
        while not _serves(port):
            assert time.monotonic() < until
            time.sleep(0.1)
        server.send_signal(signal.SIGHUP)
        told = server.communicate(timeout=30)[0]
    # A process that the signal itself ends has its negative number, and has removed nothing.
    assert server.returncode == 0
    assert "Traceback" not in told


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False
