"""What every page uses: the one assistant of the process, and text made harmless for Markdown."""

from __future__ import annotations

import re

import streamlit as st

from assistant.ask import Assistant


@st.cache_resource(show_spinner="Opening the law …")
def opened() -> Assistant:
    """The assistant, opened once for all pages and sessions."""
    return Assistant.open()


def plain(text: str) -> str:
    r"""Text for a Markdown widget, with what Markdown and Streamlit would read as markup made harmless.

    >>> plain("a *b* [c](d) :red[e] $f$")
    'a \\*b\\* \\[c\\](d) \\:red\\[e\\] \\$f\\$'
    """
    return re.sub(r"([\\`*_\[\]<>#$:~|])", r"\\\1", text)
