"""Who pays: the keys under which a payer is remembered, and whose client that is."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from fakturo.receivables.facts import Payers, Payment

_WORD = re.compile(r"[^\W_]+")
LONGEST_KEY = 200


def account_key(account: str | None) -> str:
    """An account in capitals without spaces: 'gb33 bukb…' -> 'GB33BUKB…'; empty where there is none."""
    return "".join(_WORD.findall((account or "").upper()))[:LONGEST_KEY]


def name_key(name: str | None) -> str:
    """A name in capitals, words by single spaces, no punctuation: 'Blue-Door  Ltd.' -> 'BLUE DOOR LTD'."""
    folded = unicodedata.normalize("NFKC", name or "").upper()
    return " ".join(_WORD.findall(folded))[:LONGEST_KEY]


def known_payers(customers: Iterable[tuple[str, str | None]], learned: Mapping[str, str]) -> Payers:
    """What is known of all clients.

    Args:
        customers: (id, name) of each; a name that two clients share proves neither.
        learned: rows of `customer_payers`, key -> client.
    """
    ids: set[str] = set()
    names: dict[str, str] = {}
    shared: set[str] = set()
    for customer_id, name in customers:
        ids.add(customer_id)
        key = name_key(name)
        if key and names.setdefault(key, customer_id) != customer_id:
            shared.add(key)
    return Payers(frozenset(ids), {key: each for key, each in names.items() if key not in shared}, learned)


def payer_of(payment: Payment, payers: Payers) -> tuple[str | None, str]:
    """(client, how it is known); (None, "") where nothing says.

    A stated client that the ledger does not know is not guessed at by name.
    """
    if payment.customer_id:
        known = payment.customer_id in payers.customers
        return (payment.customer_id, "stated by the source") if known else (None, "")
    by_account = payers.learned.get(account_key(payment.payer_account))
    if by_account:
        return by_account, "known by the payer's account"
    name = name_key(payment.payer)
    by_name = payers.learned.get(name)
    if by_name:
        return by_name, "known by the payer's name"
    if name in payers.names:
        return payers.names[name], "of the same name as the payer"
    return None, ""
