"""An answer as Markdown, for copying and downloading."""

from __future__ import annotations

from assistant.answer import Answer, source_label


def as_markdown(answer: Answer) -> str:
    """The answer with its sources, quotations and links; special characters of the texts are escaped."""
    lines = [
        f"# {_plain(answer.question)}",
        "",
        f"As of {answer.as_of.isoformat()}, AI Act text of {answer.version}.",
        "",
    ]
    lines += [f"> {_plain(w.text)}" for w in answer.warnings] + ([""] if answer.warnings else [])
    lines += [f"{_plain(s.text)} {answer.marks(s).replace('[', chr(92) + '[')}\n" for s in answer.statements]
    lines += ["## Sources", ""]
    for n, c in enumerate(answer.citations, 1):
        link = f" <{c.url}>" if c.url else ""
        lines.append(f"{n}. **{c.pinpoint}** ({source_label(c)}; {c.status}){link}")
        if c.quote:
            lines.append(f"   > {_plain(c.quote)}")
    lines += ["", "Guidance, not legal advice."]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$" else c for c in text)
    return " ".join(escaped.split())
