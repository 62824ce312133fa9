"""`fakturo trace INVOICE`: from the published row back to the line of the file, every hash checked."""

from typing import Annotated

import typer


def trace(number: Annotated[str, typer.Argument(help="INV-2026-000001")]) -> None:
    """Where an invoice came from, and whether every station still is what was recorded. Exit code 1: not."""
    from rich.text import Text
    from rich.tree import Tree

    from fakturo.cli.terminal.plain import clean
    from fakturo.cli.terminal.screen import console
    from fakturo.settings import current
    from fakturo.tracing import trace as walk

    steps = walk(current(), number)
    tree = Tree(Text(number, style="bold"))
    for each in steps:
        branch = tree.add(Text(each.what, style="bold red" if each.problem else "bold green"))
        for fact in each.facts:
            branch.add(Text(clean(fact)))
        if each.problem:
            branch.add(Text(clean(f"does not hold: {each.problem}"), style="red"))
    console.print(tree, soft_wrap=True)
    broken = [each.what for each in steps if each.problem]
    if broken:
        console.print(
            f"{len(broken)} of {len(steps)} stations do not hold: {', '.join(broken)}.", style="red"
        )
        raise typer.Exit(1)
    console.print(f"All {len(steps)} stations hold.")
