"""What every page uses: the one assistant of the process, its aids, ways to other pages, and text made harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from assistant.aids.assess import Scheme, load_scheme
from assistant.aids.data import Aids, load_aids
from assistant.aids.describe import Describer
from assistant.aids.reader import Reader
from assistant.aids.saved import Shelf
from assistant.ask import Assistant
from assistant.errors import PinpointFault

PAGES = "pinpoint_pages"  # where the session keeps its pages, by name


@st.cache_resource(show_spinner="Opening the law …")
def opened() -> Assistant:
    """The assistant, opened once for all pages and sessions."""
    return Assistant.open()


@st.cache_resource(show_spinner=False)
def aids() -> Aids:
    """Scenarios, worksheets, primers, the roadmap: read and checked once."""
    return load_aids(opened().settings.corpus, opened().corpus)


@st.cache_resource(show_spinner=False)
def scheme() -> Scheme:
    """The questions and findings of the assessment."""
    return load_scheme(opened().settings.corpus, opened().corpus)


@st.cache_resource(show_spinner=False)
def describer() -> Describer:
    """What reads descriptions of systems."""
    return Describer(opened(), scheme())


@st.cache_resource(show_spinner=False)
def reader() -> Reader:
    """The works, to be read."""
    return Reader(opened(), aids())


def explained(draw: Callable[[], None]) -> Callable[[], None]:
    """A page that says what is wrong and what to do, where it would have ended in a traceback."""

    @wraps(draw)
    def drawn() -> None:
        try:
            draw()
        except PinpointFault as fault:
            st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")

    return drawn


def shelf() -> Shelf:
    """The saved worksheets."""
    return Shelf(opened().settings.data)


def go(page: str, **query: str) -> None:
    """Leave for another page of the app, by its name."""
    st.switch_page(_page(page) or f"{page}.py", query_params=query)


def way(page: str, label: str, icon: str | None = None, **query: str) -> None:
    """A link to another page of the app; the session goes with it."""
    if known := _page(page):
        st.page_link(known, label=plain(label), icon=icon, query_params=query)
    else:  # a page drawn by itself, without the app around it
        st.markdown(f"[{plain(label)}]({page}?{urlencode(query)})")


def _page(name: str) -> StreamlitPage | None:
    pages: dict[str, StreamlitPage] = st.session_state.get(PAGES, {})
    return pages.get(name)


def plain(text: str) -> str:
    r"""Text for a Markdown widget, with what Markdown and Streamlit would read as markup made harmless.

    >>> plain("a *b* [c](d) :red[e] $f$")
    'a \\*b\\* \\[c\\](d) \\:red\\[e\\] \\$f\\$'
    """
    return re.sub(r"([\\`*_\[\]<>#$:~|])", r"\\\1", text)
