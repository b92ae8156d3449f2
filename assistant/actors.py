"""Whom a sentence binds or empowers, in plain words and in the law's, by the names of `assistant.register.Actor`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "provider": r"providers?|suppliers?|vendors?|developers?|manufacturers?|makers?|authori[sz]ed representatives?|importers?|distributors?",
    "deployer": r"deployers?|controllers?|processors?",
    "law_enforcement": r"police|forces?|officers?|investigators?|agenc(?:y|ies)|law[- ]enforcement authorit(?:y|ies)|competent authorit(?:y|ies)",
    "border": r"border|immigration|migration|asylum|visa",
    "judicial": r"judges?|courts?|judicial authorit(?:y|ies)|judiciary",
    "prosecution": r"prosecutors?|prosecuti(?:on|ng) authorit(?:y|ies)",
    "market_surveillance": r"market surveillance authorit(?:y|ies)|supervisors?",
    "data_protection": r"data protection authorit(?:y|ies)|supervisory authorit(?:y|ies)|data protection officers?",
    "member_state": r"member states?|national (?:law|parliaments?|legislators?)|countr(?:y|ies)|states?",
    "commission": r"commission|ai office|board",
    "affected_person": r"(?:natural |affected |data |test )?(?:persons?|people|individuals?|citizens?|subjects?|victims?|suspects?|participants?)|anyone|everyone|everybody",
    "procurer": r"buyers?|procurers?|contracting authorit(?:y|ies)",
}  # fmt: skip
_NAMED_BY = {actor: re.compile(rf"\b(?:{words})\b", re.I) for actor, words in _NAMES.items()}
_FIELD_KIN = {  # who may stand for whom in the `actor` field of a rule
    "deployer": {"deployer", "law_enforcement", "border", "judicial", "prosecution", "procurer", "data_protection"},
    "law_enforcement": {"law_enforcement", "deployer", "border", "prosecution", "judicial", "procurer", "provider"},
    "border": {"border", "law_enforcement"},
    "judicial": {"judicial", "prosecution", "law_enforcement", "deployer", "member_state"},
    "prosecution": {"prosecution", "law_enforcement", "judicial", "deployer"},
    "market_surveillance": {"market_surveillance", "member_state", "data_protection", "commission"},
    "data_protection": {"data_protection", "market_surveillance", "deployer", "member_state"},
    "member_state": {"member_state", "law_enforcement", "market_surveillance", "deployer", "data_protection", "judicial"},
    "commission": {"commission", "market_surveillance", "member_state"},
    "provider": {"provider", "procurer"},
    "procurer": {"procurer", "deployer", "provider"},
    "affected_person": {"affected_person"},
}  # fmt: skip
_MODAL = r"(?:must|shall|may|has to|have to|need(?:s)? to|need not|can|cannot|is (?:not )?(?:allowed|required|obliged|entitled)|are (?:not )?(?:allowed|required|obliged|entitled))"


def actors(text: str) -> set[str]:
    """Everyone a text names, as actors of the register.

    >>> sorted(actors("The supplier must tell the force."))
    ['law_enforcement', 'provider']
    """
    return {actor for actor, words in _NAMED_BY.items() if words.search(text)}


_AFTER_PREPOSITION = re.compile(
    r"\b(?:by|of|to|from|for|with|against|on|in|at|under|about|than|whether|that|whom)\s+(?:[\w'-]+\s+){0,4}$", re.I
)


def subjects(text: str) -> set[str]:
    """Whom a text binds or empowers in so many words: those named in front of "must", "shall" or "may".

    Names behind a preposition qualify another one and do not count; "provide for the controller to" binds the controller.

    >>> sorted(subjects("The supplier of the tool must tell the force; the judge may refuse."))
    ['judicial', 'provider']
    >>> subjects("It must be told to the provider."), subjects("Member States shall provide for the controller to log")
    (set(), {'deployer'})
    """
    found = set()
    for clause in re.split(r"[.;:\n]|, (?:and|but|which|who|while|where|unless|so) ", text):
        if m := re.search(r"\bprovide for the ([\w ]+?) to\b", clause, re.I):
            found |= actors(m[1])
        elif m := re.search(rf"^(.*?)\b{_MODAL}\b", clause, re.I):
            named = sorted((hit.start(), actor) for actor, words in _NAMED_BY.items() for hit in words.finditer(m[1]))
            free = [(at, actor) for at, actor in named if not _AFTER_PREPOSITION.search(m[1][:at])]
            found |= {actor for at, actor in free if at == free[-1][0]}
    return found


def strange_actors(sentence: str, field: Iterable[str], law: str) -> set[str]:
    """Actors of a binding sentence that do not fit the field of its rule, or the law.

    The sentence's subjects belong in the field; where the law binds providers only, or deployers only, so do
    both; and the law names a provider or deployer whom the sentence binds.

    >>> strange_actors("The deployer must keep logs.", ["deployer"], "Deployers shall keep the logs")
    set()
    >>> strange_actors("The provider must keep logs.", ["deployer"], "Deployers shall keep the logs")
    {'provider'}
    """
    held, said, bound = set(field), subjects(sentence), subjects(law)
    strange = {s for s in said if not _FIELD_KIN[s] & held and "anyone" not in held}
    for one, other in (("provider", "deployer"), ("deployer", "provider")):
        if one in said and one not in actors(law) and other in actors(law):
            strange.add(one)
        if one in bound and other not in bound and one not in actors(sentence) and not _FIELD_KIN[one] & held:
            strange.add(one)
    if said and not said & {k for a in held for k in _FIELD_KIN.get(a, {a})} and "anyone" not in held:
        strange |= said
    return strange
