"""Words that can change an order without a number of their own: a text that holds one goes to a person.

`HARD` hold everywhere. `SOFT` are harmless inside the name of a thing ("free-standing lamp", "half moon").
The list is long on purpose: a needless look by a person costs minutes, a wrong invoice costs a customer.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_HARD = {
    "correction": r"""
        instead | rather\ than | not\ \d | n['o]t\ (?:the|a|an|any|that|those|these|it|as|in|to|as|one|two|three|four|
        five|six|ten|twelve) | correct(?:ion|ed|ing)? | typo | mistake | amend\w* | chang(?:e|ed|es|ing) | updat(?:e|ed|ing)
        | revis(?:e|ed|ion) | replac(?:e|es|ed|ing) | cancel\w* | scratch\ that | strike | drop\ the | remove\w*
        | leave\ out | take\ (?:off|out) | make\ (?:it|that|the|them|those) | on\ second\ thought\w* | i\ meant | meant\ to
        | should\ (?:be|have|read) | forget | disregard | never\ ?mind | swap\w* | actually | sorry | oops | wait
        | statt | anstatt | stattdessen | anstelle | sondern | doch\ (?:nur|nicht|lieber) | korrektur\w* | korrigier\w*
        | storn\w* | änder\w* | geändert\w* | streich\w* | ersetz\w* | vergessen\ sie | irrtum\w* | fehler\w*
        | lieber | entschuldig\w* | verschrieben | tausch\w* | aktualisier\w* | kein\w* | nicht
        | do(?:es)?\ not | don['o]?t | won['o]?t | didn['o]?t | no\ longer | cannot | can['o]?t | never | p\.?\s?s\b""",
    "instruction": r"""
        ignor\w* | instruction\w* | prompt | system | assistant | override\w* | pretend | you\ are\ (?:now|an?)
        | as\ an\ ai | language\ model | json | output | schema | developer | jailbreak | new\ rule\w* | from\ now\ on
        | anweisung\w* | ignorier\w* | systemnachricht | du\ bist | ab\ sofort | set\ (?:the|all|every)\ | setze?\ (?:den|die|das|alle)
        | order_text | confidence | doubts""",
    "condition": r"""
        if | unless | otherwise | in\ case | provided\ that | subject\ to | depend\w* | either | whichever | whatever
        | falls | sofern | soweit | ansonsten | sonst | entweder | je\ nach | vorausgesetzt""",
    "condition_of_stock": r"out\ of\ stock | back\ ?order\w* | substitut\w* | alternativ\w* | ersatz\w* | nicht\ (?:auf\ lager|lieferbar)",
    "vague_amount": r"""
        about | approx\w* | around | roughly | circa | ca\. | some | several | few | couple | pair | pairs | dozens | hundreds
        | thousands? | million | at\ least | at\ most | up\ to | maximum | minimum | max\. | min\. | or\ so | maybe | perhaps
        | possibly | as\ many | enough | most | ungefähr | etwa | rund | einige | mehrere | paar | mindestens | höchstens
        | bis\ zu | vielleicht | eventuell | evtl\. | tausend | beide | range | between | zwischen""",
    "refers_elsewhere": r"""
        as\ (?:usual|before|always|discussed|agreed|last) | same\ (?:as|again|price|quantit\w*) | the\ same | last\ (?:time|year|month|
        week|order) | previous\w* | earlier | attach(?:ed|ment)\w* | enclosed | below | above | see\ (?:the|our|my) | repeat
        | again | wie\ (?:üblich|immer|gehabt|besprochen|vereinbart|zuletzt|letzte\w*) | gleiche\w* | dasselbe | letzte[snm]?
        | vorherig\w* | anbei | anhang | beigefügt | siehe | unten | oben | nochmal\w* | erneut | wieder | ditto | dto\.""",
    "quotation": r"quot(?:e|ed|ation)s? | offer(?:ed|s)? | enquir\w* | inquir\w* | how\ much | angebot\w* | anfrage\w* | was\ kostet\w*",
    "recurring": r"every | weekly | monthly | daily | per\ (?:week|month|day|year|person|store|shop|site|branch) | recurring | standing\ order"
    r" | jede[nrsm]? | wöchentlich | monatlich | täglich | dauerauftrag | pro\ (?:woche|monat|tag|jahr|person|filiale)",
    "not_ordered": r"would\ have | used\ to | paid | we\ (?:had|bought|ordered|received|returned) | return(?:ed|s|ing)? | refund\w* | credit\w*"
    r" | wrote | said | bezahlt | gekauft | bestellten | erhalten | retoure\w* | gutschrift\w* | zurück\w* | schrieb",
}
_SOFT = {
    "discount": r"discount\w* | less | off | reduc\w* | rebate | allowance | voucher | coupon | promo\w* | deal | sale | free | gratis"
    r" | complimentary | sample\w* | gift | rabatt\w* | skonto | nachlass | abzüglich | abzgl\.? | minus | kostenlos\w* | umsonst"
    r" | muster | geschenk\w* | aktion\w* | gutschein\w* | buy\ one",
    "multiplied": r"double | doubled | twice | thrice | triple | half | quarter | times | both | each\ of | (?:x|times)\ each | doppelt\w*"
    r" | zweimal | dreimal | halb\w* | je\ (?:zwei|drei|vier|fünf|sechs|zehn|zwölf) | extra | additional\w* | more | fewer | another | zusätzlich\w* | weitere\w* | mehr | weniger",
    "tax": r"tax | taxes | taxed | vat | gst | incl(?:\.|uding|usive|udes)? | gross | duty | mwst\.? | ust\.? | mehrwertsteuer | umsatzsteuer"
    r" | steuer\w* | inkl\.? | inklusive | brutto",
    "price_base": r"per\ (?:dozen|hundred|thousand|pack\w*|box\w*|case\w*|carton\w*|set|pair|kilo\w*|kg|m|metre|meter|litre|\d+) | the\ dozen"
    r" | (?:/|\bp(?:er|ro)?\s)(?:100|1000|doz\w*|dz\w*|pack|box|set) | (?:pro|je|das)\ (?:dutzend|hundert|tausend|karton|packung|paket|satz|paar|kiste|\d+)"
    r" | (?:for|für)\ (?:all|the\ lot|alle|zusammen) | in\ total\ for | a\ (?:pack|box|set|pair|case)\b(?=[^.]{0,5}£) | altogether\ for",
    "left_out": r"except | exclud(?:e|ing) | without | only | just | außer | ausser | ohne | nur | bis\ auf | lediglich",
}


def _compiled(words: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {
        code: re.compile(rf"(?<![\w])(?:{shape})(?![\w])", re.IGNORECASE | re.VERBOSE)
        for code, shape in words.items()
    }


_HARD_PATTERNS = _compiled(_HARD)
_SOFT_PATTERNS = _compiled(_SOFT)
_NET = re.compile(
    r"(?:ex(?:cl?(?:\.|uding|usive)?)?|plus|\+|net\s+of|before|without|zzgl\.?|zuzüglich|exkl\.?|ohne|netto\s+zzgl\.?)"
    r"(?:\s+(?:of|der|die|any|the|gesetzl\w*\.?))?\s+(?:vat|tax|gst|mwst\.?|ust\.?|mehrwertsteuer|umsatzsteuer)(?!\w)",
    re.IGNORECASE,
)
"""Prices without tax are what an order line holds: no caution."""


class Caution(NamedTuple):
    """A word that may change the order."""

    code: str
    words: str
    start: int


def find_cautions(text: str, names: Sequence[tuple[int, int]]) -> Iterator[Caution]:
    """Cautions of a text; soft ones inside the spans of names are left out."""
    net = [found.span() for found in _NET.finditer(text)]
    for code, shape in _HARD_PATTERNS.items():
        for found in shape.finditer(text):
            yield Caution(code, found[0], found.start())
    for code, shape in _SOFT_PATTERNS.items():
        for found in shape.finditer(text):
            if not any(start <= found.start() and found.end() <= end for start, end in (*names, *net)):
                yield Caution(code, found[0], found.start())
