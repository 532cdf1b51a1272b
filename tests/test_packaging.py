"""What is installed is what was tested: the pins, the wheel, and what travels in it."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def clean_environment() -> dict[str, str]:
    """Give the environment without what could lend the developer's own tdscreen to another Python."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT"))}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[^*,]+", str(requirement.specifier)) for requirement in requirements)
    return {
        canonicalize_name(requirement.name): str(requirement.specifier)[2:] for requirement in requirements
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network, by the hatchling that the test extra brings."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True, timeout=120)
    (built,) = folder.glob("tdscreen-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own, which borrows only the packages it depends on.

    Returns
    -------
    Path
        The folder of the environment's programs.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)],
        check=True,
        timeout=120,
        env=clean_environment(),
    )
    # A line in a .pth file adds a folder but not its own .pth files, by which an editable install of the
    # developer's would come along.
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_every_package_of_the_closure_is_pinned() -> None:
    pinned = pins()
    project = PYPROJECT["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    open_ends = [Requirement(line) for line in [*project["dependencies"], *extras]]
    seen: set[str] = set()
    while open_ends:
        requirement = open_ends.pop()
        name = canonicalize_name(requirement.name)
        if name == "tdscreen" or {name, str(requirement)} <= seen:
            continue
        seen |= {name, str(requirement)}
        assert name in pinned, f"{name} is not pinned"
        assert requirement.specifier.contains(pinned[name]), f"{requirement} does not allow its pin"
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ["", *requirement.extras]
            ):
                open_ends.append(needed)
    assert set(pinned) <= seen, "nothing is pinned that is not needed"


def test_the_build_is_pinned_to_the_same_versions() -> None:
    pinned = pins()
    for line in PYPROJECT["build-system"]["requires"]:
        name, _, version = line.partition("==")
        assert version
        assert pinned.get(canonicalize_name(name), version) == version


def test_the_landmarks_come_from_mediapipe_0_10_21() -> None:
    assert metadata.version("mediapipe") == pins()["mediapipe"] == "0.10.21"


def test_the_weights_are_in_mediapipes_wheel() -> None:
    files = {str(path) for path in metadata.files("mediapipe") or []}
    assert {
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite",
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "mediapipe/modules/palm_detection/palm_detection_full.tflite",
    } <= files


def test_one_version_of_opencv_is_what_imports() -> None:
    import cv2

    wheels = {
        distribution.name: distribution.version
        for distribution in metadata.distributions()
        if distribution.name.lower().startswith("opencv")
    }
    assert set(wheels.values()) == {"4.11.0.86"}, wheels
    assert cv2.__version__ == "4.11.0"


def test_python_3_11_and_3_12_are_what_it_asks_for() -> None:
    assert PYPROJECT["project"]["requires-python"] == ">=3.11,<3.13"


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 13, 0)])
def test_another_python_gets_a_sentence(version: tuple[int, ...]) -> None:
    code = f"import sys; sys.version_info = {version}; import tdscreen"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT / "src",
        check=False,
    )
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith(
        f"ImportError: tdscreen needs Python 3.11 or 3.12, and this is Python {version[0]}."
    )


