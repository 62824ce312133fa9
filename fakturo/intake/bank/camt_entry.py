"""One booked entry (Ntry) of a camt message -> its payments.

Names changed over the versions, all are read: `Sts` and `Sts/Cd`, `Dbtr/Nm` and `Dbtr/Pty/Nm`, amounts of
a transaction as `Amt` or `AmtDtls/TxAmt/Amt`, charges as `Chrgs/Amt` or `Chrgs/Rcrd/Amt`.
"""

from decimal import Decimal
from functools import partial

from lxml import etree

from fakturo.errors import BadInput
from fakturo.intake.bank.camt_paths import Node, find, find_all, text_of
from fakturo.intake.bank.camt_transaction import fee_of, told
from fakturo.intake.bank.statement import NO_MONEY, NOT_OURS, StatementRows, decimal, reference_of

DETAILS_ELSEWHERE = "a sum whose transactions come in a camt.054 file of their own"


def read_entry(rows: StatementRows, entry: Node, *, source: str, message: str) -> None:
    """Take the payments of an entry in; refuse it whole where its parts do not give its sum."""
    line = int(entry.sourceline or 0)
    shown = partial(entry_shown, entry)
    transactions = find_all(entry, "NtryDtls/TxDtls")
    if message == "camt.053" and not transactions and _told_elsewhere(entry):
        rows.skipped[DETAILS_ELSEWHERE] += 1
        return
    try:
        amounts = _amounts(entry, transactions)
        references = _references(entry, transactions)
        only = len(transactions) <= 1
        pairs = _pairs(transactions, amounts)
        fees = [fee_of(entry, transaction, amount, is_only=only) for transaction, amount in pairs]
        if not only:
            fees = _with_shared(entry, amounts, fees)
    except BadInput as error:
        rows.refuse(line, shown, str(error))
        return
    currency = amount_of(entry)[1]
    for (transaction, amount), fee, reference in zip(
        _pairs(transactions, amounts), fees, references, strict=True
    ):
        if amount == 0:
            rows.skipped[NO_MONEY] += 1
            continue
        try:
            fields = told(entry, transaction, amount=amount, fee=fee, currency=currency, reference=reference)
        except BadInput as error:
            rows.refuse(line, shown, str(error))
            continue
        if fields is None:
            rows.skipped[NOT_OURS] += 1
            continue
        place = line if transaction is None else int(transaction.sourceline or line)
        rows.take(place, shown, fields | {"source": source})


def entry_shown(entry: Node) -> dict[str, str]:
    """The entry as it stands in the file, for whoever looks into the quarantine."""
    return {"xml": str(etree.tostring(entry, encoding="unicode", with_tail=False))}


def status_of(entry: Node) -> str:
    """BOOK, PDNG, INFO or FUTR; from version 8 on the code is an element of its own."""
    return text_of(entry, "Sts/Cd", "Sts") or ""


def amount_of(node: Node) -> tuple[Decimal, str]:
    """Amount and currency of an entry or balance; the sign stands beside it.

    Raises:
        BadInput: no amount, or one without currency.
    """
    found = find(node, "Amt")
    if found is None or not found.get("Ccy"):
        raise BadInput("The entry has no amount with a currency (Amt Ccy).")
    return decimal(found.text, "Amount"), found.get("Ccy")


def signed(amount: Decimal, node: Node) -> Decimal:
    """The amount with its sign: money in above 0.

    Raises:
        BadInput: neither credit nor debit.
    """
    indicator = text_of(node, "CdtDbtInd")
    if indicator not in {"CRDT", "DBIT"}:
        raise BadInput(f"CdtDbtInd {indicator!r} is neither CRDT nor DBIT.")
    return amount if indicator == "CRDT" else -amount


def _told_elsewhere(entry: Node) -> bool:
    return "camt.054" in (text_of(entry, "AddtlInfInd/MsgNmId") or "")


def _pairs(transactions: list[Node], amounts: list[Decimal]) -> list[tuple[Node, Decimal]]:
    return list(zip(transactions or [None], amounts, strict=True))


def _amounts(entry: Node, transactions: list[Node]) -> list[Decimal]:
    """Signed amounts of an entry's transactions; they add up to the entry, its shared charges aside.

    Raises:
        BadInput: they do not, or one of several has no amount in the entry's currency.
    """
    amount, currency = amount_of(entry)
    whole = signed(amount, entry)
    if len(transactions) <= 1:
        return [whole]
    found: list[Decimal] = []
    for number, transaction in enumerate(transactions, start=1):
        part = find(transaction, "Amt")
        if part is None:
            part = find(transaction, "AmtDtls/TxAmt/Amt")
        if part is None or part.get("Ccy") != currency:
            raise BadInput(f"Transaction {number} of the entry states no amount in {currency}.")
        has_sign = text_of(transaction, "CdtDbtInd") is not None
        found.append(signed(decimal(part.text, "Amount"), transaction if has_sign else entry))
    total = sum(found, Decimal(0))
    if total != whole and total - _shared_charges(entry) != whole:
        raise BadInput(
            f"The entry is {whole} {currency}, but its {len(found)} transactions add up to {total}."
        )
    return found


def _with_shared(entry: Node, amounts: list[Decimal], fees: list[Decimal]) -> list[Decimal]:
    """Charges of the entry as a whole go to its first transaction; the amounts are gross already then."""
    whole = signed(amount_of(entry)[0], entry)
    kept_back = sum(amounts, Decimal(0)) - whole
    if kept_back == 0:
        return fees
    amounts[0] -= kept_back  # what was booked of it
    return [fees[0] + kept_back, *fees[1:]]


def _shared_charges(entry: Node) -> Decimal:
    return sum((decimal(each.text, "Charge") for each in _charges(entry)), Decimal(0))


def _charges(entry: Node) -> list[Node]:
    return find_all(entry, "Chrgs/Rcrd/Amt") or find_all(entry, "Chrgs/Amt")


def _references(entry: Node, transactions: list[Node]) -> list[str | None]:
    """The bank's reference of each transaction; None where it gives none.

    Several transactions of one entry are told apart by the first kind of reference that all of them have and
    no two share; an entry is never cut into two files, so this choice is stable.
    """
    of_entry = reference_of(text_of(entry, "AcctSvcrRef"))
    if len(transactions) <= 1:
        of_one = text_of(transactions[0], "Refs/AcctSvcrRef") if transactions else None
        return [of_entry or reference_of(of_one)]
    for name in ("AcctSvcrRef", "UETR", "TxId", "EndToEndId"):
        inner = [reference_of(text_of(each, f"Refs/{name}")) or "" for each in transactions]
        if all(inner) and len(set(inner)) == len(inner):
            if name == "AcctSvcrRef":
                return list(inner)
            return [f"{of_entry}/{each}" if of_entry else None for each in inner]
    return [None] * len(transactions)
