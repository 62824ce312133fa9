"""The simulator's own books: what it was asked and what it answered. Clients are judged by these."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fakturo.ai.simulator.faults import Fault


@dataclass
class _Text:
    """What happened to one order text."""

    first_at: float
    answered_at: float | None = None
    impossible: bool = False
    refused: int = 0
    """Times that it was refused for good."""
    needed: int = 0
    """Answers it took: up to and with the first right one."""
    needed_tokens: int = 0
    right: int = 0


@dataclass
class Tally:
    """Counts of one provider since it started. Moments are seconds of the same clock."""

    counts: Counter[str] = field(default_factory=Counter)
    first_request_at: float | None = None
    last_answer_at: float | None = None
    in_flight: int = 0
    most_in_flight: int = 0
    most_in_outage: int = 0
    _in_outage: int = 0
    _texts: dict[str, _Text] = field(default_factory=dict)
    _answers: Counter[str] = field(default_factory=Counter)
    _right: set[str] = field(default_factory=set)
    """Requests whose right answer went out."""

    def arrived(self, text: str, at: float) -> None:
        """A request about this text came in."""
        self.first_request_at = at if self.first_request_at is None else self.first_request_at
        self.counts["requests"] += 1
        self._texts.setdefault(text, _Text(at))

    @contextmanager
    def held(self) -> Iterator[None]:
        """A request is being answered."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    @contextmanager
    def held_in_outage(self) -> Iterator[None]:
        """A request is waiting for its 503."""
        self.counts["during_outage"] += 1
        self._in_outage += 1
        self.most_in_outage = max(self.most_in_outage, self._in_outage)
        try:
            yield
        finally:
            self._in_outage -= 1

    def impossible(self, text: str) -> None:
        """A text was asked that is refused for good."""
        seen = self._texts[text]
        seen.impossible = True
        seen.refused += 1
        self.counts["impossible"] += 1

    def let_through(self, request: str, text: str, tokens: int, fault: Fault | None) -> None:
        """A request was let through; its answer is spoiled by `fault`, or right."""
        seen = self._texts[text]
        self.counts[fault or "right"] += 1
        if not seen.right:
            seen.needed += 1
            seen.needed_tokens += tokens
        else:
            self.counts["after_right"] += 1
        seen.right += fault is None
        self.counts["right_again"] += request in self._right
        if fault is None:
            self._right.add(request)

    def answered(self, request: str, text: str, at: float, tokens: int) -> None:
        """A whole answer with status 200 went out and is paid for."""
        self.counts["ok"] += 1
        self.counts["tokens"] += tokens
        self._answers[request] += 1
        self._texts[text].answered_at = self.last_answer_at = at

    def spans_s(self) -> list[float]:
        """Seconds from the first request about a text to the last answer about it, shortest first."""
        return sorted(
            text.answered_at - text.first_at for text in self._texts.values() if text.answered_at is not None
        )

    def report(self) -> dict[str, float | None]:
        """All counts, and what follows from them; names say the unit."""
        done = [text for text in self._texts.values() if not text.impossible]
        asked = [text.refused for text in self._texts.values() if text.impossible]
        first, last = self.first_request_at, self.last_answer_at
        return {
            **self.counts,
            "most_in_flight": self.most_in_flight,
            "most_in_outage": self.most_in_outage,
            "texts": len(self._texts),
            "texts_let_through": sum(text.needed > 0 for text in done),
            "impossible_texts": len(asked),
            "most_per_impossible": max(asked, default=0),
            "needed_answers": sum(text.needed for text in done),
            "needed_tokens": sum(text.needed_tokens for text in done),
            "paid_twice": sum(count - 1 for count in self._answers.values()),
            "seconds": None if first is None or last is None else round(last - first, 3),
        }
