"""Schema and official rules, on invoices made here by hand."""

import threading

import pytest

from fakturo.einvoice.parsing import DEEPEST, MOST_XML_BYTES, parse
from fakturo.einvoice.rules import SCHEMA_RULE, Severity, check, check_rules_only, short
from fakturo.einvoice.syntax import Level, Profile, Syntax, profile_of
from fakturo.errors import BadInput
from tests.einvoice import documents
from tests.einvoice.documents import BASIC, EN16931, EXTENDED, PEPPOL, XRECHNUNG, cii, ubl, ubl_credit_note


def rules(xml: str) -> set[str]:
    return {each.rule for each in check(xml.encode()) if each.severity is Severity.FATAL}


@pytest.mark.parametrize("name", documents.ALL)
def test_an_invoice_made_by_hand_breaks_no_rule(name):
    assert check(documents.ALL[name]().encode()) == []


@pytest.mark.parametrize(
    ("make", "old", "new", "rule"),
    [
        (ubl, "<cbc:ID>4711</cbc:ID>", "<cbc:ID></cbc:ID>", "BR-02"),
        (ubl, "TypeCode>380<", "TypeCode>999<", "BR-CL-01"),
        (ubl, "64.49</cbc:TaxInclusiveAmount>", "64.48</cbc:TaxInclusiveAmount>", "BR-CO-15"),
        (ubl, "<cbc:Percent>19</cbc:Percent>", "<cbc:Percent>0</cbc:Percent>", "BR-S-05"),
        (ubl, "54.19</cbc:TaxExclusiveAmount>", "54.191</cbc:TaxExclusiveAmount>", "BR-DEC-12"),
        (ubl, "<cbc:ID>4711</cbc:ID>", "<cbc:Id>4711</cbc:Id>", SCHEMA_RULE),
        (ubl_credit_note, "Blaue Tür AG", "", "BR-07"),
        (cii, "<ram:Name>Lampen GmbH</ram:Name>", "", "BR-06"),
        (cii, "<ram:DuePayableAmount>64.49", "<ram:DuePayableAmount>64.40", "BR-CO-16"),
        (cii, "<ram:BasisAmount>54.19", "<ram:BasisAmount>44.19", "BR-S-08"),
        (cii, "<ram:ID>4711</ram:ID>", "<ram:ID>4711</ram:ID><ram:ID>4712</ram:ID>", SCHEMA_RULE),
    ],
    ids=lambda value: value if isinstance(value, str) and value[:2] in {"BR", "XS"} else "",
)  # fmt: skip
def test_a_broken_rule_is_named(make, old, new, rule):
    text = make()
    assert old in text
    assert rule in rules(text.replace(old, new))


def test_a_violation_says_where_it_is():
    text = ubl().replace("<cbc:Name>Rope, metres</cbc:Name>", "")
    found = next(each for each in check(text.encode()) if each.rule == "BR-25")
    assert found.place == "/Invoice/InvoiceLine[2]"
    assert "(BT-153)" in found.text


def test_a_violation_of_the_schema_says_where_it_is():
    found = check(ubl().replace(">2.5</cbc:InvoicedQuantity>", ">two</cbc:InvoicedQuantity>").encode())
    assert (found[0].rule, found[0].place) == (SCHEMA_RULE, "/Invoice/InvoiceLine[2]/InvoicedQuantity")
    assert "'two' is not a valid value" in found[0].text


@pytest.mark.parametrize(
    ("make", "specification", "syntax", "level", "name"),
    [
        (ubl, PEPPOL, Syntax.UBL_INVOICE, Level.EN16931, "Peppol BIS Billing 3.0"),
        (ubl, XRECHNUNG, Syntax.UBL_INVOICE, Level.EN16931, "XRechnung 3.0"),
        (cii, XRECHNUNG, Syntax.CII, Level.EN16931, "XRechnung 3.0"),
        (cii, EN16931, Syntax.CII, Level.EN16931, "EN 16931"),
        (cii, BASIC, Syntax.CII, Level.BASIC, "Factur-X BASIC"),
        (cii, EXTENDED, Syntax.CII, Level.EXTENDED, "Factur-X EXTENDED"),
        (cii, "urn:factur-x.eu:1p0:minimum", Syntax.CII, Level.MINIMUM, "Factur-X MINIMUM"),
    ],
)
def test_a_specification_gives_the_rules(make, specification, syntax, level, name):
    found = profile_of(parse(make(specification).encode()))
    assert found == Profile(syntax, level, name, specification)


@pytest.mark.parametrize("specification", [BASIC, EXTENDED, XRECHNUNG])
def test_a_level_has_its_own_rules_and_schema(specification):
    assert rules(cii(specification)) == set()


