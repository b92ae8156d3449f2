"""Case data: what a question must not hold, found before anything is stored, searched or sent.

Libraries come first: `phonenumbers` (Google's libphonenumber) reads telephone numbers, `python-stdnum` the
check digits of bank, identity and device numbers, and `faker` brings lists of first and last names of forty
European languages. Our own patterns add what no library reads: plates, addresses, case references,
coordinates, dates of birth, and a person's name beside an accusation or a role in a case.

What looks like data and is law (articles, regulations, standards, money, shares, periods, days) is blanked
first, with as many spaces, so that every place found is a place in the question.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, imei, luhn
from stdnum.exceptions import ValidationError

from assistant.persons import ordinary_words, person_names

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
    """The question with the case data blacked out, and what clings to them: further numbers and names right behind.

    >>> mask("She moved to Elm Road 12/3, 1999 Ostburg and is safe.", [Datum("a postal address", 13, 24)])
    'She moved to ███████████████████████████ and is safe.'
    >>> mask("Is 12-AB-34 in the list?", case_data("Is plate 12-AB-34 in it?"))  # doctest: +SKIP
    >>> mask("Write to jo@example.org", [Datum("an e-mail address", 9, 23)])
    'Write to ██████████████'
    """
    shown = question
    for datum in found:
        tail = _CLINGING.match(question, datum.end)
        end = tail.end() if tail else datum.end
        shown = shown[: datum.start] + "█" * (end - datum.start) + shown[end:]
    return shown


_CLINGING = re.compile(r"(?:(?:[ ,/.-]{1,3}|(?<=\w))(?:\d[\w/-]*|[A-Z][\w'’-]+))*")


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
    r"\b(?:address(?:es)?(?: is| was|:)?|lives? (?:at|in)|living at|resid(?:es|ing|ent) (?:at|of)|home at|house at|flat at|stays at|domiciled at|registered at|wohnhaft(?: in)?|demeurant|addr)\W{0,3}(?P<value>(?:[\w'’./-]+,? ){0,5}?\d{1,4}[a-z]?\b(?!\s*(?:people|persons|cameras?|%|hours|months|years))(?:,? [A-Z\d][\w'’-]+){0,4})",
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
        if not any(w.lower() in ordinary_words() for w in words):
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
            and not any(g in _UNITS or (len(g) > 1 and g in ordinary_words()) for g in groups)
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
        while re.search(r" [a-z]+$", value) and value.rsplit(" ", 1)[1] in ordinary_words():
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


_FINDERS: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("an e-mail address", _emails),
    ("a device or account identifier", _devices),
    ("a bank or card number", _banks),
    ("coordinates", _coordinates),
    ("a date of birth", _births),
    ("an identity number", _identities),
    ("a document number", _documents),
    ("a telephone number", _phones),
    ("a number plate", _plates),
    ("a postal address", _addresses),
    ("a case reference", _cases),
    ("a name", person_names),
)
