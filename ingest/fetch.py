"""Obtaining official texts: an originals folder first, then the Publications Office.

The Publications Office serves an act by content negotiation: `GET /resource/celex/{CELEX}` with
`Accept: application/xhtml+xml` and `Accept-Language: eng`, which redirects to the file
(Publications Office, "Cellar: the end-user manual", section on content negotiation).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from assistant.register import File

TIMEOUT = httpx.Timeout(30.0, connect=4.0)  # seconds; a missing network must fail fast
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Obtained:
    """One file: where it is, or why it could not be had. `path` is `None` when it is missing."""

    file: File
    path: Path | None
    source: str
    problem: str = ""


class Offline(Exception):
    """No connection to the Publications Office could be made: asking for more files is no use."""


def obtain(file: File, originals: Path | None, cache: Path, base_url: str, *, online: bool = True) -> Obtained:
    """Find or fetch one file and check it.

    A file whose sha256 differs from the manifest's is never used: it is cut off or altered, or the
    act has changed and the manifest must be reviewed. Raises `Offline` when no connection can be made.
    """
    problem = ""
    for folder, name in ((originals, "the originals folder"), (cache, "the cache")):
        if folder is None or not (folder / file.name).is_file():
            continue
        fault = _fault((folder / file.name).read_bytes(), file)
        if not fault:
            return Obtained(file, folder / file.name, name)
        problem = f"{folder / file.name}: {fault}"
    if not file.celex or not online:
        reason = "the Publications Office does not serve it" if not file.celex else "there is no network"
        return Obtained(file, None, "", problem or f"{file.name} is in no originals folder and {reason}")
    try:
        data = _download(f"{base_url.rstrip('/')}/resource/celex/{file.celex}")
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Offline(f"no connection to {base_url}: {error}") from error
    except httpx.HTTPError as error:
        return Obtained(file, None, "", problem or f"{file.celex}: {base_url} answered: {error}")
    if fault := _fault(data, file):
        return Obtained(file, None, "", f"{file.celex} from {base_url}: {fault}")
    write_atomically(cache / file.name, data)
    return Obtained(file, cache / file.name, base_url)


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the target and rename, so that a reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _fault(data: bytes, file: File) -> str:
    if file.sha256 and (found := hashlib.sha256(data).hexdigest()) != file.sha256:
        cut = "" if data.rstrip().endswith((b"</html>", b"}")) else " It is cut off."
        return f"sha256 {found[:12]}… is not the {file.sha256[:12]}… of the manifest.{cut} Fetch it again or review the manifest."
    return ""


def _download(url: str) -> bytes:
    headers = {"Accept": "application/xhtml+xml", "Accept-Language": "eng"}
    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(0.3, max=5),
        reraise=True,
        retry=retry_if_exception(_worth_a_retry),
    )
    return retrying(_get, url, headers)


def _get(url: str, headers: dict[str, str]) -> bytes:
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
        response = client.get(url, headers=headers)
    response.raise_for_status()
    length = response.headers.get("content-length")
    if length and response.headers.get("content-encoding") is None and int(length) != len(response.content):
        raise httpx.ReadError(f"{len(response.content)} of {length} bytes arrived")
    return response.content


def _worth_a_retry(error: BaseException) -> bool:
    """Broken transfers and busy servers are tried again; a refused connection or a 404 is final."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in {429, 500, 502, 503, 504}
    return isinstance(error, httpx.TransportError) and not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
