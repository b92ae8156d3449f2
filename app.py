"""The page list. Run by `make run`, or: streamlit run app.py"""

import streamlit as st

from assistant.ui import ask_page

st.set_page_config(
    page_title="Pinpoint", page_icon=":material/push_pin:", layout="centered", initial_sidebar_state="collapsed"
)
st.navigation(
    [st.Page(ask_page.render, title="Ask", icon=":material/forum:", url_path="ask", default=True)], position="top"
).run()
