"""Case data: what a question must not hold, found before anything is stored, searched or sent.

Libraries come first: `phonenumbers` (Google's libphonenumber) reads telephone numbers, `python-stdnum` the
check digits of bank, identity and device numbers, and `faker` brings lists of first and last names of forty
European languages. Our own patterns add what no library reads: plates, addresses, case references,
coordinates, dates of birth, and a person's name beside an accusation or a role in a case.

What looks like data and is law (articles, regulations, standards, money, shares, periods, days) is blanked
first, with as many spaces, so that every place found is a place in the question.
"""

from __future__ import annotations

import importlib
import ipaddress
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import phonenumbers
from stdnum import iban, imei, luhn
from stdnum.exceptions import ValidationError

REGIONS = ("GB", "IE", "DE", "FR", "ES", "IT", "NL", "PL", "CZ", "PT", "RO", "SE")  # whose national writing is tried


@dataclass(frozen=True, slots=True)
class Datum:
    """One piece of case data: its kind, in words, and where in the question it stands."""

    kind: str
    start: int
    end: int


def case_data(question: str) -> list[Datum]:
    """The case data in a question, in order, without overlaps.

    >>> [d.kind for d in case_data("Suspect Marek Dvorak, plate 4AB 1234, call +420 601 123 456")]
    ['a name', 'a number plate', 'a telephone number']
    >>> case_data("What does Art. 26(10) of Regulation (EU) 2024/1689 say about 48 hours and EUR 15 000 000?")
    []
    """
    text = _LAW.sub(lambda m: " " * len(m[0]), question)
    if _STRASBOURG.search(question):
        text = re.sub(r"\b\d{3,5}/\d\d\b", lambda m: " " * len(m[0]), text)
    found: list[Datum] = []
    for kind, find in _FINDERS:
        for start, end in find(text):
            if not any(start < d.end and d.start < end for d in found):
                found.append(Datum(kind, start, end))
    return sorted(found, key=lambda d: d.start)


def mask(question: str, found: list[Datum]) -> str:
    """The question with every letter and digit of the case data blacked out.

    >>> mask("Is 12-AB-34 in the list?", case_data("Is plate 12-AB-34 in it?"))  # doctest: +SKIP
    >>> mask("Write to jo@example.org", [Datum("an e-mail address", 9, 23)])
    'Write to ██████████████'
    """
    shown = question
    for datum in found:
        shown = shown[: datum.start] + "█" * (datum.end - datum.start) + shown[datum.end :]
    return shown


# -- what only looks like data ------------------------------------------------------------------------------

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_LAW = re.compile(
    r"\b(?:reg(?:ulation|\.)?|dir(?:ective|\.)?|decisions?|framework decision|protocol|treaty|convention)\s*(?:no\.?|n°)?\s*\(?(?:eu|ec|eec|jha|euratom)?[)\s,]*(?:no\.?\s*)?\d{2,4}/\d{1,4}(?:/[a-z]{2,4})?"
    r"|\b(?:19|20)\d\d/\d{1,4}(?:/(?:eu|ec|jha|cfsp))?\b(?!/)|\b(?:C|COM|SWD|ST|JOIN|SEC)\s?\((?:19|20)\d\d\)\s?\d+|\bCOM/\d{4}/\d+"
    r"|\b[0-9]{5}[A-Z]{1,2}\d{4}(?:-\d{8})?\b|\b(?:CELEX|ELI)\b[\s:]*\S+|\bOJ\s+[LC][\s,]*(?:[\d/., ]|[a-z]{2,4}(?=\s\d))+"
    r"|\b(?:case|cases|joined cases|judgment|judgement|in|application|appl?\.?)?\s*(?:nos?\.?\s*)?(?:[CT][-‑–]\d{1,4}/\d\d(?:\s?P)?(?:\s*(?:,|and|&)\s*)?)+"
    r"|\bapplications?\s+nos?\.?\s*\d{1,6}/\d\d|\bECLI:\S+|\bETS\s+(?:no\.?\s*)?\d+|\bCETS\s+(?:no\.?\s*)?\d+"
    r"|\b(?:pr)?(?:EN|ISO|IEC|IEEE|NIST|CEN|CENELEC|BS|DIN|ETSI|ISO/IEC|AI RMF|SP|TS|TR)(?:[/ -](?:IEC|ISO|EN|TS|TR|DIS|SP))*[\s-]*\d[\d.-]*(?::\d{4})?"
    r"|\b(?:art(?:icle|\.)?s?|§+|recitals?|annex(?:es)?|points?|paras?(?:graphs?)?|sections?|chapters?|¶|letters?|lit\.?|pages?|pp?\.|footnotes?|fn|version|release|table|figure|scenario|module|slide|use case|level|tier|phase|step|question|item|row|part)\.?\s*[\dIVX]+[\w().–-]*"
    r"|(?:€|\$|£|\beur\b|\busd\b|\bgbp\b)\s?\d[\d ., ]*\d?(?:\s?(?:m|bn|k|million|billion|thousand)\b)?|\b\d[\d ., ]*\s?(?:€|\$|£|eur(?:os?)?\b|usd\b|pounds?\b|dollars?\b|million\b|billion\b|zł\b|crowns?\b)"
    r"|\b\d[\d.,]*\s?(?:%|percent\b|per cent\b)|\b\d+\s?(?:\^|\*\*)\s?\(?\d+\)?|\b\d+(?:\.\d+)?[eE][+-]?\d+"
    r"|\b\d{1,3}(?:[ ,.]\d{3})+(?=\s*(?:people|persons|faces?|images?|photos?|records?|cameras?|hours?|records|citizens|residents|inhabitants|users|profiles|samples|files|plates|voices|templates|entries|rows|requests|fans|visitors|officers|employees|staff|messages|words|tokens|parameters|pixels|passengers|vehicles|calls|hits|searches|alerts|matches|minutes|seconds|days)\b)"
    r"|\b(?:spring|summer|autumn|winter|fall|year|since|from|until|during|by|in|before|after|of|early|mid|late|end)[ -]?(?:19|20)\d\d\b"
    r"|\b(?:regs?|laws?|legea?|loi|gesetz|ley|legge|lei|ustaw\w+|z[aá]kon\w*|törvény|laki|lag|lov|act|bgbl\.?(?: i)?(?: nr\.?)?|decree|statute|ordinance|code|ombudsman|applications?|tender notice)\b[^.?!;]{0,18}?\d{2,6}/(?:(?:19|20)\d\d|\d\d)(?: (?:and|or|,) \d{2,6}/\d\d(?:\d\d)?)*|\b\d{2,4}/(?:19|20)\d\d(?= (?:is|of|act|law|on)\b)|\b20\d\d/S \d+-\d+|\bST \d+/\d\d\b|\b(?:SFS|poz\.?|Dz\. ?U\.?|lov nr\.?|Uradni list RS, št\.|PL\. ÚS|SG|NN|Sb\.|BOE|GBl|DJU)\W*(?:\d{4}:\d+|\d+(?:/\d+)*(?: poz\. \d+| af)?)|\b(?:19|20)\d\d poz\. \d+|\b(?:CVE|SHA|AES|RSA|DI|DPIA|TED|CPV|CWE|RFC|DOI|ISBN|FRA|TK|AIB|ISSN|question|questions|grant|build|firmware|patch)[ -]?(?:code |no\.? |number |report |agreement )?[\d-][\d./-]{3,}\S*|\b\d (?:BvR|BvL|BvF|BvQ|BGs) \d+/\d\d\b|\b10\.\d{4,}/\S+|(?<![\d.])v?\d{1,2}\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?= to | and | or | update| release| versus| vs)"
    r"|\b1\s?(?:in|:)\s?\d[\d., ]*\d|\b(?:24/7|9/11|999|112|101|110|911)\b",
    re.I,
)

