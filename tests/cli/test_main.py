"""The command as a process: errors are one sentence on stderr."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAKTURO = Path(sys.executable).parent / "fakturo"


@pytest.mark.parametrize(
    ("words", "changes", "sentence"),
    [
        (("config",), {"FAKTURO_AI_RPM": "0"}, "FAKTURO_AI_RPM (rpm under [ai] in fakturo.toml) is '0'"),
        (("orders", "show", "nope"), {}, "No order nope"),
    ],
)
def test_what_is_refused_is_one_sentence_and_exit_code_1(tmp_path, words, changes, sentence):
    environment = os.environ | {"FAKTURO_HOME": str(tmp_path)} | changes
    done = subprocess.run(
        [FAKTURO, *words], env=environment, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
