"""The page *Sources*: the works as a reader has them, and the taxonomy of police uses. Every view has an address."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from urllib.parse import urlencode

import streamlit as st

from assistant.aids.practise import statements
from assistant.aids.reader import Link, changed
from assistant.compose import status_of
from assistant.law import Pinpoint, PinpointError, Provision, Work, parse_pinpoint
from assistant.register import Falls
from assistant.ui.cited import AUTHORITY, show, sources_link, style
from assistant.ui.shared import explained, opened, plain, reader, way

VIEWS = ("Read", "Search", "Uses of AI")


@explained
def render() -> None:
    """Draw the page."""
    style()
    st.title("Sources", anchor=False)
    asked = st.query_params.get("view", "Read")
    view = st.segmented_control(
        "View", VIEWS, default=asked if asked in VIEWS else "Read", key="sources-view", required=True
    )
    st.query_params["view"] = view or "Read"
    if view == "Search":
        _search()
    elif view == "Uses of AI":
        _functions()
    else:
        _read()


# -- reading -----------------------------------------------------------------------------------------------------


def _read() -> None:
    corpus = opened().corpus
    target = _asked()
    works = list(corpus.works)
    key = "sources-work"
    if target and st.session_state.get("sources-at") != str(target):  # an address that was followed sets the pickers
        st.session_state[key], st.session_state["sources-at"] = target.work, str(target)
        st.session_state.pop("sources-top", None)
    left, right = st.columns([3, 2])
    work = corpus.works[
        left.selectbox("Work", works, key=key, format_func=lambda w: f"{w}: {corpus.works[w].title}"[:90])
    ]
    version = _version(right, work)
    parts = reader().contents(work, version)
    names = [e.pinpoint for part in parts for e in part.entries]
    if not names:
        st.info("Nothing of this work is known in that version.")
        return
    headings = {e.pinpoint: e.heading for part in parts for e in part.entries}
    here = str(target.top) if target and target.work == work.short else ""
    top = st.selectbox(
        "Article, annex or recital", names, index=names.index(here) if here in names else _first(names),
        format_func=lambda n: f"{n}  {headings[n]}", key="sources-top",
    )  # fmt: skip
    pinpoint = target if target and str(target.top) == top else parse_pinpoint(top)
    st.query_params["p"], st.query_params["v"] = str(pinpoint), version
    with st.expander("Contents"):
        for part in parts:
            rows = "".join(
                f'<li><a href="{html.escape(sources_link(e.pinpoint, version))}" target="_self">{html.escape(e.pinpoint)}</a> {html.escape(e.heading)}</li>'
                for e in part.entries
            )
            st.html(
                f"<details><summary>{html.escape(part.title)} ({len(part.entries)})</summary><ul>{rows}</ul></details>"
            )
    _article(work, parse_pinpoint(top), pinpoint, version)
    _around(names, top, version)


def _asked() -> Pinpoint | None:
    """The provision that the address names; a message where it names none that exists."""
    raw = st.query_params.get("p", "")
    if not raw:
        return None
    try:
        pinpoint = parse_pinpoint(raw)
        corpus = opened().corpus
        versions = corpus.works[pinpoint.work].versions
        if any(corpus.exists_in(raw, v.date) for v in versions):
            return pinpoint
    except (PinpointError, KeyError):
        pass
    st.warning(
        f"{plain(raw[:80])} is no provision of these works. Write it like Art. 5(1)(h) or LED Art. 11(1).",
        icon=":material/search_off:",
    )
    return None


def _version(column: st.delta_generator.DeltaGenerator, work: Work) -> str:
    dates = [v.date for v in reversed(work.versions)]
    asked = st.query_params.get("v", "")
    names = {v.date: v.note.split(";")[0] for v in work.versions}
    return column.selectbox(
        "Version", dates, index=dates.index(asked) if asked in dates else 0,
        format_func=lambda d: f"{d}{' · ' + names[d] if names[d] else ''}"[:60], key=f"sources-version-{work.short}",
    )  # fmt: skip


def _first(names: Sequence[str]) -> int:
    """Where reading begins: the first article, behind the recitals."""
    return next((n for n, name in enumerate(names) if "Recital" not in name), 0)


def _article(work: Work, top: Pinpoint, aimed: Pinpoint, version: str) -> None:
    corpus = opened().corpus
    heading = corpus.heading(top, version)
    st.subheader(f"{plain(str(top))} {plain(heading)}", anchor=False)
    entry = corpus.applies(aimed, version)
    name, colour = AUTHORITY[work.authority]
    bits = [f":{colour}-badge[{name}{', draft' if work.draft else ''}]", f":gray-badge[text of {version}]"]
    bits.append(f":gray-badge[{status_of(entry, work.authority, date.today(), draft=work.draft)}]")
    st.markdown(" ".join(bits))
    if entry and entry.open:
        st.caption(plain(entry.open))
    units = reader().units(top, version)
    if not units:
        if str(top) in corpus.digests:
            st.write(plain(corpus.digests[str(top)].text))
        elif not corpus.exists_in(str(top), version):
            st.info(f"{plain(str(top))} does not stand in the text of {version}.")
        else:
            st.info("The official text is not installed here; the link leads to it.")
    versions = [v.date for v in work.versions]
    compare = len(versions) > 1 and st.toggle("Show what changed between the versions", key="sources-compare")
    if compare:
        old, new = versions[0], versions[-1]
        st.caption(f"Underlined: new in the text of {new}. Struck: only in the text of {old}.")
        _changes(top, (old, new))
    else:
        held = opened().index.texts.get(str(aimed), version)
        if held and aimed != top:
            body = linked(held.text, reader().links(held.text, aimed, version), version)
            st.html(
                f'<div class="pinpoint-law" lang="en"><strong>{html.escape(str(aimed))}</strong>\n<mark>{body}</mark></div>'
            )
            st.caption(f"The whole of {plain(str(top))}:")
        shown = "".join(_unit(u, aimed, version) for u in units)
        st.html(f'<div lang="en">{shown}</div>')
    if url := work.url(top, version):
        st.markdown(f"[Open at {'EUR-Lex' if 'eur-lex' in url else 'the source'}]({url})")
    st.code(f"/{sources_link(str(aimed), version)}", language=None)
    _interpreted(top, aimed, version)


def _unit(unit: Provision, aimed: Pinpoint, version: str) -> str:
    """A paragraph or point: its label, its text with cross-references, marked where the address points into it."""
    pinpoint = parse_pinpoint(str(unit.pinpoint))
    text = unit.own if pinpoint == pinpoint.top and unit.own != unit.text else unit.text
    marked = ""
    if aimed != pinpoint and aimed.within(pinpoint) and pinpoint != pinpoint.top:
        held = opened().index.texts.get(str(aimed), version)
        marked = held.text if held else ""
    start = text.find(marked) if marked else -1
    whole = aimed == pinpoint and pinpoint != pinpoint.top
    body = linked(
        text, reader().links(text, pinpoint, version), version, (start, start + len(marked)) if start >= 0 else None
    )
    if whole:
        body = f"<mark>{body}</mark>"
    label = f'<a href="{html.escape(sources_link(str(pinpoint), version))}" target="_self" aria-label="Link to {html.escape(str(pinpoint))}">{html.escape(str(pinpoint))}</a>'
    heading = f" {html.escape(unit.heading)}" if pinpoint.section and not pinpoint.parts else ""
    return f'<div class="pinpoint-law" id="{html.escape(pinpoint.eid)}"><strong>{label}</strong>{heading}\n{body}</div>'


def linked(text: str, links: Sequence[Link], version: str, marked: tuple[int, int] | None = None) -> str:
    """A text as HTML with its cross-references as links and a stretch of it marked.

    >>> linked("see Art. 9 <b>", [Link(4, 10, "Art. 9")], "", (0, 3))
    '<mark>see</mark> <a href="sources?p=Art.+9" target="_self">Art. 9</a> &lt;b&gt;'
    """
    cuts = sorted({0, len(text), *(x for link in links for x in (link.start, link.end)), *(marked or ())})
    shown = ""
    for a, b in pairwise(cuts):
        piece = html.escape(text[a:b])
        for link in links:
            if link.start <= a and b <= link.end:
                piece = f'<a href="{html.escape(sources_link(link.pinpoint, version if _same(link, version) else ""))}" target="_self">{piece}</a>'
                break
        if marked and marked[0] <= a and b <= marked[1]:
            piece = f"<mark>{piece}</mark>"
        shown += piece
    return shown


def _same(link: Link, version: str) -> bool:
    """Whether a link stays in the work that has this version."""
    work = opened().corpus.works.get(parse_pinpoint(link.pinpoint).work) if version else None
    return work is not None and any(v.date == version for v in work.versions)


def _changes(top: Pinpoint, versions: tuple[str, str]) -> None:
    old, new = ({str(u.pinpoint) for u in reader().units(top, v)} for v in versions)
    order = [str(u.pinpoint) for v in reversed(versions) for u in reader().units(top, v)]
    if str(top) in old ^ new and old and new:  # one text has no paragraphs where the other has: the whole is compared
        order, old, new = [str(top)], {str(top)}, {str(top)}
    for name in dict.fromkeys(order):
        words = changed(reader(), name, versions)
        if words is None:
            st.info("Both texts must be installed to be compared.")
            return
        body = "".join(_diffed(kind, piece) for kind, piece in words)
        note = "" if name in old & new else (" (new)" if name in new else " (deleted)")
        same = all(kind == "same" for kind, _ in words)
        st.html(
            f'<div class="pinpoint-law"><strong>{html.escape(name)}{note}</strong>{" unchanged" if same else ""}\n{body}</div>'
        )


def _diffed(kind: str, words: str) -> str:
    escaped = html.escape(words)
    return {"same": f"{escaped} ", "gone": f"<del>{escaped}</del> ", "new": f"<ins>{escaped}</ins> "}[kind]


def _interpreted(top: Pinpoint, aimed: Pinpoint, version: str) -> None:
    """Recitals that explain it, what a recital explains, and the rules that rest on it."""
    recitals = reader().recitals(aimed)
    explains = reader().explains(str(top)) if top.kind == "recital" else []
    if recitals:
        with st.expander(f"Recitals that interpret {aimed} ({len(recitals)})"):
            for name in recitals:
                work = opened().corpus.works[parse_pinpoint(name).work]
                held = opened().index.texts.get(name, work.versions[-1].date)
                st.html(
                    f'<details><summary>{html.escape(name)}</summary><div class="pinpoint-law">{html.escape(held.text if held else "The text is not installed here.")}</div><a href="{html.escape(sources_link(name))}" target="_self">Open {html.escape(name)}</a></details>'
                )
    if explains:
        st.html(
            "<p>Explains: "
            + ", ".join(
                f'<a href="{html.escape(sources_link(n))}" target="_self">{html.escape(n)}</a>' for n in explains
            )
            + "</p>"
        )
    rules = reader().rules(aimed, version)
    if rules:
        with st.expander(f"Rules from {aimed} ({len(rules)})"):
            day = opened().corpus.works[aimed.work].version(version).since
            show(
                statements(
                    opened(),
                    [r.id for r in rules[:80]],
                    max(day, date.today()) if version == opened().corpus.works[aimed.work].versions[-1].date else day,
                )
            )


def _around(names: Sequence[str], top: str, version: str) -> None:
    at = list(names).index(top)
    left, right = st.columns(2)
    with left:
        if at:
            way("sources", f"Before: {names[at - 1]}", ":material/arrow_back:", p=names[at - 1], v=version)
    with right:
        if at + 1 < len(names):
            way("sources", f"Next: {names[at + 1]}", ":material/arrow_forward:", p=names[at + 1], v=version)


# -- searching ---------------------------------------------------------------------------------------------------


def _search() -> None:
    works = opened().corpus.works
    left, right = st.columns([3, 2])
    query = left.text_input(
        "Search",
        key="sources-query",
        max_chars=200,
        placeholder="a pinpoint, words of the text, or a question",
        value=st.query_params.get("q", ""),
    )
    work = right.selectbox("In", ["", *works], format_func=lambda w: w or "all works", key="sources-in")
    if not query.strip():
        return
    st.query_params["q"] = query
    found = reader().search(query, work, date.today())
    st.caption(
        f"{len(found)} provisions: named, found word for word, or near in meaning." if found else "Nothing was found."
    )
    rows = "".join(
        f'<li><a href="{html.escape(sources_link(name))}" target="_self">{html.escape(name)}</a> {html.escape(opened().corpus.heading(parse_pinpoint(name), works[parse_pinpoint(name).work].versions[-1].date))}<br><small>{html.escape(around)}</small></li>'
        for name, around in found
    )
    st.html(f'<ol class="pinpoint-said">{rows}</ol>')


# -- the taxonomy ------------------------------------------------------------------------------------------------


def _functions() -> None:
    functions = opened().corpus.functions.values()
    st.caption(
        f"{len(functions)} things that police use AI for, and where each falls under the Act. The map is our own."
    )
    only = st.pills("Falls", list(Falls), format_func=lambda f: f.label, key="functions-falls")
    for group in dict.fromkeys(f.group for f in functions):
        mine = [f for f in functions if f.group == group and only in {None, f.falls}]
        if mine:
            st.markdown(f"#### {plain(group)}")
        for f in mine:
            with st.expander(f"{plain(f.function)}: {f.falls.label}"):
                st.caption("Such as: " + "; ".join(plain(e) for e in f.examples) + ".")
                if f.depends_on:
                    st.write(plain(f.depends_on))
                show(statements(opened(), f.rules, date.today()))
                st.html(
                    " ".join(
                        f'<a href="?{html.escape(urlencode({"view": "Read", "p": p}))}" target="_self">{html.escape(p)}</a>'
                        for p in f.provisions
                    )
                )
