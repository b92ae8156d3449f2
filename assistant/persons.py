"""Names of persons in a question, where they stand beside an accusation, a role in a case or an identifier."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

_LOCALES = frozenset(
    (
        "en_GB en_IE en_US ga_IE de_DE de_AT fr_FR fr_BE nl_NL nl_BE es_ES it_IT pt_PT pl_PL cs_CZ sk_SK hu_HU ro_RO hr_HR sl_SI "
        "fi_FI sv_SE da_DK no_NO et_EE lv_LV lt_LT tr_TR ar_AA ar_PS vi_VN sw yo_NG en_NG en_IN bg_BG el_GR uk_UA ru_RU"
    ).split()
)


@cache
def listed_names() -> frozenset[str]:
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
def ordinary_words() -> frozenset[str]:
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
    r"\b(?:named|called|by the name of|name(?:'s| is| was|:)|alias|a\.?k\.?a\.?|known as|surname|last name|first name|forename|family name|identified as|goes by)(?: is| was)?\W{1,3}$",
    re.I,
)
_ROLE_ONLY = re.compile(rf"\b(?:{_ROLE})\b,?:?(?: (?:is|was|named|called|one))*[ ,:(]{{1,2}}$", re.I)
_CRIME_AFTER = re.compile(
    r"^ (?:murder|killing|robbery|rape|kidnapping|burglary|fraud|assault|shooting|stabbing|arrest|confession|phone|family|brothers|gang|interview|alibi|custody|charge|statement)\b",
    re.I,
)
_OF_A_NAME = re.compile(
    r"['’]?s? (?:book|paper|article|study|judgment|ruling|test|act|law|institute|university|report|inquiry|system|software)\b"
)
_NAMED_THING = re.compile(
    r"\b(?:models?|systems?|tools?|software|robots?|products?|platforms?|apps?|assistants?|projects?|operations?|programmes?|bots?|it)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


class _Text:
    """A question as tokens, with what its writing as a whole says about capitals and language."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [_Token(m[0].rstrip("."), m.start(), m.end() - m[0].endswith(".")) for m in _TOKEN.finditer(text)]
        long = [t.word for t in self.tokens if len(t.word) > 2]
        letters = [c for c in text if c.isalpha()]
        self.shouted = sum(c.isupper() for c in letters) > 0.6 * max(1, len(letters))
        self.title_case = len(self.tokens) > 5 and sum(w[0].isupper() for w in long) > 0.7 * len(long)
        self.foreign = sum(w.lower() not in ordinary_words() for w in long) > 0.5 * max(1, len(self.tokens))

    def likeness(self, word: str) -> int:
        """How like a name a word is: 2 listed as a name and no word; 1 unknown, or a listed word with a capital; 0 a word."""
        low = word.lower().replace("’", "'")
        ordinary, listed = ordinary_words(), listed_names()
        parts = [p for p in re.split(r"[-']", low) if len(p) > 1]
        short = word.isupper() and len(word) < 5 and not self.shouted
        owned = low.endswith(("'s", "n't")) and parts and parts[0] in ordinary and parts[0] not in listed
        if len(low) < 3 or short or owned or not parts:
            return 0
        known = [p in ordinary or p.removesuffix("s") in ordinary for p in parts]
        named = [p in listed for p in parts]
        capital = word[0].isupper() and not self.title_case
        if all(n and not k for n, k in zip(named, known, strict=True)):
            return 2
        if all(known):
            return int(capital and all(named) and low not in _COMMON)
        return int(capital or not word.isascii() or len(low) > 4)

    def joins(self, first: int, last: int, score: int) -> bool:
        """Whether the token after `last` goes on with the name that begins at `first`."""
        before, after = self.tokens[last], self.tokens[last + 1]
        gap = self.text[before.end : after.start]
        if gap == ", ":  # "Novák, Jan": only a first name may follow a last one
            follows = first == last and (after.word[0].isupper() or score == self.likeness(after.word) == 2)
            if not follows:
                return False
        elif gap != " " and not (gap == ". " and len(before.word) == 1):
            return False
        initial = len(after.word) == 1 and after.word.isalpha()
        short = len(after.word) == 2 and after.word.istitle()
        return after.word.lower() in _PARTICLES or initial or short or self.likeness(after.word) > 0


def person_names(text: str) -> Iterator[tuple[int, int]]:
    """Where names of persons stand beside an accusation, a role in a case or another identifier.

    A word is like a name when Faker lists it, or when it is no English word and no word of the field. Two such
    words in a row are a name; one is where a title, a role ("suspect X") or "named" stands before it.

    >>> [text[a:b] for text in ("We arrested Jan Dvořák",) for a, b in person_names(text)]
    ['Jan Dvořák']
    >>> list(person_names("May we arrest a suspect on a face match alone?"))
    []
    """
    read = _Text(text)
    tied = bool(_STRONG.search(text))
    n = 0
    while n < len(read.tokens):
        first = read.tokens[n]
        score = read.likeness(first.word)
        initial = len(first.word) == 1 and first.word.isupper() and text[first.end : first.end + 1] == "."
        if not score and not initial:
            n += 1
            continue
        last = n
        while last + 1 < len(read.tokens) and read.joins(n, last, score):
            last += 1
        while last > n and not read.likeness(read.tokens[last].word):
            last -= 1
        scores = [s for t in read.tokens[n : last + 1] if (s := read.likeness(t.word))]
        end = read.tokens[last].end
        if _is_name(read, first.start, end, scores, last - n, tied):
            yield first.start, end
        n = last + 1


def _is_name(read: _Text, start: int, end: int, scores: list[int], joined: int, tied: bool) -> bool:
    """Whether a stretch of name-like words is the name of somebody in a case."""
    text = read.text
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    role = bool(_ROLE_ONLY.search(before))
    capital = text[start].isupper()
    if joined > 4 or (read.foreign and not (min(scores, default=0) == 2 and capital)):  # another language, not a name
        return False
    if not role and (_PUBLIC.search(before[-20:]) or _PUBLIC.search(after[:22]) or _OF_A_NAME.match(after)):
        return False
    titled = bool(re.search(rf"\b{_TITLE}\.? $", before, re.I))
    called = bool(_CALLED.search(before)) and not _NAMED_THING.search(before[-40:])
    if len(scores) >= 2 or (joined and scores):
        beside = titled or called or role or tied
        return (beside and sum(scores) >= 2) or (capital and sum(scores) >= 3)
    double = bool(re.match(r"O['’]|[^\W\d_]{3,}-[A-ZÀ-Ž]", text[start:end]))
    return bool(scores) and (
        (titled and tied)
        or ((called or role) and (capital or scores[0] == 2))
        or (capital and ((tied and double) or bool(_CRIME_AFTER.match(after))))
    )


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
