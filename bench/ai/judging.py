"""How well a client did: by the letters' truths and the simulator's own books, never by its own word.

Efficiency = (time at the published limit) / (time taken) x (share of the completable orders that are right).

Time at the published limit: the answers that the orders really needed, over the rate. A completable order
needs one, and one more for each answer that the simulator itself spoiled before a right one; a spoiled answer
that was not asked again about is no more than the one that this order had, and an order that never got an
answer counts for nothing. An impossible text counts as one: nobody can know before asking. Tokens likewise,
whichever takes longer. To that come the seconds of an outage inside the run. The burst at the start is not
subtracted, and a client's needless calls never count.
The stricter figure counts one answer per order that got any, and the outage, and nothing else.

Time taken: from the first request to the last answer, as the simulator saw it.

Completable: orders whose text is not refused for good; where the credit runs out, as many as it allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bench.ai.orders import Letter
from bench.ai.prompt import seen
from bench.ai.work import Result
from fakturo.ai.simulator.provider import Provider


@dataclass(frozen=True)
class Figures:
    """One run of one client, or the medians of several."""

    right: float
    """Share of the completable orders."""
    wrong: float
    """Orders believed and not right."""
    in_review: float
    pace: float
    """Time at the published limit over the time taken, whatever the answers were worth."""
    efficiency: float
    strict_efficiency: float
    refused_per_success: float
    """429s for each right order."""
    in_outage: float
    most_in_outage: float
    after_credit: float
    per_impossible: float
    """Requests for each impossible text."""
    p50_s: float
    """From an order's first request to its last answer, as the simulator saw it."""
    p95_s: float
    cpu_s: float
    memory_mb: float
    seconds: float
    wall_s: float
    paid_twice: float


def judge(made: Sequence[Letter], provider: Provider, result: Result) -> Figures:
    """Work out the figures of one run."""
    books = provider.tally.report()
    possible = [letter for letter in made if provider.verdict(seen(letter.text)) == "possible"]
    completable = min(len(possible), provider.scenario.credit or len(possible))
    right = sum(_is_right(letter, result.answers.get(str(letter.id))) for letter in made)
    wrong = len(result.answers) - right
    share = right / completable if completable else 0.0
    seconds = books["seconds"] or 0.0
    spans = provider.tally.spans_s() or [0.0]

    def count(name: str) -> float:
        return float(books.get(name) or 0)

    needed, needed_tokens = count("needed_answers"), count("needed_tokens")
    tokens_each = needed_tokens / max(needed, 1)
    ideal_s = _ideal_s(provider, needed + count("impossible_texts"), needed_tokens, seconds)
    answered = count("texts_let_through")
    strict_s = _ideal_s(provider, answered, answered * tokens_each, seconds)
    return Figures(
        right=share,
        wrong=wrong,
        in_review=len(result.in_review),
        pace=ideal_s / seconds if seconds else 0.0,
        efficiency=ideal_s / seconds * share if seconds else 0.0,
        strict_efficiency=strict_s / seconds * share if seconds else 0.0,
        refused_per_success=count("429") / max(right, 1),
        in_outage=count("during_outage"),
        most_in_outage=count("most_in_outage"),
        after_credit=count("after_exhausted"),
        per_impossible=count("impossible") / max(count("impossible_texts"), 1),
        p50_s=spans[len(spans) // 2],
        p95_s=spans[int(len(spans) * 0.95)],
        cpu_s=result.cpu_s,
        memory_mb=result.memory_mb,
        seconds=seconds,
        wall_s=result.wall_s,
        paid_twice=count("paid_twice"),
    )


def _ideal_s(provider: Provider, answers: float, tokens: float, seconds: float) -> float:
    scenario = provider.scenario
    by_requests = answers * 60 / scenario.rpm if scenario.rpm else 0.0
    by_tokens = tokens * 60 / scenario.tpm if scenario.tpm else 0.0
    outage = sum(max(min(end, seconds) - start, 0.0) for start, end in scenario.outages_s)
    return max(by_requests, by_tokens) + outage


def _is_right(letter: Letter, said: dict[str, Any] | None) -> bool:
    if said is None:
        return False
    lines = [(line["code"], Decimal(line["quantity"]), Decimal(line["unit_price"])) for line in said["lines"]]
    truth = [(each.code, Decimal(each.quantity), Decimal(each.price)) for each in letter.lines]
    head = (said["customer_id"], said["po_number"], said["currency"])
    return head == (letter.customer, letter.po_number, letter.currency) and lines == truth
