"""A venue whose books do not balance stops, says after which command, and ends with 6."""

import subprocess

import pytest

from venue import PATIENCE, Venue


def test_the_venue_stops_and_names_the_command(tmp_path):
    venue = Venue(tmp_path, "--data", tmp_path / "data", "--seed", "3", "--drill-broken-law-at", "700")
    try:
        venue.start()
    except RuntimeError as too_soon:
        assert "sequence 700: the books do not balance: a drill" in str(too_soon)
    else:
        assert venue.process.wait(timeout=PATIENCE) == 6
        assert "sequence 700: the books do not balance: a drill" in venue.log()
    finally:
        venue.stop()
    # The journal holds the command; the books are in truth sound, and verify finds them so.
    verified = subprocess.run(
        [Venue.binary(), "verify", tmp_path / "data"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("value", ["-1", "x", ""])
def test_a_drill_at_no_command_is_a_usage_error(tmp_path, value):
    ended = subprocess.run(
        [Venue.binary(), "up", "--in-memory", f"--drill-broken-law-at={value}"],
        capture_output=True, text=True, timeout=PATIENCE, cwd=tmp_path,
    )
    assert ended.returncode == 2
