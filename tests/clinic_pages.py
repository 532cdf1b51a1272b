"""The clinic's pages without a browser: opened, read, and a button pressed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tdscreen.clinicapp.server import SCRIPT_PATH


def open_page(page: str = "", of: str = "") -> AppTest:
    opened = AppTest.from_file(str(SCRIPT_PATH), default_timeout=60)
    if page:
        opened.query_params["page"] = page
        opened.query_params["of"] = of
    return settled(opened.run())


def settled(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


def everything_on(page: AppTest) -> str:
    """Write out all that the server sent to the browser for a page."""
    return "\n".join(str(element.proto) for element in page.main) + "".join(
        str(element.proto) for element in page.get("html")
    )


def again(page: AppTest) -> AppTest:
    """Load the page anew: what a run that was begun again left of the page before is still in this one's tree."""
    return open_page(*(page.query_params[name][0] for name in ("page", "of") if name in page.query_params))


def told(page: AppTest) -> str:
    """Give the sentences that are to be noticed."""
    return "".join(one.proto.body for one in page.get("html") if "td-said" in one.proto.body)


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    return settled(button.click().run())
