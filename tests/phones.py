"""A phone at the recorder's routes, as a browser that follows the rules or somebody who does not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Invitation, Patient
from tdscreen.records.invitations import invitations


@dataclass
class Phone:
    """A browser at the recorder: its cookie, its window, and what it says."""

    server: TestClient
    link_word: str
    window: str = "w" * 32
    cookies: dict[str, str] = field(default_factory=dict)

    def say(self, path: str, message: Any = None, **headers: str) -> Response:
        answer = self.server.post(f"/recording/{path}", json=message, headers=self.named(headers))
        self.remember(answer)
        return answer

    def ask(self, path: str) -> Response:
        return self.server.get(f"/recording/{path}", headers=self.named({}))

    def enter(self, **more: Any) -> Response:
        return self.say("enter", {"word": self.link_word, **more})

    def agree(self) -> Response:
        return self.say("agree", {"version": "1", "language": "en"})

    def announce(self, clip: bytes, **more: Any) -> Response:
        return self.say("announce", {**announcement(clip), **more})

    def piece(self, piece: bytes, offset: int, **headers: str) -> Response:
        return self.server.put(
            "/recording/piece", content=piece, headers=self.named({"x-offset": str(offset), **headers})
        )

    def send(self, clip: bytes, **more: Any) -> Response:
        """Send a clip as the browser does: from where the server has it."""
        answer = self.announce(clip, **more)
        while answer.status_code < 300 and not answer.json()["stored"]:
            offset = answer.json()["offset"]
            answer = self.piece(clip[offset : offset + 200_000], offset)
        return answer

    def named(self, headers: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"x-window": self.window, **({"cookie": cookie} if cookie else {}), **headers}

    def remember(self, answer: Response) -> None:
        self.cookies.update(answer.cookies)
        # What the client remembers by itself would be every phone's.
        self.server.cookies.clear()


def announcement(clip: bytes) -> dict[str, Any]:
    """Give what a browser says of a clip."""
    return {
        "slug": "rest",
        "take": 1,
        "bytes": len(clip),
        "sha256": hashlib.sha256(clip).hexdigest(),
        "mirrored": False,
        "started_at": "2026-03-02T10:00:00.000Z",
        "prompts": [["cue.still", 0.02]],
        "camera": {"width": 320, "height": 240, "frameRate": 30, "mimeType": "video/mp4", "source": "page"},
    }


def so_far(desk: Desk, patient: Patient) -> Invitation:
    """Give what the store has of the one invitation."""
    (found,) = invitations(desk, patient.id)
    return found
