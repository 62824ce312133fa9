"""The roles that a line of an order's text may have beside being an order line: a strict list, no more."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from fakturo.intake.countries import iso_code
from fakturo.intake.letters.numbers import MONEY

PO = r"(?P<po>[A-Z]{0,6}[-/_]?\d[A-Z0-9/_-]{2,24})"
ACCOUNT = r"(?P<customer>[A-Z]{0,4}-?\d{3,14})"
_NUMBER = r"(?:\s*(?:no|number|nr|id|ref)?\.?\s*[:#]?\s*)"

_FOLLOWING = r"(?: the following)?(?: (?:items|goods|articles))?"


@dataclass
class Facts:
    """What the lines around the order lines say; sets, so that a second answer shows."""

    po_numbers: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    currencies: set[str | None] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    totals: list[str] = field(default_factory=list)

    @property
    def ordered_on(self) -> date | None:
        """The day that the text states."""
        return next(iter(self.days), None)

    def is_consistent(self) -> bool:
        """Whether there is one purchase order, one account, and nothing said twice differently."""
        once = (self.countries, self.currencies, self.days)
        return len(self.po_numbers) == 1 == len(self.customers) and all(len(each) <= 1 for each in once)


_ROLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # what it is
        rf"(?:subject:\s*)?(?:(?:new|our|purchase)\s+)*order{_NUMBER}{PO}",
        rf"subject:\s*(?:purchase order|po){_NUMBER}{PO}",
        rf"(?:our\s+)?(?:po|p\.o\.|purchase order|reference|ref){_NUMBER}(?:is\s+)?{PO}\.?",
        r"subject:\s*(?:(?:new|our|purchase)\s+)*order",
        # who asks
        rf"(?:our\s+)?(?:(?:customer|buyer|client)?\s?account|customer|buyer|client){_NUMBER}(?:is\s+)?{ACCOUNT}\.?",
        # when
        r"(?:order\s+)?date:\s*(?P<day>.{6,20})",
        # where to
        rf"deliver to our (?P<country>[A-Za-z .]{{2,40}}) address\. account {ACCOUNT}\.?",
        r"(?:please )?deliver to our usual address\.?",
        # all of it before a table: PO;account;country
        rf"(?=PO){PO} ?[;|] ?{ACCOUNT}(?: ?[;|] ?(?P<country>[A-Za-z .]{{2,40}}))?",
        # in what
        r"(?:currency|all prices in):?\s*(?P<currency>[A-Z]{3})\.?",
        rf"(?:net total|sub-?total|total net|sum of lines)\s*:?\s*(?P<total>{MONEY})\.?",
        # politeness
        r"(?:hello|hi|dear|good (?:morning|afternoon|day))(?: (?:all|team|there|sir or madam|sirs?))?[,!.]?",
        rf"please (?:supply|send|deliver)(?: us)?{_FOLLOWING}[:.]?",
        rf"(?:we|i) would like to order{_FOLLOWING}[:.]?",
        r"(?:(?:please find )?our order(?: is)?(?: as follows| below)?|order lines|items|order)[:.]?",
        r"(?:many thanks|thanks|thank you|thank you very much)(?: in advance)?[.!,]?",
        r"(?:kind|best|warm) regards[.,]?|regards[.,]?|yours (?:sincerely|faithfully)[.,]?",
        r"[-=_*]{3,}",
    )
)
_DAYS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%B %d, %Y", "%B %d %Y")


def read_role(line: str, facts: Facts) -> bool:
    """Whether a line has a known role; what it says is added to the facts."""
    text = " ".join(line.split())
    return any((found := role.fullmatch(text)) and _note(found.groupdict(), facts) for role in _ROLES)


def _note(told: dict[str, str | None], facts: Facts) -> bool:
    """Add what a line tells; False where it tells something that cannot be taken at its word."""
    if (po := told.get("po")) is not None:
        facts.po_numbers.add(po)
    if (customer := told.get("customer")) is not None:
        facts.customers.add(customer)
    if (currency := told.get("currency")) is not None:
        facts.currencies.add(currency.upper())
    if (total := told.get("total")) is not None:
        facts.totals.append(total)
    if (country := told.get("country")) is not None:
        code = iso_code(country)
        if code is None:
            return False
        facts.countries.add(code)
    if (day := told.get("day")) is not None:
        found = _day(day)
        if found is None:
            return False
        facts.days.add(found)
    return True


def _day(text: str) -> date | None:
    for shape in _DAYS:
        try:
            return datetime.strptime(text.strip(), shape).date()  # noqa: DTZ007  a calendar day has no zone
        except ValueError:
            continue
    return None