_STRASBOURG = re.compile(r"\b(?:v\.?|vs\.?|ECtHR|ECHR|Strasbourg|Convention|judg(?:e)?ments?|Marper|Glukhin)(?: |,|$)")

# -- numbers that libraries read ------------------------------------------------------------------------------

_DIGITS = re.compile(r"(?<![\w.,/-])[+(]?\d[\d ()./-]{6,24}\d(?![\w/])")
_PHONE_WORD = re.compile(
    r"\b(?:phone|telefon\w*|tele?ph(?:one)?|tel|mobile|mob|cell|call(?:ed|ing)?|ring|rang|text(?:ed)?|sms|whatsapp|signal|telegram|fax|handy|number is|msisdn|sim|burner|contact|dial(?:led)?|reach)\b\W*",
    re.I,
)


_SPOKEN = re.compile(
    r"\b(?:(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|plus)[ ,-]{1,2}){6,}(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine)\b",
    re.I,
)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for m in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", m[0])
        if not 7 <= len(digits) <= 15 or re.fullmatch(
            r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}", m[0]
        ):
            continue
        international = m[0].startswith("+") or digits.startswith("00")
        cued = _PHONE_WORD.search(text[max(0, m.start() - 40) : m.start()])
        grouped = re.fullmatch(
            r"\d{3} \d{3} \d{3}|\d{3} \d{6,7}|\d{2,4}(?:[ .]\d{2}){3,4}|\d{4}/\d{2}\.\d{2}\.\d{2}|\d{2} \d{3} \d{2} \d{2}",
            m[0].strip(),
        )
        if international or cued or (digits.startswith("0") and len(digits) > 8) or grouped:
            candidate = re.sub(r"^00", "+", m[0].strip())
            for region in REGIONS:
                try:
                    number = phonenumbers.parse(candidate, region)
                except phonenumbers.NumberParseException:
                    continue
                if phonenumbers.is_valid_number(number) or (
                    (international or cued) and phonenumbers.is_possible_number(number)
                ):
                    yield m.start(), m.end()
                    break
    yield from (m.span() for m in _SPOKEN.finditer(text))


def _valid(check: Callable[[str], str], value: str) -> bool:
    try:
        check(value)
    except ValidationError:
        return False
    return True


_BANKS = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b", re.I)
_CARD = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")


def _banks(text: str) -> Iterator[tuple[int, int]]:
    for m in _BANKS.finditer(text):
        groups = list(re.finditer(r"\S+", m[0]))
        for last in reversed(groups):  # a word behind it may look like its last group
            if _valid(iban.validate, m[0][: last.end()]):
                yield m.start(), m.start() + last.end()
                break
    for m in _CARD.finditer(text):
        if _valid(luhn.validate, re.sub(r"[ -]", "", m[0])):
            yield m.span()
    yield from _after(
        text,
        r"bank account|account (?:no|number)|iban|sort code|card (?:no|number)|konto(?:nummer)?|bic",
        r"[A-Z]{0,4}[\d][\d A-Z-]{4,}\d",
    )


_DEVICE_WORD = r"imei|imsi|meid|serial(?: number| no)?|iccid|mac(?: address)?|vin|chassis(?: number| no)?|device id|ip(?: address)?|vehicle identification number"


def _devices(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text):
        try:
            ipaddress.ip_address(m[0])
        except ValueError:
            continue
        yield m.span()
    for m in re.finditer(
        r"\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}(?::[0-9a-f]{1,4})*\b|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", text, re.I
    ):
        yield m.span()
    for m in re.finditer(r"\b\d{2}[- ]?\d{6}[- ]?\d{6}[- ]?\d\b", text):
        if _valid(imei.validate, m[0]):
            yield m.span()
    for m in re.finditer(r"\b(?=[A-HJ-NPR-Z]*\d)(?=\d*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}\b", text, re.I):
        if sum(c.isdigit() for c in m[0]) >= 4:
            yield m.span()
    for m in re.finditer(r"(?<![\w@/.])@[A-Za-z_][\w.]{2,}\w", text):
        yield m.span()
    yield from _after(text, _DEVICE_WORD, r"[A-Z0-9][A-Z0-9:. -]{5,}[A-Z0-9]")
    yield from _after(
        text,
        r"(?:insta(?:gram)?|snap(?:chat)?|tiktok|telegram|twitter|facebook|discord|kik|handle|username|user name|account name|profile name|nickname)(?: (?:account|user|handle|name|profile|is))*",
        r"(?=[\w.-]*[\d_.-])[a-z][\w.-]{3,}\w",
    )


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(
        r"[\w.+%-]+\s?(?:@|\(at\)|\[at\]| at (?=[\w-]+ dot ))\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\]| dot )\s?[\w-]*[a-z]{2,})+",
        text,
        re.I,
    ):
        yield m.span()


# -- words followed by a number --------------------------------------------------------------------------------


def _after(text: str, words: str, value: str) -> Iterator[tuple[int, int]]:
    """Places of a value that follows one of the words, with at least three digits in it."""
    joined = r"(?:\s*(?:is|was|no|nr|number|num|n°|nº|ref|reference|id|card|of|the|his|her|their|reads?|ending(?: in)?|code|with|under|as|:|#|-|–|,|\(|\.|\"|“|'|=)\s*)*\s*"
    for m in re.finditer(rf"\b(?:{words})\b{joined}(?P<value>{value})", text, re.I):
        if sum(c.isdigit() for c in m["value"]) >= 2 and not _DAY.fullmatch(m["value"].strip()):
            yield m.span("value")


