"""An invoice as one would set it with Typst, as PDF/A-3a; one compiler for all, as its page advises."""

import json
from pathlib import Path
from typing import Any

from timed import run
from typst import Compiler

_compiler = Compiler(str(Path(__file__).with_name("invoice.typ")))


def make(invoice: dict[str, Any]) -> bytes:
    """One document."""
    inputs = {"invoice": json.dumps(invoice)}
    return bytes(_compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["a-3a"]))


if __name__ == "__main__":
    run(make)
