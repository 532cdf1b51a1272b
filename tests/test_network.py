"""No network at run time: the main job is done with the network cut off, and nothing tries to reach it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCORE = [sys.executable, "-c", "from tdscreen.cli import main; main()", "score", "--json"]
CALL_OUT = [sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 443), timeout=5)"]
LOOK_UP = [sys.executable, "-c", "import socket; socket.getaddrinfo('example.org', 443)"]

GUARD = '''
"""Refuse every socket that leads out of this machine, in this process and in those that it starts."""

import os
import socket
import sys

LOG = os.environ["TDSCREEN_TEST_SOCKET_LOG"]


def note(line):
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(line + "\\n")


def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if arguments[0].family == socket.AF_UNIX:
            return
    elif event not in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        return
    note(f"tried {event} {arguments[1:]}")
    raise ConnectionRefusedError("The network is cut off for this test.")


note(f"guarded {os.getpid()}")
sys.addaudithook(guard)
'''


def namespace() -> list[str]:
    """Give the command that runs another without any network, not even loopback."""
    unshare = shutil.which("unshare")
    for flags in ("-rn", "-n"):
        if (
            unshare
            and subprocess.run([unshare, flags, "true"], capture_output=True, check=False).returncode == 0
        ):
            return [unshare, flags]
    pytest.skip("this machine lets nobody make a network namespace; the refused sockets below still count")


def attempts(counters: str) -> dict[str, int]:
    """Read how often this namespace's kernel was asked for a way out, native code included.

    Parameters
    ----------
    counters : str
        Of ``/proc/net/snmp`` (a line of names, then a line of values, a protocol) and ``/proc/net/snmp6``.
    """
    values: dict[str, int] = {}
    lines = counters.splitlines()
    for line, following in pairwise(lines):
        protocol, _, names = line.partition(": ")
        if names and following.startswith(f"{protocol}: ") and not names[0].isdigit():
            numbers = following.partition(": ")[2].split()
            values |= {
                protocol + name: int(number) for name, number in zip(names.split(), numbers, strict=True)
            }
    for line in lines:
        name, *rest = line.split()
        if name.startswith("Ip6") and len(rest) == 1:
            values[name] = int(rest[0])
    watched = ("IpOutNoRoutes", "IpOutRequests", "TcpActiveOpens", "UdpOutDatagrams", "Ip6OutNoRoutes")
    return {name: values[name] for name in watched if name in values}


def run_cut_off(command: list[str], folder: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """Run a command in a network namespace of its own, and count its tries to reach out of it."""
    counters = folder / "counters"
    script = 'out=$1; shift; "$@"; status=$?; cat /proc/net/snmp* > "$out"; exit $status'
    run = subprocess.run(
        [*namespace(), "sh", "-c", script, "sh", str(counters), *command],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return run, attempts(counters.read_text(encoding="ascii"))


def run_refused(command: list[str], folder: Path) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run a command with every socket refused, and say what was guarded and what was tried."""
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    log = folder / "sockets.log"
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "TDSCREEN_TEST_SOCKET_LOG": str(log)},
    )
    return run, log.read_text(encoding="utf-8").splitlines()


@pytest.mark.slow
def test_a_clip_is_scored_in_a_network_namespace_with_no_way_out(brief_clip: Path, tmp_path: Path) -> None:
    run, tried = run_cut_off([*SCORE, str(brief_clip)], tmp_path)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["clips"][0]["file"] == brief_clip.name
    assert tried
    assert set(tried.values()) == {0}, f"something asked for the network: {tried}"


@pytest.mark.parametrize("command", [CALL_OUT, LOOK_UP], ids=["a connection", "a name"])
def test_the_namespace_would_have_shown_an_attempt(tmp_path: Path, command: list[str]) -> None:
    run, tried = run_cut_off(command, tmp_path)
    assert run.returncode != 0
    assert any(tried.values())


@pytest.mark.slow
def test_a_clip_is_scored_with_every_socket_refused_and_none_is_tried(
    brief_clip: Path, tmp_path: Path
) -> None:
    run, log = run_refused([*SCORE, str(brief_clip)], tmp_path)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["clips"][0]["file"] == brief_clip.name
    guarded = {line for line in log if line.startswith("guarded ")}
    assert len(guarded) >= 2, "the child that decodes and tracks was guarded, too"
    assert [line for line in log if line not in guarded] == []


@pytest.mark.parametrize("command", [CALL_OUT, LOOK_UP], ids=["a connection", "a name"])
def test_the_guard_would_have_shown_an_attempt(tmp_path: Path, command: list[str]) -> None:
    run, log = run_refused(command, tmp_path)
    assert run.returncode != 0
    assert [line for line in log if line.startswith("tried ")]


@pytest.mark.parametrize("config", [".streamlit/config.toml", "src/tdscreen/webapp/config.toml"])
def test_the_page_answers_on_this_machine_only_and_reports_nothing(config: str) -> None:
    settings = tomllib.loads((ROOT / config).read_text(encoding="utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "localhost"
