"""Sentences with their provisions, as every page shows them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import streamlit as st

from assistant.answer import Citation, Statement
from assistant.law import AI_ACT, Authority

AUTHORITY = {
    Authority.LAW: ("Law", "blue"),
    Authority.OFFICIAL_GUIDANCE: ("Official guidance", "orange"),
    Authority.TOOLKIT: ("Toolkit, not law", "violet"),
    Authority.COMMENTARY: ("Commentary, not law", "gray"),
}


def sources_link(pinpoint: str, version: str = "") -> str:
    """Where the page *Sources* shows a provision; the link can be shared.

    >>> sources_link("Art. 5(1)(h)")
    'sources?p=Art.+5%281%29%28h%29'
    """
    return f"sources?p={quote(pinpoint).replace('%20', '+')}" + (f"&v={version}" if version else "")


def chip(citation: Citation) -> str:
    """A provision as a link into *Sources*, with what it is worth and whether it applies yet."""
    name, colour = AUTHORITY[citation.authority]
    draft = ", draft" if citation.draft else ""
    told = f"{citation.pinpoint}: {name}{draft}; {citation.status}; text of {citation.version}; opens in a new tab"
    late = " · not yet" if citation.status.endswith("not yet") else (" · draft" if citation.draft else "")
    href = html.escape(sources_link(citation.pinpoint, citation.version if citation.work == AI_ACT else ""))
    return (
        f'<a class="pinpoint-chip {colour}" href="{href}" target="_blank" rel="noopener" title="{html.escape(told)}" '
        f'aria-label="{html.escape(told)}">{html.escape(citation.pinpoint)}{late}</a>'
    )


def sentence(statement: Statement) -> str:
    """A statement as HTML: its words, then its provisions."""
    return f"{html.escape(statement.text)} {' '.join(chip(c) for c in statement.citations)}"


def show(statements: Sequence[Statement], *, big: bool = False) -> None:
    """A list of statements, each with its provisions."""
    if statements:
        items = "".join(f"<li>{sentence(s)}</li>" for s in statements)
        st.html(f'<ul class="pinpoint-said{" big" if big else ""}">{items}</ul>')


def own_words(text: str, cited: Iterable[Statement] = ()) -> None:
    """A paragraph of our own with the provisions it rests on."""
    chips = {c.pinpoint: chip(c) for s in cited for c in s.citations}
    st.html(f'<p class="pinpoint-own">{html.escape(text)} {" ".join(chips.values())}</p>')


def style() -> None:
    """The style of all pages; drawn first on each."""
    st.html(STYLE)


STYLE = """
<style>
.pinpoint-said { margin: 0 0 .6em; padding-left: 1.2em; line-height: 1.55; }
.pinpoint-said li { margin: 0 0 .45em; }
.pinpoint-own { margin: 0 0 .5em; line-height: 1.55; }
.pinpoint-said.big, .pinpoint-big, .pinpoint-big p { font-size: 1.5rem; line-height: 1.5; }
.pinpoint-chip { display: inline-block; font-size: .8rem; font-weight: 600; padding: 0 .55em; margin: 0 .15em .1em 0; border-radius: 1em; text-decoration: none; white-space: nowrap; background: #ececec; color: #333; }
.pinpoint-chip.blue { background: #dbe9f7; color: #083e6e; } .pinpoint-chip.orange { background: #fdebd3; color: #7a3e00; }
.pinpoint-chip.violet { background: #ece3f7; color: #43236b; }
.pinpoint-chip:hover { text-decoration: underline; }
.pinpoint-chip:focus-visible { outline: 2px solid #0b5394; outline-offset: 1px; }
.pinpoint-line { border-left: 4px solid #8a8a8a; padding: .1em 0 .1em .8em; margin: 0 0 .8em; }
.pinpoint-line.prohibited { border-color: #a61b1b; } .pinpoint-line.high_risk { border-color: #b45f06; }
.pinpoint-line.duty { border-color: #0b5394; } .pinpoint-line h4 { margin: 0 0 .2em; padding: 0; font-size: 1rem; }
.pinpoint-line p.status { margin: 0 0 .3em; font-size: .88rem; color: #444; }
.pinpoint-law { white-space: pre-wrap; border-left: 3px solid #0b5394; padding: .2em 0 .2em .8em; line-height: 1.55; overflow-wrap: anywhere; margin: 0 0 .8em; }
.pinpoint-law mark { background: #fff2ab; color: inherit; padding: .05em 0; }
.pinpoint-law ins { background: #d5efd8; text-decoration: underline; } .pinpoint-law del { background: #f7d9d7; }
.pinpoint-law a { color: #0b5394; }
</style>
"""
