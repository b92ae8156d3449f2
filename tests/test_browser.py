"""The pages in a real browser: by keyboard alone, with axe-core, and on a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest
from browser import axe_source, browser, needs_browser, serious, settled, until, visit

pytestmark = [pytest.mark.browser, needs_browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

PAGES = {  # address: words that show when the page is drawn
    "ask": "Try one of these", "assess": "plain questions", "worksheets": "our own", "worksheets?form=risk": "toolkit",
    "worksheets?form=readiness": "toolkit", "worksheets?form=transparency": "our own", "roadmap": "2 December 2027",
    "practise?scenario=sc-hot-spots": "Your decision", "practise?scenario=sc-hot-spots&mode=Presenter": "1 of",
    "practise?scenario=sc-hot-spots&mode=Staged+hallucination": "The claim",
    "practise?scenario=sc-hot-spots&mode=Hand-out": "PDF", "primers": "Art. ",
    "sources?p=Art.+5%281%29%28h%29": "Rules from", "sources?view=Uses+of+AI": "60 things", "evaluate": "Make a run",
}  # fmt: skip


def test_no_page_has_a_serious_barrier(address: str) -> None:
    if axe_source() is None:
        pytest.skip("axe-core is not installed (make test installs it)")
    with browser() as driven:
        found = {}
        for url, words in PAGES.items():
            visit(driven, f"{address}/{url}")
            settled(driven, words)
            if faults := serious(driven):
                found[url] = faults
        assert found == {}
        driven.execute_script("document.body.insertAdjacentHTML('beforeend', '<img src=x><button></button>')")
        assert len(serious(driven)) == 2, "the checker would have seen them"


def test_no_page_sticks_out_on_a_narrow_screen(address: str) -> None:
    with browser(390) as driven:
        for url, words in PAGES.items():
            visit(driven, f"{address}/{url}")
            settled(driven, words)
            wide = driven.execute_script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, url


def press(driven: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driven).send_keys(*keys).perform()


def tab_to(driven: Any, matches: str, most: int = 120) -> None:
    """Press Tab until the element with the focus matches: JavaScript over `e`, the element."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(most):
        press(driven, Keys.TAB)
        if driven.execute_script(f"const e = document.activeElement; return Boolean({matches})"):
            return
    raise AssertionError(f"Tab never reaches {matches}")


def test_a_system_is_assessed_by_keyboard_and_survives_a_reload(address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    with browser() as driven:
        visit(driven, f"{address}/assess")
        settled(driven, "Name of the system")
        tab_to(driven, "e.tagName === 'INPUT' && (e.getAttribute('aria-label') || '').startsWith('Name of')")
        press(driven, "Keyboard van", Keys.ENTER)
        settled(driven, "Who will use it?")
        tab_to(driven, "e.tagName === 'INPUT' && (e.getAttribute('aria-label') || '').includes('Who will use it')")
        press(driven, "Police")
        press(driven, Keys.ENTER, Keys.ESCAPE)
        tab_to(
            driven, "e.tagName === 'INPUT' && (e.getAttribute('aria-label') || '').includes('What is it meant to do')"
        )
        press(driven, "Build or grow")
        press(driven, Keys.ENTER, Keys.ESCAPE)
        settled(driven, "So far: Prohibited")
        tab_to(driven, "e.getAttribute('role') === 'tab'")
        press(driven, Keys.ARROW_RIGHT)
        press(driven, Keys.ENTER)
        settled(driven, "Untargeted scraping")
        driven.refresh()
        assert "Keyboard van" in settled(driven, "So far: Prohibited"), "nothing is lost on a reload"


def test_a_presenter_steps_with_the_arrow_keys(address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    with browser() as driven:
        visit(driven, f"{address}/practise?scenario=sc-hot-spots&mode=Presenter")
        settled(driven, "1 of")
        press(driven, Keys.ARROW_RIGHT)
        settled(driven, "2 of")
        press(driven, Keys.ARROW_LEFT)
        settled(driven, "1 of")
        size = driven.execute_script("return getComputedStyle(document.querySelector('.pinpoint-big p')).fontSize")
        assert float(size.removesuffix("px")) >= 22, "large type"


def test_a_cross_reference_is_followed_by_keyboard(address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    with browser() as driven:
        visit(driven, f"{address}/sources?p=Art.+26%289%29")
        settled(driven, "Art. 26(9)")
        tab_to(driven, "e.tagName === 'A' && e.textContent === 'Article 27' && e.href.includes('LED')", 200)
        press(driven, Keys.ENTER)
        until(driven, lambda b: "LED" in b.current_url)
        assert "LED Art. 27" in settled(driven, "Rules from LED Art. 27")


def test_html_in_saved_work_is_not_executed(address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    with browser() as driven:
        visit(driven, f"{address}/assess")
        settled(driven, "Name of the system")
        tab_to(driven, "e.tagName === 'INPUT' && (e.getAttribute('aria-label') || '').startsWith('Name of')")
        press(driven, "<img src=x onerror=\"document.title='owned'\">", Keys.ENTER)
        assert "onerror" in settled(driven, "Who will use it?"), "it is shown as text"
        assert driven.title != "owned" and "<img src=x" not in driven.page_source.replace("&lt;", "&lt; ")
