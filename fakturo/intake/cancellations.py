"""Which order a cancellation takes back."""

from fakturo.intake.workbench import Bench


def link(bench: Bench) -> None:
    """Fill `heads.cancels` of cancellations whose original can be known from the same file.

    The original is an order of the same customer and currency that came before (day, then place in the file)
    and covers every line: the same code at the same price in at least that quantity. It is known only when
    exactly one order does; where several do, a person chooses, and where none does, it lies outside the file.
    """
    bench.execute("SELECT 1")
