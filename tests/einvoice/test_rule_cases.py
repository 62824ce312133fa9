"""The official test cases of EN 16931's rules, and the official example invoices, where they are at hand.

Source: github.com/ConnectingEurope/eInvoicing-EN16931, tests and examples; Peppol BIS Billing 3.0, examples.
A case names rules that must hold (`success`) or be broken (`error`, `warning`), some how often.
"""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from fakturo.einvoice.parsing import parse
from fakturo.einvoice.rules import Severity, check, check_rules_only
from fakturo.einvoice.syntax import Level, Profile, Syntax, profile_of
from fakturo.einvoice.verifying.file import verify_file

DATA = Path(__file__).parents[3] / "shared" / "data" / "einvoice"
CASES = DATA / "en16931" / "rule-tests"
SETS = sorted(path for path in CASES.glob("*/*.xml") if path.parent.name != "testfiles")
EXAMPLES = sorted(
    path
    for folder in (
        "en16931/cii-examples",
        "en16931/ubl-examples",
        "en16931/rule-tests/testfiles",
        "peppol-billing-examples",
    )
    for path in (DATA / folder).glob("*.[xX][mM][lL]")
)
V = "{http://difi.no/xsd/vefa/validator/1.0}"
ROOTS = {
    "CrossIndustryInvoice": Syntax.CII,
    "Invoice": Syntax.UBL_INVOICE,
    "CreditNote": Syntax.UBL_CREDIT_NOTE,
}

at_hand = pytest.mark.skipif(not SETS, reason=f"the official cases are not in {DATA}")


def disagreements(path: Path) -> tuple[int, list[str]]:
    """(assertions, those that our rules do not share) of one file of cases."""
    count, wrong = 0, []
    for number, case in enumerate(etree.parse(path).getroot().findall(f"{V}test"), start=1):
        expected = case.find(f"{V}assert")
        document = next(each for each in case.iterchildren(etree.Element) if not each.tag.startswith(V))
        syntax = ROOTS[etree.QName(document).localname]
        xml = etree.tostring(document, encoding="utf-8", with_tail=False)
        found = Counter(each.rule for each in check_rules_only(xml, Profile(syntax, Level.EN16931, "", "")))
        for each in expected.iterchildren(f"{V}success", f"{V}error", f"{V}warning"):
            count += 1
            rule, how_often = each.text.strip(), each.get("number")
            broken = each.tag != f"{V}success"
            if (found[rule] > 0) != broken or (how_often and found[rule] != int(how_often)):
                wrong.append(
                    f"{path.name}, case {number}: {rule} is broken {found[rule]} times, not {each.tag}"
                )
    return count, wrong


@at_hand
def test_every_official_case_is_judged_as_its_authors_judge_it():
    judged = [disagreements(path) for path in SETS]
    assert [wrong for _, each in judged for wrong in each] == []
    assert sum(count for count, _ in judged) == 1142


@at_hand
@pytest.mark.parametrize("path", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_every_official_example_is_accepted(path):
    verdict = verify_file(path)
    assert verdict.is_accepted, verdict.findings
    assert verdict.number
    assert verdict.total is not None


@at_hand
def test_examples_break_no_rule_that_is_fatal():
    for path in EXAMPLES:
        assert [each for each in check(path.read_bytes()) if each.severity is Severity.FATAL] == [], path.name
        assert profile_of(parse(path.read_bytes())).syntax in Syntax