_DAY = re.compile(
    rf"(?:\d{{1,2}}[./ -](?:\d{{1,2}}|{_MONTH})[./ -]\d{{2,4}}|\d{{4}}-\d\d-\d\d|(?:{_MONTH} )?(?:19|20)\d\d(?:[-/]\d{{2,4}})?|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?: \d{{4}})?)",
    re.I,
)
_DATE_LIKE = (
    rf"(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?\s?[./ -]\s?(?:of )?(?:\d{{1,2}}|{_MONTH})\s?[./ ,-]\s?(?:\d{{4}}|'?\d{{2}})"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:\d{{4}}|'?\d{{2}})|(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|(?<!\d)(?:[0-3]\d[01]\d(?:19|20)?\d\d|\d\d[01]\d[0-3]\d)(?!\d)|(?:19|20)\d\d\. ?\d\d\. ?\d\d\.?|\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of |de )?[^\W\d]{{3,10}}\.? (?:de )?'?(?:\d{{4}}|\d{{2}})\b)"
)
_BORN = re.compile(
    rf"\b(?:born|b\.|dob|d\.o\.b\.?|date of birth|birth ?date|birth ?day|bday|γεν\.?|roden[aý]?|narozen[aý]?|rojen[a]?|rođen[a]?|születési (?:idő|dátum)|szül\.?|gimęs|dzimis|sündinud|geb(?:oren)?\.?|geburtsdatum|née?(?: le)?|nat[oa](?: il)?|nacid[oa](?: el)?|fecha de nacimiento|ur\.|urodzon[ya]|nascut|født|född|f\.|syntynyt|geb\. am)"
    rf"(?:\s*(?:is|was|on|in|at|the|am|le|el|il|dne|as|given|shown|reads?|:|,|-|–|\(|=)\s*)*\s*(?P<day>{_DATE_LIKE})"
    rf"|(?P<before>{_DATE_LIKE})\s*(?:\(?(?:dob|date of birth|birth ?date|as (?:his |her |their )?birthday|birthday)\b)",
    re.I,
)


# a day written in digits, of a year in which people were born and hardly any law of this field was made
_OLD_DAY = re.compile(
    r"(?<![\d./-])(?:\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19[2-9]\d|200\d|201[0-2])|(?:19[2-9]\d|200\d|201[0-2])[-.] ?[01]\d[-.] ?[0-3]\d)(?![\d/-])"
)


def _births(text: str) -> Iterator[tuple[int, int]]:
    for m in _BORN.finditer(text):
        yield m.span("day") if m["day"] else m.span("before")
    yield from (m.span() for m in _OLD_DAY.finditer(text))


_ID_WORD = (
    r"pesel|nino|n\.?i\.? number|national insurance(?: number)?|bsn|burgerservicenummer|nie|dni|nif|personnummer|personal (?:identity )?(?:code|number)|hetu|cpr(?:-?(?:nummer|number))?"
    r"|codice fiscale|steuer-?id(?:entifikationsnummer)?|sozialversicherungsnummer|svnr|social security(?: number)?|ssn|tax (?:id|number)|cnp|egn|oib|emšo|emso|rodné číslo|rodne cislo|birth number|amka|afm"
    r"|nir|insee|numéro de sécurité sociale|numero de securite sociale|national (?:id|identity|register|registry|registration)(?: card)?(?: number)?|rijksregister(?:nummer)?|pps(?:n)?(?: number)?|isikukood|asmens kodas|personas kods|cartão de cidadão|citizen card|id (?:number|no)|identity number|nhs (?:number|no)|eurodac(?: number)?|pnc ?id|cro(?: number)?|health insurance"
)
_ID_SHAPES = re.compile(
    r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"  # Italy
    r"|\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"  # United Kingdom
    r"|\b\d{8}-?[A-HJ-NP-TV-Z]\b|\b[XYZ]-?\d{7}-?[A-Z]\b"  # Spain
    r"|\b\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]\b"  # Finland
    r"|(?<![\d-])(?:19|20)?\d{6}[-+]\d{4}\b|(?<![\w-])\d{6}/\d{3,4}\b"  # Sweden, Denmark; Czechia, Slovakia
    r"|\b\d{2}\.\d{2}\.\d{2}[-–]\d{3}[.-]\d{2}\b"  # Belgium
    r"|\b[12] ?\d{2} ?[01]\d ?\d[\dAB] ?\d{3} ?\d{3}(?: ?\d{2})?\b"  # France
    r"|\b\d{7}[A-W][A-IW]?\b|\b\d{7} [A-W]{1,2}\b(?= |$|[.,?])",  # Ireland
    re.I,
)
_LONG_NUMBER = re.compile(
    r"(?<![\w.,/:-])(?<!grant )(?<!code )(?<!project )(?<!agreement )(?!(?:19|20)\d{6}(?!\d))\d{8,}(?![\w/-]|[.,]\d)"
)


