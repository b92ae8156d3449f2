"""The page list. Run by `make run`, or: streamlit run app.py"""

from functools import partial

import streamlit as st

from assistant.ui import ask_page
from evals import page as evaluate_page

st.set_page_config(
    page_title="Pinpoint", page_icon=":material/push_pin:", layout="centered", initial_sidebar_state="collapsed"
)
evaluate = st.Page(evaluate_page.render, title="Evaluate", icon=":material/fact_check:", url_path="evaluate")
ask = st.Page(partial(ask_page.render, evaluate), title="Ask", icon=":material/forum:", url_path="ask", default=True)
st.navigation([ask, evaluate], position="top").run()
