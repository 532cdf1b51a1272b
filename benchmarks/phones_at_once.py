"""Memory of the recorder while many patients send at once: phones_at_once.py [--phones 20] [--megabytes 60].

Each phone sends a clip of its own, a sample made longer by a box that players skip, in pieces of 1 MB as the page does.
The recorder is the one that `tdscreen clinic recorder` starts, with a store of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import multiprocessing
import os
import re
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tdscreen.patientapp.launch import run
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.entries import PatientDetails
from tdscreen.records.invitations import LINK, invite, word_of
from tdscreen.records.master import read_key_file, write_key_file
from tdscreen.records.patients import add_patient
from tdscreen.settings import RECORDER

SAMPLE = Path(__file__).resolve().parents[1] / "sample_videos" / "lips_1.5hz.mp4"


def main() -> None:
    """Print how much memory the server takes, and how long it keeps others waiting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store, key = Path(folder) / "store", Path(folder) / "master.key"
        with Clinic.create(store, database_in(store), write_key_file(key)) as clinic:
            clinic.add_site("north")
            clinic.add_staff("north", "r1", name="r1")
            desk = clinic.desk("r1")
            people = [add_patient(desk, PatientDetails(f"P{i}")) for i in range(given.phones)]
            words = [word_of(clinic, invite(desk, person.id).id, LINK) for person in people]
        port = _free_port()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(store, key, port))
        server.start()
        try:
            _measure(server.pid or 0, port, words, given.megabytes * 1_000_000)
        finally:
            server.terminate()
            server.join()


def _serve(store: Path, key: Path, port: int) -> None:
    with Clinic(store, database_in(store), read_key_file(key)) as clinic:
        run(clinic, port=port)


def _measure(pid: int, port: int, words: list[str], size_bytes: int) -> None:
    while not _answer_s(port):
        time.sleep(0.2)
    clip = SAMPLE.read_bytes()
    before_mb = _anonymous_mb(pid)
    seen_mb, beside_mb, waits_s, stop = [before_mb], [0.0], [0.0], threading.Event()
    kept_before_mb = _in_memory_mb()
    kept_mb = [0.0]

    def watch() -> None:
        while not stop.wait(0.1):
            seen_mb.append(_anonymous_mb(pid))
            beside_mb.append(sum(map(_anonymous_mb, _below(pid))))
            kept_mb.append(_in_memory_mb() - kept_before_mb)
            waits_s.append(_answer_s(port) or 0.0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began_s = time.monotonic()
    with ThreadPoolExecutor(len(words)) as pool:
        told = Counter(pool.map(lambda word: _send(port, word, clip, size_bytes), words))
    took_s = time.monotonic() - began_s
    stop.set()
    watcher.join()
    time.sleep(2.0)
    print(f"{len(words)} phones, {size_bytes / 1e6:.0f} MB each, in {took_s:.0f} s; answers {dict(told)}")
    print(f"server's own memory: {before_mb:.0f} MB before, {max(seen_mb):.0f} MB at most", end=", ")
    print(f"{_anonymous_mb(pid):.0f} MB afterwards (n={len(seen_mb)} looks)")
    print(f"processes that read whole clips and check them, together: {max(beside_mb):.0f} MB at most")
    print(f"files in memory: {max(kept_mb):.0f} MB at most")
    print(f"longest wait of somebody else for a page: {max(waits_s):.2f} s")


def _send(port: int, word: str, clip: bytes, size_bytes: int) -> int:
    """Send a clip as a phone does; give the status of the last answer."""
    body = clip + _padding(size_bytes - len(clip))
    line = http.client.HTTPConnection("localhost", port, timeout=600)
    headers = {"x-window": "one", "content-type": "application/json"}

    def say(method: str, path: str, content: bytes, **more: str) -> tuple[int, dict[str, object]]:
        line.request(method, f"/recording/{path}", content, {**headers, **more})
        answer = line.getresponse()
        if cookie := answer.getheader("set-cookie"):
            headers["cookie"] = cookie.split(";")[0]
        return answer.status, json.loads(answer.read())

    say("POST", "enter", json.dumps({"word": word}).encode())
    say("POST", "agree", json.dumps({"version": "1", "language": "en"}).encode())
    announced = {
        "slug": "rest", "take": 1, "started_at": datetime.now(UTC).isoformat(), "mirrored": False, "prompts": [],
        "camera": {}, "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body),
    }  # fmt: skip
    status, said = say("POST", "announce", json.dumps(announced).encode())
    while status == 200 and not said["stored"]:
        offset = int(str(said["offset"]))
        piece = body[offset : offset + RECORDER.piece_bytes]
        status, said = say("PUT", "piece", piece, **{"x-offset": str(offset)})
    return status


def _padding(size_bytes: int) -> bytes:
    """Give a box of an MP4 that nobody reads, filled so that no two are alike."""
    return size_bytes.to_bytes(4, "big") + b"free" + os.urandom(size_bytes - 8)


def _anonymous_mb(pid: int) -> float:
    try:
        found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(found[1]) / 1000.0 if found else 0.0


def _below(pid: int) -> list[int]:
    """Name the processes that a process has begun, and those that these have."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, task.read_text(encoding="utf-8").split()):
                found += [child, *_below(child)]
    return found


def _in_memory_mb() -> float:
    room = os.statvfs("/dev/shm")
    return (room.f_blocks - room.f_bfree) * room.f_frsize / 1e6


def _answer_s(port: int) -> float | None:
    """Say how long somebody waits for an answer; None where nobody answers."""
    began_s = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=60):
            return time.monotonic() - began_s
    except urllib.error.URLError:
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
