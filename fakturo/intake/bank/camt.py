"""ISO 20022 camt.053 (statement) and camt.054 (notification), all versions, one entry at a time.

Only booked entries (BOOK) are taken. A batch entry becomes one payment for each of its transactions.
Nothing is fetched or expanded: a document type is refused, so entity bombs never begin.
Source: ISO 20022 message definitions camt.053.001.02 … .13 and camt.054.001.02 … .13.
"""

from collections.abc import Generator
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree

from fakturo.errors import BadInput
from fakturo.intake.bank.camt_entry import amount_of, entry_shown, read_entry, signed, status_of
from fakturo.intake.bank.camt_paths import Node, local_name, text_of
from fakturo.intake.bank.statement import PENDING, StatementRows, account_number

MESSAGES = {"Stmt": "camt.053", "Ntfctn": "camt.054"}
"""Element of one account's part -> message."""
_READ = ("{*}Ntry", *(f"{{*}}{name}" for name in MESSAGES))
"""Only these are looked at one by one: half the time of a file went into passing all others by."""
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


def read_camt(path: Path, *, source: str | None) -> StatementRows:
    """Payments of a camt.053 or camt.054 file.

    Args:
        source: instead of the account that each statement names.

    Raises:
        BadInput: broken or cut off, with a document type, or another message.
    """
    rows = StatementRows()
    head: _Part | None = None
    with closing(_events(path)) as events:
        for event, node in events:
            name = local_name(node)
            if event == "start":
                if name in MESSAGES:
                    head = _Part(node, MESSAGES[name])
            elif head is not None and name in MESSAGES:
                head.check(rows)
                head = None
            elif head is not None and name == "Ntry" and local_name(node.getparent()) in MESSAGES:
                head.take(rows, node, source)
                _forget(node)
    return rows


class _Part:
    """One account's statement or notification; its account and balances come before its entries."""

    def __init__(self, node: Node, message: str) -> None:
        self.node = node
        self.message = message
        self.booked = Decimal(0)
        self.unread = False
        self.currency = ""

    def take(self, rows: StatementRows, entry: Node, source: str | None) -> None:
        status = status_of(entry)
        if not status:
            rows.refuse(
                int(entry.sourceline or 0), partial(entry_shown, entry), "The entry has no status (Sts)."
            )
        elif status != "BOOK":
            rows.skipped[PENDING] += 1
        if status != "BOOK":
            return
        account = text_of(self.node, "Acct/Id/IBAN") or text_of(self.node, "Acct/Id/Othr/Id")
        name = source or account_number(account)
        if name is None:
            raise BadInput(
                f"The {self.message} file names no account; say whose it is with --source ACCOUNT."
            )
        try:
            amount, self.currency = amount_of(entry)
            self.booked += signed(amount, entry)
        except BadInput:
            self.unread = True  # the entry itself is refused with its reason; no balance can be checked
        read_entry(rows, entry, source=name, message=self.message)

    def check(self, rows: StatementRows) -> None:
        if self.message != "camt.053" or self.unread:
            return
        name = text_of(self.node, "Id") or text_of(self.node, "ElctrncSeqNb") or "?"
        opening, closing = self._balance(_OPENING), self._balance(_CLOSING)
        rows.check_balance(f"Statement {name}", opening, self.booked, closing, self.currency)

    def _balance(self, codes: tuple[str, ...]) -> Decimal | None:
        for code in codes:
            for balance in self.node.findall("{*}Bal"):
                if text_of(balance, "Tp/CdOrPrtry/Cd") == code:
                    try:
                        amount, self.currency = amount_of(balance)
                    except BadInput:
                        return None
                    return signed(amount, balance)
        return None


def _events(path: Path) -> Generator[tuple[str, Node]]:
    """Start and end of accounts and entries, the document's type and namespace checked first."""
    options: dict[str, Any] = {
        "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
        "remove_comments": True, "remove_pis": True,
    }  # fmt: skip
    checked = False
    try:
        with path.open("rb") as file:
            parsed = etree.iterparse(file, events=("start", "end"), tag=_READ, **options)
            for event, node in parsed:
                if not checked:
                    _check_root(node.getroottree().getroot())
                    checked = True
                yield event, node
            if not checked:
                _check_root(parsed.root)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(
            f"The XML is broken: {error}. If it was cut off, fetch it from the bank again; nothing was taken."
        ) from None


def _check_root(root: Node) -> None:
    if root.getroottree().docinfo.doctype:
        raise BadInput("The XML has a document type; a bank's camt file has none, remove it.")
    namespace = etree.QName(root).namespace or ""
    if not any(message in namespace for message in MESSAGES.values()):
        found = namespace.rsplit(":", 1)[-1] or local_name(root)
        raise BadInput(
            f"This XML is {found!r}; payments are read from camt.053 and camt.054, booked entries that is."
        )


def _forget(node: Node) -> None:
    """Free what was read: a file of any length needs the memory of two entries.

    The parser still stands on `node`, so only what lies before it may leave the tree.
    """
    node.clear()
    before = node.getprevious()
    if before is not None and local_name(before) == "Ntry":
        node.getparent().remove(before)