def test_the_sentence_is_in_a_form_that_an_old_python_can_read() -> None:
    source = (ROOT / "src" / "tdscreen" / "__init__.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]


def test_the_wheel_carries_the_model_the_schema_and_the_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("models", "src/tdscreen/assessment", "src/tdscreen/webapp", "src/tdscreen/patientapp"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                inside = path.relative_to(ROOT).as_posix().replace("src/tdscreen/", "").removeprefix("/")
                assert f"tdscreen/{inside}" in names
    assert any(re.fullmatch(r"tdscreen/models/[^/]+\.onnx", name) for name in names)
    assert any(re.fullmatch(r"tdscreen/assessment/schema/[^/]+\.json", name) for name in names)
    assert {"tdscreen/records/migrations/env.py", "tdscreen/records/migrations/versions/first.py"} <= names
    assert {"tdscreen/webapp/app.py", "tdscreen/webapp/config.toml", "tdscreen/py.typed"} <= names
    assert {"tdscreen/reports/report.typ", "tdscreen/records/migrations/versions/outbox.py"} <= names
    # What the page shows beside a result.
    assert {"tdscreen/models/aims_items_v2.md", "tdscreen/measurement-card/figures.csv"} <= names
    assert "tdscreen/item-scores.md" in names
    assert {"tdscreen/clinicapp/browser/player.js", "tdscreen/clinicapp/browser/player.html"} <= names


def test_the_wheel_shows_the_cards_that_it_carries(installed: Path, empty_folder: Path) -> None:
    code = (
        "from tdscreen.webapp import about, scorer\n"
        "print(about.figures_path(), about.item_scores_path())\n"
        "print(*scorer.cards())\n"
        "assert about.figures_path().is_file() and about.item_scores_path().is_file()\n"
        "assert all(card.is_file() for card in scorer.cards())\n"
    )
    run = subprocess.run(
        [installed / "python", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=empty_folder,
        env=clean_environment(),
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert str(ROOT) not in run.stdout


def test_the_wheel_makes_a_clinics_store(installed: Path, empty_folder: Path) -> None:
    environment = {
        **clean_environment(),
        "TDSCREEN_CLINIC_KEY_FILE": "key",
        "TDSCREEN_CLINIC_FOLDER": "store",
    }
    for arguments in (["key", "--out", "key"], ["init"], ["sweep"]):
        run = subprocess.run(
            [installed / "tdscreen", "clinic", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=empty_folder,
            env=environment,
            check=False,
        )
        assert run.returncode == 0, run.stderr


def test_the_wheel_scores_a_clip_from_an_empty_folder(
    installed: Path, empty_folder: Path, brief_clip: Path
) -> None:
    run = subprocess.run(
        [installed / "tdscreen", "score", brief_clip, "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=empty_folder,
        env=clean_environment(),
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assessment = json.loads(run.stdout)
    assert assessment["clips"][0]["file"] == brief_clip.name
    assert assessment["provenance"]["mediapipe"] == "0.10.21"
    assert list(empty_folder.iterdir()) == []


def test_it_is_the_wheel_that_runs_there_and_not_the_checkout(installed: Path, empty_folder: Path) -> None:
    run = subprocess.run(
        [installed / "python", "-c", "import tdscreen; print(tdscreen.__path__)"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=empty_folder,
        env=clean_environment(),
        check=True,
    )
    assert str(installed.parent) in run.stdout
    assert str(ROOT / "src") not in run.stdout


@contextmanager
def page(programs: Path, folder: Path) -> Iterator[int]:
    """Run ``tdscreen app`` and give its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = folder.parent / "page.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [programs / "tdscreen", "app", "--port", str(port)],
            stdout=sink,
            stderr=sink,
            cwd=folder,
            env=clean_environment(),
            start_new_session=True,
        )
    try:
        for _ in range(240):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield port
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=30)


def listening_addresses(port: int) -> set[str]:
    """Say on which addresses this machine listens on a port, as the kernel writes them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            local, _, state = line.split()[1:4]
            address, _, hexadecimal = local.partition(":")
            if state == "0A" and int(hexadecimal, 16) == port:
                found.add(address)
    return found


def test_the_wheel_opens_the_page_from_an_empty_folder_and_for_this_machine_only(
    installed: Path, empty_folder: Path
) -> None:
    loopback = {"0100007F", "00000000000000000000000001000000"}
    with page(installed, empty_folder) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            assert answer.status == 200
            assert "streamlit" in answer.read().decode("utf-8").lower()
        assert listening_addresses(port)
        assert listening_addresses(port) <= loopback
    assert list(empty_folder.iterdir()) == []


def readme_command(name: str) -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(
        rf"^<!-- command: {name} -->\n```bash\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL
    )
    return str(command)


@pytest.mark.parametrize("name", ["score", "tests"])
def test_the_readme_has_each_command_as_one_line_on_its_first_screen(name: str) -> None:
    command = readme_command(name)
    assert "\n" not in command
    assert command.startswith("python3.11 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ")
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines.index(command) < 45


@pytest.mark.slow
def test_the_readmes_lines_of_python_run() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()


def test_ci_runs_the_second_command_as_the_readme_has_it() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (extraction,) = re.findall(r"^command=\$\((awk .*?)\)$", script, re.MULTILINE | re.DOTALL)
    found = subprocess.run(
        ["bash", "-c", extraction],
        capture_output=True,
        text=True,
        env={**os.environ, "root": str(ROOT)},
        check=True,
    )
    assert found.stdout.strip() == readme_command("tests")
    assert 'bash -euo pipefail -c "$command"' in script


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")]
    links = [
        (page, link.split("#")[0])
        for page in pages
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("#")
    ]
    assert len(links) > 10
    assert [
        f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()
    ] == []


def test_the_project_names_no_registry_and_no_machine() -> None:
    # In pieces, so that this file does not find itself.
    words = [
        "pythonhosted" + ".org",
        "pypi" + ".org",
        "registry.npmjs" + ".org",
        "/opt/" + "pypi",
        "/opt/" + "wheels",
    ]
    places = [r"(?<![\w$}])/" + place + "/" for place in ("root", "home", "work", "Users")]
    pattern = re.compile("|".join([*map(re.escape, words), *places]))
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    assert len(files) > 20
    hits = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files
        if path.is_file()
        for match in pattern.finditer(path.read_bytes().decode("utf-8", errors="ignore"))
    ]
    assert hits == []
