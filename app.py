"""The page list. Run by `make run`, or: streamlit run app.py"""

from functools import partial

import streamlit as st

from assistant.ui import (
    ask_page,
    assess_page,
    practise_page,
    primers_page,
    roadmap_page,
    sources_page,
    worksheets_page,
)
from assistant.ui.shared import PAGES
from evals import page as evaluate_page

st.set_page_config(
    page_title="Pinpoint", page_icon=":material/push_pin:", layout="centered", initial_sidebar_state="collapsed"
)
evaluate = st.Page(evaluate_page.render, title="Evaluate", icon=":material/fact_check:", url_path="evaluate")
pages = {
    "ask": st.Page(
        partial(ask_page.render, evaluate), title="Ask", icon=":material/forum:", url_path="ask", default=True
    ),
    "assess": st.Page(assess_page.render, title="Assess", icon=":material/rule:", url_path="assess"),
    "worksheets": st.Page(
        worksheets_page.render, title="Worksheets", icon=":material/edit_document:", url_path="worksheets"
    ),
    "roadmap": st.Page(roadmap_page.render, title="Roadmap", icon=":material/timeline:", url_path="roadmap"),
    "practise": st.Page(practise_page.render, title="Practise", icon=":material/school:", url_path="practise"),
    "primers": st.Page(primers_page.render, title="Primers", icon=":material/article:", url_path="primers"),
    "sources": st.Page(sources_page.render, title="Sources", icon=":material/menu_book:", url_path="sources"),
    "evaluate": evaluate,
}
st.session_state[PAGES] = pages
st.navigation(list(pages.values()), position="top").run()
