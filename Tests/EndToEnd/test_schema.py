"""The control API held against its own description, with requests that schemathesis makes up."""

import json
import os
import subprocess
import sys

import pytest

from venue import Venue

# No two runs of the suite differ: the seed is fixed, and so is how many requests each route gets.
OPTIONS = [
    "--seed", "1", "--max-examples", "25", "--phases", "examples,coverage,fuzzing",
    "--checks",
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,negative_data_rejection,use_after_free",
    "--request-timeout", "5", "--no-color",
]  # fmt: skip


# A fault that is posted in passing would answer for the routes that come after it.
@pytest.mark.parametrize(
    "paths",
    [("--exclude-path-regex", "^/v1/faults"), ("--include-path-regex", "^/v1/faults")],
    ids=["all but the fault board", "the fault board"],
)
def test_the_control_api_is_as_it_says(tmp_path, paths):
    with Venue(tmp_path, "--in-memory", "--paused", "--seed", "7") as venue:
        described = venue.call("GET", "/openapi.json")
        (tmp_path / "openapi.json").write_text(json.dumps(described))
        result = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", tmp_path / "openapi.json",
                "--url", venue.base, *paths, *OPTIONS,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
        assert venue.is_alive
        assert venue.get("/fapi/v1/ping") == {}
        if result.returncode != 0:
            pytest.fail(result.stdout[-8000:] + result.stderr[-2000:])
