"""Words that the law fixes for documents without tax: by language, and by country where it cites its own law.

Reverse charge: Directive 2006/112/EC art. 226 (11a) gives the word in each language. For supplies within the
Union and exports art. 226 (11) asks for the provision or another reference; nations cite their own.
Source: DE § 14a UStG; FR CGI ann. II art. 242 nonies A; BE AR n° 1 art. 5 and CTVA art. 39, 39 bis;
ES RD 1619/2012 art. 6, Ley 37/1992 art. 21, 25; IT DPR 633/1972 art. 8, 21 and DL 331/1993 art. 41, 46;
NL Wet OB 1968 art. 35a and tabel II; CH LTVA/LIVA/MWSTG art. 23.
"""

from collections.abc import Mapping

from fakturo.languages import LanguageCode

Reasons = Mapping[str, str]
"""Category of EN 16931 -> sentence; E and O need the seller's own (BR-E-10, BR-O-10)."""

REASONS: Mapping[LanguageCode, Reasons] = {
    "en": {
        "AE": "Reverse charge: the recipient owes the tax.",
        "K": "Intra-Community supply, exempt from VAT.",
        "G": "Export outside the EU, exempt from VAT.",
    },
    "de": {
        "AE": "Steuerschuldnerschaft des Leistungsempfängers.",
        "K": "Steuerfreie innergemeinschaftliche Lieferung.",
        "G": "Steuerfreie Ausfuhrlieferung.",
    },
    "fr": {
        "AE": "Autoliquidation.",
        "K": "Livraison intracommunautaire exonérée de TVA.",
        "G": "Exportation exonérée de TVA.",
    },
    "es": {
        "AE": "Inversión del sujeto pasivo.",
        "K": "Entrega intracomunitaria exenta de IVA.",
        "G": "Exportación exenta de IVA.",
    },
    "it": {
        "AE": "Inversione contabile.",
        "K": "Cessione intracomunitaria, operazione non imponibile IVA.",
        "G": "Cessione all'esportazione, operazione non imponibile IVA.",
    },
    "nl": {
        "AE": "Btw verlegd.",
        "K": "Intracommunautaire levering, vrijgesteld van btw.",
        "G": "Uitvoer, vrijgesteld van btw.",
    },
}
_IN_COUNTRY: Mapping[tuple[LanguageCode, str], Reasons] = {
    ("de", "CH"): {"G": "Von der Steuer befreite Ausfuhr, Art. 23 MWSTG."},
    ("fr", "FR"): {
        "K": "Exonération de TVA, art. 262 ter, I du CGI (livraison intracommunautaire).",
        "G": "Exonération de TVA, art. 262, I du CGI (exportation).",
    },
    ("fr", "BE"): {
        "K": "Livraison intracommunautaire exemptée de TVA, art. 39bis du Code de la TVA.",
        "G": "Exportation exemptée de TVA, art. 39 du Code de la TVA.",
    },
    ("fr", "CH"): {"G": "Exportation exonérée de l'impôt, art. 23 LTVA."},
    ("es", "ES"): {
        "K": "Entrega intracomunitaria exenta de IVA, art. 25 de la Ley 37/1992.",
        "G": "Exportación exenta de IVA, art. 21 de la Ley 37/1992.",
    },
    ("it", "IT"): {
        "K": "Operazione non imponibile, art. 41 del D.L. 331/1993 (cessione intracomunitaria).",
        "G": "Operazione non imponibile, art. 8 del D.P.R. 633/1972 (cessione all'esportazione).",
    },
    ("it", "CH"): {"G": "Esportazione esente dall'imposta, art. 23 LIVA."},
    ("nl", "NL"): {
        "K": "Intracommunautaire levering, 0% btw (tabel II, post a.6, Wet OB 1968).",
        "G": "Uitvoer, 0% btw (tabel II, post a.2, Wet OB 1968).",
    },
    ("nl", "BE"): {
        "K": "Intracommunautaire levering, vrijgesteld van btw (art. 39bis Btw-wetboek).",
        "G": "Uitvoer, vrijgesteld van btw (art. 39 Btw-wetboek).",
    },
}


def by_law(category: str, language: LanguageCode, country: str) -> str | None:
    """What the law has a document say where it bears no tax; None: it fixes no words."""
    return _IN_COUNTRY.get((language, country), {}).get(category) or REASONS[language].get(category)
