"""What the README shows is what happens."""

import os
import re
import subprocess
import sys

from venue import ROOT, Venue

README = (ROOT / "README.md").read_text()


def test_the_ccxt_example_runs_as_it_stands(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(example.strip().splitlines()) <= 10
    with Venue(tmp_path, "--in-memory", "--seed", "2") as venue:
        (tmp_path / "ready-1.json").rename(tmp_path / "ready.json")
        result = subprocess.run(
            [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True,
            timeout=120,
        )
        assert result.returncode == 0, result.stderr
        entry, liquidation = map(float, result.stdout.split()[:2])
        assert 0 < liquidation < entry
        assert venue.is_alive


def test_the_picture_is_what_the_demo_prints(plimsoll):
    page = plimsoll("demo", check=0).stdout
    drawn = subprocess.run(
        [sys.executable, ROOT / "Scripts/draw-terminal.py", "$ plimsoll demo"],
        input=page, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ).stdout
    redraw = "plimsoll demo | Scripts/draw-terminal.py '$ plimsoll demo' > Documentation/demo.svg"
    assert drawn == (ROOT / "Documentation/demo.svg").read_text(), f"draw it anew: {redraw}"


def test_every_command_of_the_table_exists(plimsoll):
    commands = set(re.findall(r"^\| `plimsoll (\w+)", README, re.M))
    assert len(commands) >= 7
    top = plimsoll("--help", check=0).stdout
    for command in commands:
        assert re.search(rf"^\s+{command}\b", top, re.M), command


def test_every_place_that_the_architecture_names_exists():
    table = (ROOT / "ARCHITECTURE.md").read_text().split("## Find it in a minute")[1]
    places = [name for name in re.findall(r"`([^`]+)`", table) if "/" in name or "." in name]
    assert len(places) > 15
    folders = ("Sources", "Profiles", "Documentation", "Tests", "Vectors", "Scripts")
    known = [
        f"/{path.relative_to(ROOT).as_posix()}" + ("/" if path.is_dir() else "")
        for folder in folders
        for path in [ROOT / folder, *(ROOT / folder).rglob("*")]
    ]
    for name in places:
        assert any(name in path for path in known), name


def test_every_file_that_is_linked_exists():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("Documentation/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links {target}"