def _identities(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(r"\b[A-Z]{2,5}\d{8,}\b|(?<![\d.,])\d{3} \d{3} \d{4}(?![\d.,])", text):
        yield m.span()
    yield from _after(text, _ID_WORD, r"[A-Z]{0,6}\d[\dA-Z ./+-]{3,}[\dA-Z]")
    for m in _ID_SHAPES.finditer(text):
        yield m.span()
    for m in _LONG_NUMBER.finditer(text):  # a bare run of eight digits or more counts nothing that a question needs
        yield m.span()


_DOCUMENT_WORD = r"passports?|reisepass|passeport|pasaporte|passaporto|paszport|(?:id|identity) (?:card|doc(?:ument)?)s?|ausweis(?:nummer)?|personalausweis|carte d['’]identité|dowód(?: osobisty)?|driv(?:ing|er'?s?) licen[cs]es?|führerschein|fuhrerschein|permis(?: de conduire)?|licen[cs]e|dvla|residence permit|titre de séjour|visa(?: sticker)?|travel document|permit|badge|collar number|warrant card|szig\.?szám|student card|seria|series|dl"


def _documents(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(
        r"\b[A-Z]{1,3}\d{6,9}\b|\b[A-Z]{2}\d{5}[A-Z]{2}\b|\b[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z0-9]{3}\b|\b[A-Z] ?\d{7}\b|\b[A-Z0-9]{6,}<+[A-Z0-9<]{6,}",
        text,
    ):
        yield m.span()
    yield from _after(
        text,
        _DOCUMENT_WORD,
        r"(?=[A-Z0-9 -]*\d[A-Z0-9 -]*\d[A-Z0-9 -]*\d)(?:[A-Z0-9]{1,9}[ -]?){1,4}(?<=[A-Z0-9])(?![a-z])",
    )


_CASE_WORD = r"case|procedimento|procedura|diligencias previas|file po|ügyszám|tutkintailmoitus|journal(?: number)?|parquet|dosadebno proizvodstvo|ABM|custody|crime|incident|reference|file|dossier|docket|urn|cad|occurrence|exhibit|warrant|complaint|report|record|investigation|proceedings?|court|criminal|police|log|intel(?:ligence)?|op(?:eration)? order|pnc|detention|prisoner|inmate|booking|arrest|procedure|aktenzeichen|az\.?|gz\.?|geschäftszahl|vorgang|pv|procès-verbal|nuipc|rg(?:nr)?|procedimiento|diligencias|causa|sygn(?:atura)?\.?(?: akt)?|spis(?:ová značka)?|sp\. ?zn\.|dosar|sag(?:snummer)?|ärende|diarienummer|dnr|asia|ref\.?|our ref|your ref|matter|parquet|zaak(?:nummer)?|proces(?:so)?|ticket|evidence|seizure|bwv|footage ref|crn|id"
_CASE_VALUE = r"(?=[A-Z0-9./ -]*\d[A-Z0-9./ -]*\d)(?:[A-Z]{1,5}[ ./-]?)?(?:[A-Z0-9]{1,10}[./:-]){1,5}[A-Z0-9]{1,10}|(?=[A-Z0-9]*\d[A-Z0-9]*\d[A-Z0-9]*\d)[A-Z0-9]{5,}|\d{1,4} [A-Z][A-Za-z]{0,3} \d{1,6}/\d{2,4}|[A-Z]{2,4} \d{4,}"
_CASE_SHAPES = re.compile(
    r"(?<![\w/.-])(?:[A-Z]{1,4}-){1,3}\d{2,6}/\d\d(?!\d)|(?<![\w/.,-])\d{3,6}/\d\d(?![\w/]|\.\d)"
    r"|(?<![\w/.-])(?!EU/|EC/|AI/|ISO/|C/|COM/|IEC/)[A-Z]{1,5}[-/]\d{2,6}[-/]\d{2,6}(?:[-/]\w{1,6})?(?![\w/])"
    r"|(?<![\w/.-])\d{1,4} (?:Js|Ds|Ls|KLs|Cs|Gs|Ss|StR|UJs|BJs|AR|Ks|Ns|Hv|Hr|St|T|C|Co|Tk|K|Kp|Ka|II K|Bs|Os|U|Os|Qs) \d{1,6}/\d{2,4}[a-z]?(?!\w)"
    r"|\b\d{2}[A-Z]{1,2}\d{5,8}\b|\b[A-Z]{2,4}\d{1,3}[-/]\d{3,6}(?:[-/]\d{2,4})?\b|\b[IVX]{1,4} (?:K|Ka|Kp|Ds|Kow) \d{1,5}/\d{2}\b|\b[A-Z]\s?\d{3,6}[-/]\d{2}\b(?!\s*(?:of|EU))"
)


_LONG_REFERENCE = re.compile(r"(?<![\w/.-])(?=[\w./-]*\d)(?:\w{1,8}[./-]){1,5}\w{1,8}(?![\w/]|-\w)")


def _cases(text: str) -> Iterator[tuple[int, int]]:
    for m in _LONG_REFERENCE.finditer(text):
        digits = sum(c.isdigit() for c in m[0])
        if (
            digits >= 7
            and re.search(r"[/-]", m[0])
            and not _DAY.fullmatch(m[0])
            and not re.fullmatch(r"(?:19|20)\d\d[/-](?:19|20)\d\d", m[0])
            and digits > sum(c.isalpha() for c in m[0])
        ):
            yield m.span()
    for start, end in _after(text, _CASE_WORD, _CASE_VALUE):
        value = text[start:end]
        if re.fullmatch(r"\d{4}|\d{1,3}[-–]\d{1,3}|[A-Za-z]+", value) or re.fullmatch(
            r"(?i)\d+(?:-| )?(?:hours?|days?|months?|years?|minutes?|h|d)", value
        ):
            continue
        yield start, end
    for m in _CASE_SHAPES.finditer(text):
        yield m.span()


_STREET = (
    r"\b\d{1,4}\s?[a-c]?(?:/\d{1,3})?,? (?:[A-Z][\w'’-]+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|close|drive|dr|way|court|square|crescent|terrace|gardens|place|row|hill|grove|walk|quay|park|mews|parade|green|view|heights|boulevard|wharf|estate)\b"
    r"|\b(?:flat|apartment|apt|unit|room|house|no\.?|number)\s?\d{1,4}[a-z]?,? (?:of |at |in )?(?:the )?(?:[A-Z][\w'’-]+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|close|drive|way|court|square|crescent|terrace|gardens|place|house|block|tower|row|hill|park|mews)\b"
    r"|\b\d{0,4}(?:bis|ter)?,? ?(?:rue|c/|avenue|boulevard|place|chemin|impasse|allée|quai|via|viale|piazza|corso|vicolo|calle|avenida|plaza|paseo|rua|praça|travessa|ul\.|ulica|al\.|os\.|pl\.|strada|str\.|bulevardul|ulitsa|bul\.|trg|utca|odos|leoforos)(?: (?:de|del|della|dei|degli|delle|dello|di|des|du|la|las|los|le|les|da|do|dos|d['’]))*(?: ?[A-ZÀ-Ž][\w'’.-]+){1,3},? (?:n[°º]\.? ?|nr\.? ?|no\.? ?)?\d{1,4}\w?\b"
    r"|\b\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée|quai|cours)(?: (?:de|des|du|la|le|les|d['’]|l['’]))*(?: ?[A-ZÀ-Ž][\w'’-]+){1,3}"
    r"|(?-i:\b[A-ZÄÖÜÅØČŠŽ][\w-]*(?:straße|strasse|str\.|gasse|weg|platz|allee|ufer|damm|ring|laan|straat|plein|kade|gracht|steenweg|gade|vej|gatan|stigen|gränd|vägen|gata|veien|katu|tie|kuja|utca|út|ulice|ulica|iela|gatvė|tänav) (?!(?:19|20)\d\d\b)\d{1,4} ?[a-z]?\b(?:/\d+)*)"
    r"|\b(?:[A-ZÀ-Ž][\w-]+ ){1,2}(?:utca|út|u\.|tér|ulice|ulica|náměstí|nám\.|iela|gatvė|prospekt|tänav|katu|vej|gade|gatan|Straße|Strasse|Allee|Weg|Platz|Gasse) \d{1,4}\b"
)
_POSTCODES = re.compile(
    r"\b(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])) ?\d[ABD-HJLNP-UW-Z]{2}\b"  # United Kingdom
    r"|\b(?:[AC-FHKNPRTV-Y]\d{2}|D6W) ?(?=[0-9AC-FHKNPRTV-Y]*\d)[0-9AC-FHKNPRTV-Y]{4}\b"  # Ireland
    r"|\b(?:D|A|B|F|L|NL|CH|S|SE|DK|PL|CZ|SK|I|E|SI|HR|RO|BG|EE|LT|LV|FI|PT)-\d{4,5}\b(?! ?(?:\w?\d|/))|\b\d{4} ?(?!AI\b|EU\b|OJ\b|EN\b|RE\b|CV\b|LE\b|ID\b|OR\b|AN\b|AS\b|IF\b|IN\b|IS\b|IT\b|TO\b|WE\b|BE\b|DO\b|MY\b|NO\b|OF\b|ON\b|SO\b|UK\b|US\b|AD\b|BC\b)[A-Z]{2}\b(?=,? [A-Z][a-z]+)"
)
_ADDRESS_WORD = re.compile(
    rf"\b(?:address(?:es)?(?: is| was|:)?|lives? (?:at|in)|living at|resid(?:es|ing|ent) (?:at|of)|home at|house at|flat at|stays at|domiciled at|registered at|wohnhaft(?: in)?|demeurant|addr)\W{{0,3}}(?P<value>(?:[\w'’./-]+,? ){{0,5}}?\d{{1,4}}[a-z]?\b(?!\s*(?:people|persons|cameras?|%|hours|months|years))(?:,? [A-Z\d][\w'’-]+){{0,4}})",
    re.I,
)


_TOWN_STREET = re.compile(
    r"\b(?P<street>[^\W\d_][^\W\d_]{5,}) (?!(?:19|20)\d\d\b)\d{1,4}[a-z]?(?:/\w{1,4})?(?:, \d[\w. ]{0,6})?(?:,? (?:flat|apt|app|door|top|stiege|byt|et|box|bus|\d{3} ?\d{2}\b|\d{4,5}\b)[ \d]*(?: ?[A-Z]\w+)?|,? [A-ZÀ-Ž][^\W\d_]{3,})"
)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for m in re.finditer(_STREET, text, re.I):
        if re.search(r"\d", m[0]):
            yield m.span()
    for m in _POSTCODES.finditer(text):
        yield m.span()
    for m in _TOWN_STREET.finditer(text):
        words = re.findall(r"[^\W\d_]+", m["street"])
        if not any(w.lower() in _ordinary() for w in words):
            yield m.span()
    for m in _ADDRESS_WORD.finditer(text):
        yield m.span("value")


_COORDINATES = re.compile(
    r"[-+]?\d{1,2}[.,]\d{3,}\s?°?\s?[NSns]?\s?[,;/ ]\s?[-+]?\d{1,3}[.,]\d{3,}(?:\s?°?\s?[EWOewo]\b)?"
    r"|\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['’′m]?\s?(?:\d{1,2}(?:[.,]\d+)?\s?[\"”″s]?)?\s?[NSEWO]?\b"
    r"|\b[NSEW] ?\d{1,3}[°. ]\d{2,}(?:[.' ]\d+)*"
    r"|/{3}[a-z]+\.[a-z]+\.[a-z]+|\bw3w\W{0,3}[a-z]+\.[a-z]+\.[a-z]+|\bwhat3words?\W{0,3}(?:address |is |square )?/*[a-z]+\.[a-z]+\.[a-z]+"
    r"|\b\d{1,2}[C-X] ?[A-Z]{2} ?\d{4,5} ?\d{4,5}\b|\b\d{1,2}[C-X] \d{6,7} \d{6,7}\b|\bgrid(?: ref(?:erence)?)?\W{0,3}[A-Z]{2} ?\d{3,5} ?\d{3,5}|\b[HNOST][A-HJ-Z] ?\d{3,5} \d{3,5}\b|\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng)\b\W{0,3}[-+]?\d{1,3}[.,]\d{2,}|\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b"
)


def _coordinates(text: str) -> Iterator[tuple[int, int]]:
    for m in _COORDINATES.finditer(text):
        yield m.span()


_PLATE_WORD = r"(?:number|licen[cs]e|registration|reg)?\s?plates?|vrm|vrn|reg(?:istration)?(?: (?:number|no|mark))?|kennzeichen|nummernschild|plaque(?: d['’]immatriculation)?|immatriculation|immatriculé[es]?|targa|matr[ií]cula|kenteken|tablica|rejestracj\w+|spz|rz|rekisteri(?:numero|kilpi)|rendszám|registreringsnummer|nummerplade|index"
_VEHICLE = r"car|vehicle|van|lorry|truck|motorbike|moped|scooter|taxi|suv|hatchback|estate|trailer|bmw|audi|vw|volkswagen|golf|passat|polo|ford|focus|fiesta|transit|opel|astra|corsa|vauxhall|renault|clio|peugeot|citro[eë]n|fiat|punto|skoda|škoda|octavia|seat|mercedes|toyota|corolla|yaris|volvo|dacia|duster|nissan|mazda|kia|hyundai|tesla|honda|suzuki|lexus|mini|jeep|alfa|lancia|saab|anpr|lpr"
_PLATE_ANY = r"(?=[A-ZÄÖÜ0-9 ·-]*\d)(?=[A-ZÄÖÜ0-9 ·-]*[A-ZÄÖÜ])(?:[A-ZÄÖÜ]{1,3}|\d{1,4}[A-Z]{0,2})[ ·-]?[A-Z0-9]{1,6}\b(?:[ ·-](?:\d{1,5}[A-Z]{0,2}|[A-Z]{1,3}\d{0,4})\b){0,2}"
_PLATES = re.compile(
    r"(?<![\w/.-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}"  # UK; UK old; FR, IT, SK
    r"|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?\d{1,4}[EH]?|[A-ZÄÖÜ]{1,3} [A-Z]{1,2} \d{3,4}"  # DE
    r"|\d{4} ?[BCDFGHJ-NP-TV-Z]{3}|[1-9]-[A-Z]{3}-\d{3}|\d{2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{2}-\d{2}-[A-Z]{2}|\d-[A-Z]{3}-\d{2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|[A-Z]{2}-\d{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2}|[A-Z]{3}-\d{2}-[A-Z]"  # ES, BE, NL, PT
    r"|\d{2,3}-[A-Z]{1,2}-\d{1,6}|[A-Z]{1,2}[- ]\d{1,5} ?[A-Z]{1,2}(?=\W|$)|[A-Z]{1,2} \d{2,3} [A-Z]{3}|[A-Z]{1,2} ?\d{4} ?[A-Z]{2}|[A-Z]{2} \d{3,4}[- ][A-Z]{1,2}"  # IE, AT, RO, BG, HR
    r"|[A-Z]{2} [A-Z0-9]{2}-\d{3}|\d[A-Z]\d ?\d{4}|\d[A-Z]{2} ?\d{4}|[A-Z]{2} \d{2} \d{3}|[A-Z]{3} ?-\d{3,4}|[A-Z]{2}-\d{4}|[A-Z]{3} \d{2}[A-Z]|[A-Z]{3} \d[A-Z]\d{2}|[A-Z]{2}[- ][A-Z]{2}[- ]\d{3}|[A-Z]{2,3} \d{5}|[A-Z]{2} \d{4}[A-Z]|[A-Z]{2,3} \d{3,4}[A-Z]{1,2}|[A-Z]{2,3} \d[A-Z]\d{3}|[A-Z]{1,3}[·•][A-Z]{1,2} ?\d{1,4}|[A-Z] ?\d{2,3} ?[A-Z]{3}|\d{2,3} [A-Z]{1,2} \d{3,6}|\d [A-Z]{3} \d{3}|[A-Z]-\d{3}-[A-Z]{2}|[A-Z]{2} [A-Z]{1,2}[- ]\d{2,4}|[B-DF-HJ-NP-TV-Z][A-Z]{2} \d{3}|\d{3} [B-DF-HJ-NP-TV-Z][A-Z]{2})(?![\w/-]|\(|\.\d)"  # SI, CZ, DK, GR/HU, LV, SE, HU, PL
)
_NOT_PLATES = re.compile(
    r"^(?:EU|AI|EN|ISO|OJ|UK|US|CE|EC|ART|LED|AIA|GDPR|TFEU|TEU|COM|CFR|HR|IT|PNR|RBI|FRT|LFR|RFR|NPR|ANPR|AFIS|SIS|VIS|EES|EDPB|EDPS|FRIA|DPIA|NIST|IEC|COVID|GPT|CO|MI|A|PC|DC|DS|GB|MB|TB|KB|CCTV|HD|FPS|MP|IP|ID|NO|NR|PT|PP|SEC|CH|PAR|RBI|RFR|LFR|FRT|LED|CFR|DPO|DPA|MSA|MPH|KMH|EUR|USD|GBP|SEK|DKK|CZK|HUF|PLN|RON|BGN|CVE|CPV|ECHR|FPF|FRA|CAI|TOP|ANY|ALL|ONE|TWO|OF|IN|ON|AT|BY|TO|OR|AND|THE|FOR|UP|WE|IS|IF|AS|BE|DO|SO|LAW|NIS|DSA|DMA|CRA)[ -]?\d",
    re.I,
)


_LOOSE = re.compile(
    r"(?<![\w./-])(?:(?P<a>[a-z]{1,3})[ :·-]?\d{2,3}[ -]?\d{1,3}(?:-?(?P<b>[a-z]{1,2}))?|\d{3,4}[ -]?(?P<c>[a-z]{2,3})|(?P<d>[a-z]{1,2})-\d{3}-(?P<e>[a-z]{1,2}))(?![\w/(]|[.,]\d)",
    re.I,
)
_UNITS = frozenset(
    "km kg gb mb tb kb ms hz khz mhz ghz fps px mp am pm th st nd rd kw kwh mph kmh lux dpi eur usd gbp sek dkk nok czk huf pln ron bgn chf k m h d v x p x i a bn mln hrs hr min sec fte pcs ppl art rec par no nr ca eu ai en us uk iso fra far frr cer eer top ver vol ch sec pt pp ed the for and".split()
)


def _plates(text: str) -> Iterator[tuple[int, int]]:
    for m in _LOOSE.finditer(text):
        groups = [g.lower() for g in m.groupdict().values() if g]
        if (
            sum(map(len, groups)) >= 2
            and sum(c.isdigit() for c in m[0]) >= 3
            and not any(g in _UNITS or (len(g) > 1 and g in _ordinary()) for g in groups)
            and not _NOT_PLATES.match(m[0])
        ):
            yield m.span()
    for m in _PLATES.finditer(text):
        if not _NOT_PLATES.match(m[0]) and not re.search(
            r"(?:EUR|USD|GBP|SEK|DKK|CZK|HUF|PLN|RON|MPH|KMH|FPS|LUX|DPI|MHZ|GHZ|KWH|RBI|FAR|LED|SME|CCTV)$", m[0]
        ):
            yield m.span()
    joined = r"(?:\s*(?:is|was|no|nr|number|num|of|the|on|with|to|for|reads?|that|said|a|an|our|his|her|bearing|plate|plates|reg|registration|index|vrm|displaying|wearing|under|got|came back|as|:|#|,|\(|-|–|\"|“|'|=)\s*)*\s*"
    for m in re.finditer(
        rf"\b(?:{_PLATE_WORD})\b{joined}(?P<value>{_PLATE_ANY})\b|\b(?:{_VEHICLE})\b[ ,(:]{{1,2}}(?:(?:reg|plate|index|vrm|with|on|bearing)\W{{1,2}}){{0,2}}(?P<car>{_PLATE_ANY})\b",
        text,
        re.I,
    ):
        group = "value" if m["value"] else "car"
        value = m[group].strip()
        while re.search(r" [a-z]+$", value) and value.rsplit(" ", 1)[1] in _ordinary():
            value = value.rsplit(" ", 1)[0]
        compact = re.sub(r"[ ·-]", "", value)
        if (
            4 <= len(compact) <= 9
            and re.search(r"\d", value)
            and re.search(r"(?i)[a-zäöü]", value)
            and not _NOT_PLATES.match(value)
            and not re.fullmatch(r"(?i)[a-z]{4,}\s?\d{1,2}|\d+ [a-z]+|[a-z]+ \d", value)
        ):
            yield m.start(group), m.start(group) + len(value)


# -- names ------------------------------------------------------------------------------------------------------

_LOCALES = frozenset(
    (
        "en_GB en_IE en_US ga_IE de_DE de_AT fr_FR fr_BE nl_NL nl_BE es_ES it_IT pt_PT pl_PL cs_CZ sk_SK hu_HU ro_RO hr_HR sl_SI "
        "fi_FI sv_SE da_DK no_NO et_EE lv_LV lt_LT tr_TR ar_AA ar_PS vi_VN sw yo_NG en_NG en_IN bg_BG el_GR uk_UA ru_RU"
    ).split()
)


@cache
def _names() -> frozenset[str]:
    """First and last names, lower case, of the languages above, as Faker lists them."""
    import faker.providers.person as persons

    found: set[str] = set()
    for module in pkgutil.iter_modules(persons.__path__):
        if module.name in _LOCALES:
            provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
            for attribute in dir(provider):
                if attribute.startswith(("first_names", "last_names")) and not callable(
                    listed := getattr(provider, attribute)
                ):
                    found.update(n.lower() for n in listed)
    return frozenset(found)


@cache
def _ordinary() -> frozenset[str]:
    """English words, as symspellpy lists them, without those that are far more often names."""
    listed = (resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    words = {line.split(" ")[0] for line in listed.splitlines()}
    return frozenset((words - _ONLY_NAMES) | _FIELD_WORDS)


# in the list of English words, and yet no word that a question needs
_ONLY_NAMES = frozenset(
    (
        "aaron adam adrian alan albert alex alexander alice allen andrea andrew angela ann anna anne anthony arthur barbara benjamin bernard betty brendan brian bruce "
        "carl carlos carol caroline catherine charles christian christina christine christopher claire colin craig cynthia daniel david deborah dennis diana diane donald "
        "donna dorothy douglas edward elizabeth ellen emily emma eric eugene evelyn fiona francis frank fred gary george gerald gordon graham gregory harold harry helen "
        "henry howard hugh ian ivan jack jacob james jane janet jason jean jeff jennifer jeremy jessica jim joan joe john jonathan joseph joshua juan judith julia julie "
        "justin karen karl kate katherine keith kelly kenneth kevin kim larry laura lauren lawrence lee leonard lewis linda lisa louis louise lucy luke marc marco margaret "
        "maria marie marilyn mario marion martha martin mary matthew maria melissa michael michelle mohammed muhammad nancy neil nicholas nicole nigel olivia oliver pamela "
        "patricia patrick paul paula pedro peter philip phillip rachel ralph raymond rebecca richard robert roger ronald rosemary roy russell ruth ryan samuel sandra sara "
        "sarah scott sean sharon simon sophie stefan stephen steve steven stewart stuart susan sylvia teresa terry theresa thomas timothy tina tony victor vincent virginia "
        "walter wayne wendy william dvorak johnson jones murphy nguyen smith williams wilson thompson robinson garcia martinez kumar patel singh khan ahmed hassan hussain ali"
    ).split()
)
# words of the field that the list of English words lacks, and product and city names an officer writes
_FIELD_WORDS = frozenset(
    (
        "deployer deployers watchlist watchlists lfr rfr rbi frt led gdpr fria dpia anpr lpr bwv cctv omnibus deepfake deepfakes chatbot chatbots chatgpt copilot gpt llm llms ai "
        "biometric biometrics biometrically geolocation metadata pseudonymised anonymised facial europol interpol unicri frontex eurojust eurodac etias ees sis vis popai aligner "
        "eurlex edpb edps sme smes smc smcs mids sandbox sandboxes online offline smartphone smartphones email emails bodycam bodycams dashcam webcam website app apps fintech "
        "clearview palantir microsoft google openai idemia nec axon hessendata gotham cellebrite schengen dublin brussels strasbourg luxembourg berlin paris london vienna madrid rome "
        "warsaw prague budapest sofia athens lisbon stockholm helsinki tallinn riga vilnius zagreb ljubljana bratislava valletta nicosia copenhagen amsterdam bucharest belfast cardiff glasgow "
        "polygraphs profiler recidivism preproduction proportionality admissibility detainee detainees arrestee arrestees absconder absconders nominals mugshot mugshots custodial "
        "reoffend reoffending misidentified misidentification watchlisted cybercrime cybersecurity ransomware malware phishing whistleblower whistleblowers "
        "gare nord sud est ouest plaza praça plaça platz rue via piazza hauptbahnhof centraal codice rosso san santa saint gran place bahnhof stadium codice modus operandi status quo habeas corpus prima facie ad hoc bona fide mutatis mutandis inter alia ecris ecris-tcn tcn dl nl af hola bonjour grüße danke bitte polizei police policía polícia polizia politie policja poliisi polis gardaí garda guardia carabinieri gendarmerie bundespolizei landespolizei "
        "derby ultras hooligan hooligans marketplace timeline workflow workflows dataset datasets benchmark benchmarks threshold thresholds username login logins logfile logfiles pdf json api url usb gps wifi"
    ).split()
)
_ROLE = r"suspects?|accused|defendants?|victims?|witness(?:es)?|complainants?|detainees?|prisoners?|inmates?|offenders?|perpetrators?|convicts?|claimants?|applicants?|plaintiffs?|informants?|burglars?|robbers?|thief|thieves|rapists?|murderers?|dealers?|paedophiles?|pedophiles?|stalkers?|fraudsters?|terrorists?|gang members?|absconders?|fugitives?|arrestees?|nominals?|shoplifters?|hooligans?|smugglers?|traffickers?|my client|interviewees?|missing (?:person|girl|boy|child|woman|man)|the late|deceased|detained person|beschuldigte[rn]?|prévenu|indagato|sospettato|sospechoso|podejrzan\w+|verdachte|epäilty|misstänkt|mistænkte?|obvin\w+|obviněn\w+|osumnjičen\w*|inculpat\w*|gyanúsított|įtariam\w+|kahtlustatav|tatverdächtige\w*|imputato|investigado|arguid[oa]|osumljen\w+|катηγορούμεν\w+|counsel for|lawyer (?:of|for)|mandant|client"
_STRONG = re.compile(
    rf"(?<![\w-])(?:{_ROLE}|suspected|allegedly|alleged|arrest\w*|nicked|charged|convict\w*|priors|drunk driver|drink driver|rioting|trial of|the file against|mis en cause|handling stolen|flogged|the driver|flagged|sentenced|acquitt\w+|guilty|innocent|stole|stolen|robb(?:ed|ery|eries)|burgl\w+|assault\w*|raped?|kill(?:ed|ing)|murder\w*|stabb\w*|shot|threaten\w*|abused|harass\w*|stalk\w*|traffick\w*|smuggl\w*|dealing|drugs?|cocaine|fraud\w*|launder\w*|criminal record|previous convictions?|caution|bail\w*|remand\w*|parole|probation|tagged|custody|cell \d|held in|detain\w*|detention|interrogat\w*|interview(?:ed|ing)?|confess\w*|admitted|polygraph\w*|lied|lying|lives at|living at|aged \d|born|dob|missing|abduct\w*|kidnapp\w*|disappear\w*|deport\w*|asylum|overstay\w*|radicali[sz]\w+|watch ?list\w*|informant|voiceprint|facial image|fingerprints?|dna|mugshot|schizo\w*|addict\w*|domestic violence|gang|home address|wanted|warrant|raided|stopped|searched|caught|beat|break[ -]ins?|reported|complain\w*|accus\w*|matched|hit on|flagged|identified|recogni[sz]ed|picked up|picked out|risk score|scored|chatbot output|tested positive|speeding|drunk|theft|thefts|(?:re)?offend\w*|abuser|charges?|misper|extradit\w+|evidence against|on the run|armed|hitting|disciplinary|shows (?:her|him)|links?|tag|sightings?|last seen|reports|refused|deport\w*|false match|wrongly|identification of|profile of|the file of|phone of|house of|photo of|picture of|face of|image of|case of|record)\b",
    re.I,
)
_PUBLIC = re.compile(
    r"\b(?:books?|articles?|papers?|stud(?:y|ies)|theses|thesis|professors?|prof|authors?|commissioners?|ministers?|presidents?|judges?|justice|advocate general|rapporteurs?|writes|wrote|called the|discuss(?:es|ed)?|according to|rapporteurs?|edps|lectures?|speech|keynote|inventors?|judg(?:e)?ment|ruling|theorem|algorithm|test|prize|institute|v\.?|vs\.?)\b",
    re.I,
)
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mister|Herr|Frau|Monsieur|Madame|Mme|Señora?|Sra|Signora?|Pan|Pani|Pán|Fru|Dhr|Mevr|Kyrios|Dr)"
)
_PARTICLES = frozenset(
    "van von de der den del della di da dos du la le el al bin ibn ter ten af av zu o ó ní mac san abu ould ben bint".split()
)
_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?")
_CALLED = re.compile(
    r"\b(?:named|called|by the name of|name(?:'s| is| was|:)|alias|a\.?k\.?a\.?|known as|surname|last name|first name|forename|family name|identified as|goes by)\W{1,3}$",
    re.I,
)
_ROLE_BEFORE = re.compile(rf"\b(?:{_ROLE}|the)\b,?:?(?: (?:is|was|named|called|one))*[ ,:(]{{1,2}}$", re.I)
_ROLE_ONLY = re.compile(rf"\b(?:{_ROLE})\b,?:?(?: (?:is|was|named|called|one))*[ ,:(]{{1,2}}$", re.I)
_CRIME_AFTER = re.compile(
    r"^ (?:murder|killing|robbery|rape|kidnapping|burglary|fraud|assault|shooting|stabbing|arrest|confession|phone|family|brothers|gang|interview|alibi|custody|charge|statement)\b",
    re.I,
)


def _person_names(text: str) -> Iterator[tuple[int, int]]:
    """Names of persons that stand beside an accusation, a role in a case or another identifier.

    A token is like a name when Faker lists it, or when it is no English word and no word of the field; two such
    tokens in a row are a name, one is where a title, a role ("suspect X") or "named" stands before it.
    """
    strong = bool(_STRONG.search(text))
    listed, ordinary = _names(), _ordinary()
    tokens = [(m[0].rstrip("."), m.start(), m.end() - m[0].endswith(".")) for m in _TOKEN.finditer(text)]
    shouted = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text))
    every_word_capital = len(tokens) > 5 and sum(t[0].isupper() for t, _, _ in tokens if len(t) > 2) > 0.7 * sum(
        len(t) > 2 for t, _, _ in tokens
    )

    def like(token: str) -> int:
        """2: listed as a name and no word; 1: listed and a word, but capitalised, or an unknown word; 0: a word."""
        low = token.lower().replace("’", "'")
        parts = [p for p in re.split(r"[-']", low) if len(p) > 1]
        if (
            len(low) < 3
            or (token.isupper() and len(token) < 5 and not shouted)
            or (low.endswith(("'s", "n't")) and parts and parts[0] in ordinary and parts[0] not in listed)
        ):
            return 0
        if not parts:
            return 0
        known = [p in ordinary or p.removesuffix("s") in ordinary for p in parts]
        named = [p in listed for p in parts]
        if all(n and not k for n, k in zip(named, known, strict=True)) and parts:
            return 2
        if all(known):
            return 1 if token[0].isupper() and not every_word_capital and all(named) and low not in _COMMON else 0
        return 1 if (token[0].isupper() and not every_word_capital) or not token.isascii() or len(low) > 4 else 0

    foreign = sum(len(t) > 2 and t.lower() not in ordinary for t, _, _ in tokens) > 0.5 * max(1, len(tokens))
    n = 0
    while n < len(tokens):
        token, start, end = tokens[n]
        score, last = like(token), n
        initial = len(token) == 1 and token.isupper() and text[end : end + 1] == "."
        if not score and not initial:
            n += 1
            continue
        total, held = score, 1 if score else 0
        while last + 1 < len(tokens):
            nxt, a, b = tokens[last + 1]
            gap = text[tokens[last][2] : a]
            if (
                gap not in {" ", ". ", ", "}
                or (gap == ". " and len(tokens[last][0]) > 1)
                or (gap == ", " and not (held == 1 and last == n and (nxt[0].isupper() or like(nxt) == score == 2)))
            ):
                break
            more = like(nxt)
            skip = nxt.lower() in _PARTICLES or (len(nxt) == 1 and nxt.isalpha()) or (len(nxt) == 2 and nxt.istitle())
            if not more and not skip:
                break
            last, total, held = last + 1, total + more, held + (1 if more else 0)
        while last > n and not like(tokens[last][0]):
            last -= 1
        begin, finish = start, tokens[last][2]
        if last - n > 4 or (foreign and not (total >= 2 * held and text[begin].isupper())):  # another language, not a name
            n = last + 1
            continue
        before, after = text[max(0, begin - 60) : begin], text[finish : finish + 40]
        n = last + 1
        if (
            (_PUBLIC.search(before[-20:]) or _PUBLIC.search(after[:22]))
            and not _ROLE_ONLY.search(before)
            or re.match(
                r"['’]?s? (?:book|paper|article|study|judgment|ruling|test|act|law|institute|university|report|inquiry|system|software)\b",
                after,
            )
        ):
            continue
        capital = text[begin].isupper()
        titled = re.search(rf"\b{_TITLE}\.? $", before, re.I)
        called = _CALLED.search(before) and not re.search(
            r"\b(?:models?|systems?|tools?|software|robots?|products?|platforms?|apps?|assistants?|projects?|operations?|programmes?|bots?|it)\b",
            before[-40:],
            re.I,
        )
        role = _ROLE_ONLY.search(before)
        if held >= 2 or (initial and held):
            tied = titled or called or role or strong
            if (tied and total >= 2) or (capital and total >= 3):
                yield begin, finish
        elif held == 1 and strong and capital and re.match(r"O['’]|[^\W\d_]{3,}-[A-ZÀ-Ž]", text[begin:finish]):
            yield begin, finish
        elif held == 1 and (
            (titled and strong)
            or (called and (capital or score == 2))
            or (role and (score == 2 or (capital and score)))
            or (capital and score and _CRIME_AFTER.match(after))
        ):
            yield begin, finish