def test_lines_do_not_belong_into_minimum():
    assert SCHEMA_RULE in rules(cii("urn:factur-x.eu:1p0:minimum"))


def test_what_only_factur_x_forbids_is_a_warning_elsewhere():
    code = "<ram:ExemptionReasonCode>vatex-eu-ae</ram:ExemptionReasonCode>"
    text = cii().replace(
        "<ram:CategoryCode>S</ram:CategoryCode><ram:Rate",
        f"<ram:CategoryCode>S</ram:CategoryCode>{code}<ram:Rate",
    )
    own = [each for each in check(text.encode()) if each.rule == "FX-SCH-A-000589"]
    within_a_pdf = [each for each in check(text.encode(), factur_x=True) if each.rule == "FX-SCH-A-000589"]
    assert {each.severity for each in own} == {Severity.WARNING}
    assert {each.severity for each in within_a_pdf} == {Severity.FATAL}


def test_an_element_that_the_schema_asks_for_may_be_empty():
    """Without a day of delivery the group of it stays, empty; any other empty element is warned of."""
    start, _, rest = cii().partition("<ram:ActualDeliverySupplyChainEvent>")
    text = start + rest.partition("</ram:ActualDeliverySupplyChainEvent>")[2]
    assert check(text.encode()) == []
    empty = text.replace("<ram:Reason>Freight</ram:Reason>", "<ram:Reason/>")
    assert "PEPPOL-EN16931-R008" in {each.rule for each in check(empty.encode())}


def test_rules_that_stumble_leave_the_screen_alone(capfd):
    """A rate that is no number breaks the schema; no rule can reckon with it, so none is asked."""
    found = check(ubl().replace("<cbc:Percent>19<", "<cbc:Percent>nineteen<").encode())
    assert {each.rule for each in found} == {SCHEMA_RULE}
    assert capfd.readouterr().err == ""


def test_rules_that_cannot_be_evaluated_say_so():
    part = ubl().replace("<cbc:Percent>19<", "<cbc:Percent>nineteen<").encode()
    alone = check_rules_only(part, Profile(Syntax.UBL_INVOICE, Level.EN16931, "", ""))
    assert [each.rule for each in alone] == ["RULES"]


def test_a_fragment_is_held_against_rules_without_the_schema():
    part = ubl().partition("<cac:AccountingSupplierParty>")[0] + "</Invoice>"
    found = check_rules_only(part.encode(), Profile(Syntax.UBL_INVOICE, Level.EN16931, "", ""))
    assert {"BR-06", "BR-07", "BR-16"} <= {each.rule for each in found}


def test_threads_share_the_rules():
    found: list[set[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(rules(cii().replace(">4711<", "><")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all("BR-02" in each for each in found)


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"", "The XML is empty."),
        (b" \n", "The XML is empty."),
        (b"<a><b></a>", "The XML is broken: Opening and ending tag mismatch"),
        (b"<Invoice/>", "This XML is a 'Invoice' of the namespace 'none'"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', "document type"),
        (b"<a>&e;</a>", "entities of its own"),
        (b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1), "nested more than 60 levels"),
        (b"<a>" * 400 + b"</a>" * 400, "nested more than 60 levels"),
        (b"<a>" + b" " * MOST_XML_BYTES + b"</a>", "up to 30 MB are read"),
        (b"<a>" + b"x" * 10_000_001 + b"</a>", "longer than 10 MB"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "The XML is broken"),
        (b"<rsm:CrossIndustryDocument xmlns:rsm='urn:ferd:CrossIndustryDocument:invoice:1p0'/>", "ZUGFeRD 1"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_harmful_xml_is_refused_in_words(xml, sentence):
    with pytest.raises(BadInput, match=sentence.replace("(", r"\(")):
        check(xml)


def test_a_billion_laughs_are_not_laughed():
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with pytest.raises(BadInput):
        parse(f"<!DOCTYPE l [{entities}]><l>&l9;</l>".encode())


def test_a_schema_that_the_invoice_names_is_not_opened(tmp_path):
    lax = tmp_path / "lax.xsd"
    lax.write_text("not a schema")
    hint = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {lax.as_uri()}"'
    assert check(ubl().replace("<Invoice ", f"<Invoice {hint} ").encode()) == []


def test_a_place_is_shortened_to_its_names():
    place = "/*:Invoice[namespace-uri()='urn:a'][1]/*:InvoiceLine[namespace-uri()='urn:b'][12]/@unitCode"
    assert short(place) == "/Invoice/InvoiceLine[12]/@unitCode"
