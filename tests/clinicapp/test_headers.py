"""What the server says with every answer, and whom it does not answer."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/clinic/clip/nonsense", "/static/nothing.js"])
@pytest.mark.usefixtures("service")
def test_every_answer_keeps_the_page_to_itself(server: TestClient, path: str) -> None:
    headers = server.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store" or path.startswith("/static/")


@pytest.mark.usefixtures("service")
def test_other_names_and_other_sites_get_no_answer(server: TestClient) -> None:
    assert server.get("/").status_code == 200
    assert server.get("/", headers={"host": "clinic.example"}).status_code == 403
    assert server.get("/", headers={"host": "[nonsense"}).status_code == 403
    assert server.get("/", headers={"origin": "http://clinic.example"}).status_code == 403
    assert server.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    led_here = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert server.get("/", headers=led_here).status_code == 200


@pytest.mark.usefixtures("service")
def test_streamlit_s_own_way_in_is_closed(server: TestClient) -> None:
    assert server.put("/_stcore/upload_file/session/file", content=b"x").status_code == 404