# listed as names, and words that begin a sentence or a heading
_COMMON = frozenset(
    (
        "will may mark can do bill art case law judge police force young black white green brown long short good best love grace hope faith joy summer april june august sunday monday friday christian "
        "chase grant page ray rose dawn king pierce stone day star victor major duke earl bishop baker cook hunter mason marshall lane hill wood fields park rice knight price wells rivers banks church cross "
        "ford street west north east south english french german our the any all see use one two say let so no new old real time test data model risk face voice live camera drone system record note people "
        "person child friend staff trainer european commission council article annex power strong wise fair true human public private national state union board duty rule right visa border court how what who "
        "where when why which does are was has have had should could would must might shall is if in on at by for from with and or but not yes please thanks dear suppose given since because after before during "
        "under over between against without within tell give show explain check list find ask make take get put run help need want just only also even still now then here there this that these those my your his her its their"
    ).split()
)


_FINDERS: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("an e-mail address", _emails),
    ("a bank or card number", _banks),
    ("a device or account identifier", _devices),
    ("coordinates", _coordinates),
    ("a date of birth", _births),
    ("an identity number", _identities),
    ("a document number", _documents),
    ("a telephone number", _phones),
    ("a number plate", _plates),
    ("a postal address", _addresses),
    ("a case reference", _cases),
    ("a name", _person_names),
)
