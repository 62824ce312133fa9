"""A supply that leaves the EU's VAT area, or that a seller outside the EU sends abroad.

Source: Directive 2006/112/EC arts. 6, 44, 45, 58, 59, 131, 146; VATA 1994 s. 30 (6) and HMRC Notices 703
and 741A; MWSTG arts. 8 (1) and 23 (2) no. 1; merverdiavgiftsloven § 6-21.
"""

from fakturo.taxation import vat_ids
from fakturo.taxation.decision import Customer, Decision, Kind, ask, ask_kind, free, not_known
from fakturo.taxation.territory import Territory
from fakturo.taxation.within_union import wrong

_EXPORT_LAW = {"DE": " (§ 4 no. 1 a, § 6 UStG)", "ES": " (Ley 37/1992 art. 21)"}
_SERVICES_LAW = {"DE": " (§ 3a (2) UStG)"}
_TREATED_AS_EXPORT = frozenset({"ES"})
"""States whose sales of goods into their own excluded parts are exports whoever buys."""


def out_of_union(  # noqa: PLR0911  one return a rule
    here: Territory, there: Territory, customer: Customer, kind: Kind
) -> Decision:
    """Tax of a supply from a member state to a place outside the EU's VAT area."""
    if kind == "unknown":
        return ask_kind("out of the EU goods are an export, G, services to a business are out of scope, O")
    vat_id = vat_ids.read(customer.vat_id, there.country)
    is_business = customer.is_business or vat_id.status == "valid"
    where = there.name or there.country
    if here.country == there.country and not _is_settled(here, is_business=is_business, kind=kind):
        return ask(
            "special_territory",
            f"{where} lies outside the EU's VAT area but within the seller's own state (Directive "
            "2006/112/EC art. 6), "
            "whose own rules hold for this supply; give the lines their category and rate.",
        )
    if kind == "goods":
        law = _EXPORT_LAW.get(here.country, "")
        return free(
            "G",
            f"Goods to {where}: exempt export, Directive 2006/112/EC art. 146 (1) (a){law}.",
            "VATEX-EU-G",
        )
    if kind == "electronic":
        reason = (
            f"Electronic services to a customer in {where} are taxed there, outside the EU (arts. 44 and 58)."
        )
        return free("O", reason, "VATEX-EU-O")
    if vat_id.status == "invalid":
        return wrong(vat_id)
    if is_business:
        law = _SERVICES_LAW.get(here.country, "")
        reason = (
            f"Services to a business in {where} are taxed there: outside the scope, Directive 2006/112/EC "
            f"art. 44{law}."
        )
        return free("O", reason, "VATEX-EU-O")
    return ask(
        "customer_status_unknown",
        f"Services to {where}: to a business they are outside the scope (art. 44), to a consumer taxed at "
        "home (art. 45) "
        "unless art. 59 lists them. Say whether the customer is a business, or give the lines their "
        "category.",
    )


def from_third_country(  # noqa: PLR0911  one return a rule
    here: Territory, there: Territory, customer: Customer, kind: Kind
) -> Decision:
    """Tax of a supply abroad by a seller in GB (Northern Ireland too), CH or NO."""
    where = there.name or there.country
    if here.country not in {"GB", "CH", "NO"}:
        return not_known(f"Which tax a seller in {here.name or here.country} charges is not known")
    if kind == "unknown":
        return ask_kind("goods are an export, services to a business abroad are out of scope")
    if kind == "goods":
        if here.country == "GB":
            return free("Z", f"Goods to {where}: zero-rated export, VATA 1994 s. 30 (6), HMRC Notice 703.")
        law = "MWSTG art. 23 (2) no. 1" if here.country == "CH" else "merverdiavgiftsloven § 6-21"
        return free("G", f"Goods to {where}: exempt export, {law}.", "VATEX-EU-G")
    vat_id = vat_ids.read(customer.vat_id, there.country)
    if vat_id.status == "invalid":
        return wrong(vat_id)
    is_business = customer.is_business or vat_id.status == "valid"
    if here.country == "CH" or (here.country == "GB" and is_business):
        law = "MWSTG art. 8 (1)" if here.country == "CH" else "VATA 1994 s. 7A, HMRC Notice 741A"
        return free(
            "O",
            f"Services to a customer in {where} are supplied there: outside the scope, {law}.",
            "VATEX-EU-O",
        )
    return ask(
        "services_abroad_unclear",
        f"Services from {here.country} to {where}: whether tax is due depends on the service and on "
        "whether the customer "
        "is a business; give the lines their category and rate.",
    )


def _is_settled(here: Territory, *, is_business: bool, kind: Kind) -> bool:
    """Whether the general rules hold for the excluded parts of the seller's own state."""
    return kind == "goods" and here.country != "FI" and (is_business or here.country in _TREATED_AS_EXPORT)
