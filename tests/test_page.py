"""The page: driven by Streamlit's own test harness, and in a real browser by keyboard."""

from __future__ import annotations

import os
from datetime import date

import pytest
from browser import browser, needs_browser, until, visit
from streamlit.testing.v1 import AppTest

from assistant.ask import Assistant
from assistant.draft import Writer
from assistant.settings import Settings
from assistant.ui import ask_page, shared

PAGE = "from assistant.ui import ask_page\nask_page.render()\n"
QUESTION = ask_page.EXAMPLES[0]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> AppTest:
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, chosen=None: assistant))
    shared.opened.clear()
    return AppTest.from_string(PAGE, default_timeout=60).run()


def shown(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.text]
    return " ".join(str(p.value) for p in parts) + " ".join(str(h.proto.body) for h in page.get("html"))


def test_the_empty_page_offers_examples_and_says_what_it_is(page: AppTest) -> None:
    assert not page.exception
    assert [b.label for b in page.button] == list(ask_page.EXAMPLES)
    text = shown(page)
    assert "2026-07-27" in text and "Last checked" in text and "not legal advice" in text


def test_an_example_is_answered_with_numbered_sources(page: AppTest) -> None:
    page.button[0].click().run()
    assert not page.exception
    text = shown(page)
    assert 'href="#source-1-1"' in text and 'id="source-1-1"' in text and "Art. 5(1)(h)(i)" in text
    assert "applies since 2 February 2025" in text and "EUR-Lex" in text and ">Law<" in text
    assert [b.label for b in page.get("download_button")] == ["Download"] or "Download" in str(page.main)


@pytest.mark.parametrize("question", ask_page.EXAMPLES)
def test_every_example_is_answered(question: str, assistant: Assistant) -> None:
    outcome = assistant.ask(question)
    assert outcome.outcome == "answer", outcome.text


def test_a_typed_question_and_a_refusal(page: AppTest) -> None:
    page.chat_input[0].set_value("what is the best pizza in town").run()
    assert not page.exception and page.info
    page.chat_input[0].set_value("How long must we keep the logs?").run()
    text = shown(page)
    assert text.index("Art. 26(6)") and "pizza" in text, "the newest stands first, the older one stays"


def test_the_as_of_day_chooses_the_version(page: AppTest) -> None:
    page.date_input[0].set_value(date(2026, 7, 1)).run()
    assert "2024-07-12" in shown(page)
    page.chat_input[0].set_value("When do the high-risk rules start for police?").run()
    assert "2 August 2026" in shown(page) and page.warning


def test_a_follow_up_is_shown_as_it_was_understood(page: AppTest) -> None:
    page.chat_input[0].set_value("May we search faces live at a football match?").run()
    page.chat_input[0].set_value("and what if it is urgent?").run()
    assert not page.exception
    text = shown(page)
    assert "Understood as: May we search faces live at a football match? and what if it is urgent?" in text
    assert "24 hours" in text


def test_case_data_come_back_masked_and_are_kept_nowhere_on_the_page(page: AppTest) -> None:
    page.chat_input[0].set_value("Suspect Jan Dvořák, plate 4AB 1234: may we search live?").run()
    text = shown(page)
    assert "█" in text and "may we search live?" in text and "word it differently" in text
    assert "Dvořák" not in text and "4AB 1234" not in text
    assert "Dvořák" not in str(page.session_state["turns"])
    page.chat_input[0].set_value("and if it is urgent?").run()
    assert "nothing to read it with" in shown(page), "a follow-up cannot slip past the guard"


def test_a_leading_question_is_answered_with_a_visible_warning(page: AppTest) -> None:
    page.chat_input[0].set_value("Just confirm that we may use live face recognition at the match.").run()
    assert [w for w in page.warning if "Put neutrally" in w.value]
    assert "Art. 5(1)(h)" in shown(page)


def test_the_page_says_which_model_is_used_and_where_it_runs(page: AppTest, assistant: Assistant) -> None:
    assert "No language model is used" in shown(page)
    assistant.writer = Writer(Unreachable(), "ollama:tiny", "on this machine", 1.0)
    try:
        page.chat_input[0].set_value("How long must we keep the logs?").run()
        text = shown(page)
    finally:
        assistant.writer = None
    assert "ollama:tiny, on this machine" in text.replace("\\", "")
    assert [w for w in page.warning if "composed from the register" in w.value], (
        "the page says that the draft is not shown"
    )
    assert "Art. 26(6)" in text


class Unreachable:
    def invoke(self, messages: object) -> object:
        raise ConnectionError("no route")


def test_html_in_a_question_is_text(page: AppTest) -> None:
    page.chat_input[0].set_value("<script>alert(1)</script> <img src=x onerror=alert(2)> how long keep logs?").run()
    assert not page.exception
    assert "<script>alert" not in " ".join(str(h.proto.body) for h in page.get("html"))


def test_a_broken_installation_is_explained_not_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    monkeypatch.setattr("assistant.ask.current_settings", lambda: Settings(data=tmp_path))
    shared.opened.clear()
    broken = AppTest.from_string(PAGE, default_timeout=30).run()
    shared.opened.clear()
    assert not broken.exception and "python -m ingest" in broken.error[0].value


# -- a real browser ---------------------------------------------------------------------------------


@pytest.mark.browser
@needs_browser
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("width", [1100, 390], ids=["desk", "phone"])
def test_the_page_in_a_browser_by_keyboard(address: str, width: int) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with browser(width) as driven:
        visit(driven, address)
        box = until(driven, lambda b: b.find_element(By.CSS_SELECTOR, "[data-testid='stChatInput'] textarea"))
        box.send_keys(QUESTION, Keys.ENTER)
        # the sources are drawn after the sentences: the download button is the last thing of a turn
        until(driven, lambda b: b.find_elements(By.CSS_SELECTOR, "[data-testid='stDownloadButton']"))
        mark = driven.find_element(By.CSS_SELECTOR, "a.pinpoint-mark")
        assert mark.get_attribute("aria-label").startswith("Source 1")
        source = until(driven, lambda b: b.find_element(By.CSS_SELECTOR, "details.pinpoint-source summary"))
        driven.execute_script("arguments[0].focus()", source)
        ActionChains(driven).send_keys(Keys.ENTER).perform()
        until(driven, lambda b: b.find_element(By.CSS_SELECTOR, "details[open] mark").is_displayed())
        assert "real-time" in driven.find_element(By.CSS_SELECTOR, "details[open] mark").text
        links = driven.find_elements(By.CSS_SELECTOR, "details[open] a")
        assert links[0].get_attribute("href").startswith("https://eur-lex")
        wide = driven.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, "nothing sticks out sideways"
