"""A supply within one state: the standard rate of the day, unless the seller is a small business.

What the law rates lower, exempts or shifts to the customer by what is sold (food, rent, building work under
§ 13b UStG) cannot be seen from the parties: such a line carries its own category and rate.
Source: Directive 2006/112/EC arts. 31-36, 45, 63, 96, 282-292; Ley 20/1991 (IGIC, IPSI).
"""

from datetime import date

from fakturo.taxation import rates
from fakturo.taxation.decision import Decision, ask, free, not_known, taxed
from fakturo.taxation.territory import Territory

_UNITED_KINGDOM = {"GB", "XI"}
_IPSI = {"ES-CE", "ES-ML"}
_SMALL = {
    "DE": "§ 19 UStG: no VAT is charged by a small business",
    "AT": "§ 6 (1) no. 27 UStG 1994: exempt as a small business",
    "FR": "Art. 293 B CGI: VAT not applicable",
}
_SMALL_VATEX = {"FR": "VATEX-FR-FRANCHISE"}


def is_domestic(here: Territory, there: Territory) -> bool:
    """Whether both places belong to one state and one tax area."""
    if here.country != there.country:
        return False
    return here.place == there.place or not (here.is_excluded or there.is_excluded)


def within_state(here: Territory, there: Territory, on: date) -> Decision:
    """Tax of a supply that stays within the state."""
    if here.place == "ES-CN":
        rate = rates.standard("ES-CN", on)
        if rate is None:
            return not_known(f"The IGIC rate of {on} is not known")
        return taxed(
            rate.pct, f"Supplied within the Canary Islands: IGIC at {rate.pct} % ({rate.source}).", "L"
        )
    if here.place in _IPSI:
        return not_known(f"Supplied within {here.name}: the city sets its IPSI rates (category M)")
    if here.place != there.place and {here.place, there.place} != _UNITED_KINGDOM:
        names = " and ".join(each.name or each.country for each in (here, there))
        return ask(
            "tax_region_unclear",
            f"{names} have rates of their own, and which holds depends on where the supply is made; "
            "give the lines their category and rate.",
        )
    return at_home(here, on, f"Supplied within {here.name or here.country}")


def at_home(here: Territory, on: date, why: str) -> Decision:
    """Category S at the standard rate of the seller's place, or not known.

    Args:
        here: the seller's place.
        on: day of the supply.
        why: start of the reason, without a full stop.
    """
    rate = rates.standard(here.place, on)
    if rate is None:
        return not_known(f"{why}, whose standard rate of {on} is not known")
    return taxed(
        rate.pct, f"{why}: standard rate of {here.place} on {on}, {rate.pct} % ({rate.source}).{aged(on)}"
    )


def small_business(here: Territory) -> Decision:
    """Category E: a small enterprise charges no VAT."""
    reason = _SMALL.get(here.country, "Directive 2006/112/EC art. 284: exempt as a small enterprise")
    return free("E", f"{reason}.", _SMALL_VATEX.get(here.country))


def aged(on: date) -> str:
    """A sentence to add where the table is old; else nothing."""
    if not rates.is_stale(on):
        return ""
    return f" The rate table was last checked on {rates.CHECKED_ON}; see that the rate has not changed."
