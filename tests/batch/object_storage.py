"""Object storage on this machine: a real server on loopback that speaks S3, in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from cluster import wait_until

from tdscreen.batch.addresses import reach


class ObjectStorage:
    """A server whose keys mean nothing, and which keeps nothing when it ends."""

    def __init__(self, folder: Path) -> None:
        log = folder / "storage.log"
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        try:
            wait_until(lambda: self._process.poll() is not None or self._said(log), "the storage")
        except BaseException:
            self.close()
            raise
        assert self._process.poll() is None, log.read_text()
        self.url = self._said(log)
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            # Neither a person's own keys nor a machine's role is asked for, nor does a dead line take its time.
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @staticmethod
    def _said(log: Path) -> str:
        found = re.search(r"Running on (http://127\.0\.0\.1:\d+)\s", log.read_text())
        return found[1] if found else ""

    def make_bucket(self, name: str) -> str:
        """Make an empty bucket and give its address."""
        system, _ = reach(f"s3://{name}")
        system.mkdir(name)
        return f"s3://{name}"

    def buckets(self) -> set[str]:
        """Give the names of all buckets."""
        system, _ = reach("s3://any")
        return set(system.ls("", detail=False, refresh=True))

    def forbid(self, bucket: str, action: str) -> None:
        """Forbid everybody to do something in a bucket, as ``s3:GetObject``."""
        system, name = reach(bucket)
        statement: dict[str, Any] = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        system.call_s3(
            "put_bucket_policy",
            Bucket=name,
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def look_at_keys(self, look: bool) -> None:
        """Have the server ask whose keys they are, and nobody's are known; or no longer."""
        asked = urllib.request.Request(
            f"{self.url}/moto-api/reset-auth",
            data=b"0" if look else b"inf",
            headers={"Content-Type": "text/plain"},
        )
        with urllib.request.urlopen(asked):
            pass

    def close(self) -> None:
        """End the server."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
