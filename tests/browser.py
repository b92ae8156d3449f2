"""A real browser for the tests of pages: Chromium, headless, driven by keyboard, with axe-core to look for barriers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="no Chromium with chromedriver on this machine")


@contextmanager
def browser(width: int = 1100, height: int = 1000) -> Iterator[Any]:
    """A headless Chromium of a width in pixels."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     f"--window-size={width},{height}"):  # fmt: skip
        options.add_argument(argument)
    options.binary_location = str(BROWSER)
    driven = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=str(DRIVER)))
    try:
        yield driven
    finally:
        driven.quit()


def visit(driven: Any, url: str) -> None:
    """Open an address; the server may still be starting."""
    for _ in range(120):
        try:
            driven.get(url)
            return
        except Exception:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")


def until(driven: Any, found: Callable[[Any], Any], seconds: int = 60) -> Any:
    """Wait for something on the page."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driven, seconds).until(found)


def settled(driven: Any, words: str, seconds: int = 60) -> str:
    """Wait until the page shows some words and has stopped drawing; its text."""
    from selenium.webdriver.common.by import By

    def shown(b: Any) -> str | bool:
        running = b.find_elements(By.CSS_SELECTOR, "[data-testid='stStatusWidget'], [data-testid='stSpinner']")
        text = b.find_element(By.TAG_NAME, "body").text
        return text if words in text and not running else False

    return str(until(driven, shown, seconds))


def axe_source() -> str | None:
    """The script of axe-core, from the package that carries it; none where it is not installed."""
    spec = find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        return None
    return (Path(next(iter(spec.submodule_search_locations))) / "axe.min.js").read_text("utf-8")


def serious(driven: Any) -> list[str]:
    """What axe-core finds that is serious or critical on the page as it stands: rule, impact and the first places."""
    source = axe_source()
    assert source, "axe-playwright-python is not installed"
    driven.execute_script(source)
    result = driven.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run(document, {resultTypes: ['violations']}).then(done)"
    )
    return [
        f"{v['id']} ({v['impact']}): {[n['html'][:120] for n in v['nodes'][:3]]}"
        for v in result["violations"] if v["impact"] in {"serious", "critical"}
    ]  # fmt: skip
