"""The chain: any change, gap or cut shows."""

from datetime import UTC, datetime

import pytest

from fakturo.audit import GENESIS, Entry, broken_at, canonical, entry_sha256

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def chain() -> list[Entry]:
    entries, previous = [], GENESIS
    for seq in (1, 2, 3):
        fields = (seq, AT, "ann", "invoice.issued", f"invoice:{seq}", canonical({"b": 1, "a": "ä"}), previous)
        entries.append(Entry(*fields, entry_sha256(*fields)))
        previous = entries[-1].sha256
    return entries


def test_an_untouched_chain_holds(chain):
    assert broken_at(chain) is None
    assert broken_at([]) is None


@pytest.mark.parametrize("field", ["actor", "action", "subject", "details"])
def test_a_changed_field_shows(chain, field):
    chain[1] = chain[1]._replace(**{field: "other"})
    assert broken_at(chain) == (2, "entry 2 was changed after it was written")


def test_a_rehashed_change_shows_at_the_next_entry(chain):
    forged = chain[1]._replace(actor="bob")
    chain[1] = forged._replace(sha256=entry_sha256(*forged[:-1]))
    assert broken_at(chain) == (3, "entry 3 does not follow entry 2")


def test_a_missing_entry_shows(chain):
    del chain[1]
    assert broken_at(chain) == (2, "entry 2 is missing")


def test_details_are_written_one_way():
    assert canonical({"b": 1, "a": "ä"}) == '{"a":"ä","b":1}'


def test_fields_cannot_be_shifted_into_each_other():
    one = entry_sha256(1, AT, "ann", "ab", "c", "", GENESIS)
    other = entry_sha256(1, AT, "ann", "a", "bc", "", GENESIS)
    assert one != other
