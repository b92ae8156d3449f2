"""Lexical search: BM25 over stemmed words, by bm25s; police words read as words of the law."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.register import Term

Vector = NDArray[np.float32]


class Lexical:
    """BM25 over stemmed words (bm25s, Snowball English)."""

    def __init__(self, retriever: Any, idf: dict[str, float], size: int) -> None:
        self.retriever = retriever
        self.idf = idf
        self.size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        """Index the texts in their order."""
        import bm25s

        stemmed = [_stems(t) for t in texts]
        retriever = bm25s.BM25(method="lucene")
        retriever.index(stemmed, show_progress=False)
        count = Counter(s for stems in stemmed for s in set(stems))
        return cls(retriever, {s: _idf(n, len(texts)) for s, n in count.items()}, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self.retriever.save(str(folder), show_progress=False)
        (folder / "idf.json").write_text(json.dumps({"size": self.size, "idf": self.idf}))

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """Read what `save` wrote."""
        import bm25s

        raw = json.loads((folder / "idf.json").read_text())
        return cls(bm25s.BM25.load(str(folder), load_vocab=True), raw["idf"], raw["size"])

    def scores(self, query: str) -> Vector:
        """The BM25 score of every text."""
        known = [s for s in _stems(query) if s in self.retriever.vocab_dict]
        if not known:
            return np.zeros(self.size, np.float32)
        found: Vector = self.retriever.get_scores(known)
        return found

    def full_score(self, query: str) -> float:
        """The score of a text that would match every word of the query; unknown words count as rarest."""
        unseen = _idf(0, self.size)
        return sum(self.idf.get(s, unseen) for s in set(_stems(query))) or unseen


def _idf(holding: int, size: int) -> float:
    """Lucene's idf, as bm25s has it (Robertson and Zaragoza 2009, section 3.2, with +1 inside the log)."""
    return math.log(1 + (size - holding + 0.5) / (holding + 0.5))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


_STOP = frozenset(
    (
        "a an and are as at be been but by can could did do does for from had has have how i if in into is it "
        "its me my no of on or our shall should so than that the their them then there these they this to was "
        "we were what when where which who why will with would you your "
    ).split()
)


def _stems(text: str) -> list[str]:
    """Stemmed words without the commonest ones.

    >>> _stems("Can we search the recordings?")
    ['search', 'record']
    """
    words = re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'s", ""))
    stems: list[str] = _stemmer().stemWords([w for w in words if w not in _STOP])
    return stems


class Lexicon:
    """Police words found in a question -> the words of the law they stand for.

    >>> Lexicon((Term(term="LFR", means="real-time remote biometric identification"),)).expand("Can we use LFR?")
    'real-time remote biometric identification'
    """

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.means = {form.lower(): term.means for term in terms for form in (term.term, *term.also)}
        forms = sorted(map(re.escape, self.means), key=len, reverse=True)
        self.pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?:s|es)?(?!\w)", re.I) if forms else None

    def expand(self, question: str) -> str:
        """The law's words for the police words in the question, each once."""
        if self.pattern is None:
            return ""
        found = (m[0].lower() for m in self.pattern.finditer(question))
        meanings = (
            self.means.get(f) or self.means.get(f.removesuffix("s")) or self.means.get(f.removesuffix("es"), "")
            for f in found
        )
        return " ".join(dict.fromkeys(filter(None, meanings)))
