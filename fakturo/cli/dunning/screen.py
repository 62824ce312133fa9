"""What a person sees of dunning: who gets a letter, who does not and why, and an invoice's story."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from fakturo.cli.terminal.plain import clean
from fakturo.cli.terminal.screen import console, listed, money, table
from fakturo.dunning.facts import Code, Held, Notice
from fakturo.ledger.dunning.sending import Proposal, Sent
from fakturo.ledger.dunning.stories import Story
from fakturo.settings import Settings

LETTERS = ("customer", "level", "invoices", "days", "open", "interest", "costs", "to pay")
SHORT_LETTERS = ("customer", "level", "days", "to pay")
HELD = ("customer", "invoice", "open", "why not")
TOLD = ("day", "level", "days", "open", "interest", "lump sum", "fee", "earlier", "letter", "way")
SHORT_TOLD = ("day", "level", "open", "letter", "way")
LATER: tuple[Code, ...] = ("not_yet", "promised")
"""What needs nobody: it comes by itself."""


def show_proposal(proposal: Proposal, settings: Settings, *, customer: str | None, limit: int) -> None:
    """Print what would be sent, what not, and the sums by currency."""
    ours = [each for each in proposal.notices if customer in {None, each.customer_id}]
    held = [each for each in proposal.held if customer in {None, each.customer_id}]
    if not (ours or held):
        console.print(f"Nothing is overdue on {proposal.as_of}.")
        return
    if ours:
        rows = [_row(each) for each in ours[:limit]]
        listed(
            f"Letters of {proposal.as_of} ({len(ours)})",
            LETTERS,
            rows,
            right=LETTERS[2:],
            short=SHORT_LETTERS,
        )
        _more(len(ours) - limit)
    else:
        console.print(f"No letter on {proposal.as_of}.")
    _remarks(ours)
    if held:
        held.sort(key=lambda each: (each.code in LATER, each.customer_id, each.number or ""))
        named = [(each.customer_id, each.number or "all", _owed(each), each.reason) for each in held[:limit]]
        table(f"\nNot sent ({len(held)})", HELD, named, right=(2,))
        _more(len(held) - limit)
    _sums(ours, held)
    if proposal.next_round:
        most = settings.dunning.max_letters
        _say(f"{len(proposal.next_round)} more letters in the next round; one sends {most} at most.")
    if not settings.dunning.enabled:
        _say(
            "Dunning is off: set enabled = true under [dunning] in fakturo.toml, and letters leave.", "yellow"
        )
    elif ours:
        _say("Send them: fakturo dunning run")


def show_sent(sent: Sent, proposal: Proposal) -> None:
    """Print what a round did."""
    if sent.letters:
        rows = [_row(notice) for _, notice in sent.letters]
        listed(f"Sent ({len(rows)})", LETTERS, rows, right=LETTERS[2:], short=SHORT_LETTERS)
    for each in sent.dropped:
        _say(f"Not sent: {each}")
    told = f"{len(sent.letters)} letters are in the outbox, {len(sent.dropped)} of the proposed were dropped"
    _say(f"{told}, {len(proposal.held)} invoices or customers are held back.")
    if sent.letters:
        _say("They leave within seconds of `fakturo up`, or now: fakturo outbox deliver")


def show_story(story: Story, today: date) -> None:
    """Print an invoice's letters, promises, and what comes next."""
    invoice, claim = story.invoice, story.claim
    open_amount = money(claim.open_minor, invoice.currency)
    late = (today - invoice.due_date).days
    when = f"{late} days overdue" if late > 0 and claim.open_minor else f"due on {invoice.due_date}"
    _say(
        f"{invoice.number} of {invoice.customer_id}: {open_amount} open, {when}, level {claim.level}", "bold"
    )
    if story.letters:
        rows = [_told(story, place) for place in range(len(story.letters))]
        listed("Letters", TOLD, rows, right=TOLD[2:9], short=SHORT_TOLD)
    else:
        _say("No letter was sent about it.")
    for row, state in story.promises:
        told = f"{money(row.amount_minor, invoice.currency)} promised by {row.due_date}, noted by {row.actor}"
        _say(f"{told}: {state}.{f' {row.note}' if row.note else ''}")
    _next(story)


def _told(story: Story, place: int) -> tuple[object, ...]:
    each = story.letters[place]
    amounts = (each.open_minor, each.interest_minor, each.lump_sum_minor, each.fee_minor, each.earlier_minor)
    cells = (money(minor, story.invoice.currency) if minor else "" for minor in amounts)
    level = f"{each.level} {each.tone}" if each.level else "listed"
    letter = money(each.total_minor, story.invoice.currency)
    way = ", ".join(story.ways[each.outbox_id]) or "in the outbox"
    return (each.notice_date, level, each.days_overdue, *cells, letter, way)


def _next(story: Story) -> None:
    if story.spoken.stop is not None:
        until = f" until {story.spoken.stop.until}" if story.spoken.stop.until else ""
        _say(f"Letters to {story.invoice.customer_id} are stopped{until}: {story.spoken.stop.reason}")
    number, today = story.invoice.number, story.today
    if story.claim.open_minor == 0:
        _say("Nothing is open: no letter follows.")
        return
    for each in today.held if today else ():
        if each.number in {None, number}:
            _say(f"Now: {each.reason}")
    if today and today.notice and number in {each.number for each in today.notice.lines}:
        _say(f"Now: in a letter of level {today.notice.level}, {today.notice.tone}.")


def _row(notice: Notice) -> tuple[object, ...]:
    interest = sum(each.interest_minor for each in notice.lines)
    currency = notice.currency
    return (
        notice.customer_id,
        f"{notice.level} {notice.tone}",
        len(notice.lines),
        max(each.days_overdue for each in notice.lines),
        money(notice.open_minor, currency),
        money(interest, currency) if interest else "",
        money(notice.claimed_minor - interest, currency) if notice.claimed_minor - interest else "",
        money(notice.total_minor, currency),
    )


def _owed(held: Held) -> str:
    return money(held.open_minor, held.currency)


def _sums(notices: Sequence[Notice], held: Sequence[Held]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in notices:
        of = sums[each.currency]
        of[0] += each.open_minor
        of[1] += each.claimed_minor
        of[2] += each.total_minor
    listed_too = {line.number for each in notices for line in each.lines}
    for other in held:
        sums[other.currency][3] += 0 if other.number in listed_too else other.open_minor
    rows = [
        (currency, *(money(minor, currency) for minor in amounts))
        for currency, amounts in sorted(sums.items())
    ]
    table("\nTogether", ("currency", "open", "claimed", "to pay", "not sent"), rows, right=(1, 2, 3, 4))


def _remarks(notices: Sequence[Notice]) -> None:
    """What is not claimed and why, each once."""
    for each in dict.fromkeys(remark for notice in notices for remark in notice.remarks):
        _say(each)


def _more(count: int) -> None:
    if count > 0:
        _say(f"… and {count} more; --limit shows them.")


def _say(text: str, style: str | None = None) -> None:
    console.print(clean(text), style=style, markup=False)
