"""The settings: environment variables `PINPOINT_*`, or the same names in `pinpoint.toml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from assistant.errors import Misuse

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an installation may choose. The README lists the same names; a test compares them.

    >>> Settings(data=Path("/srv/pinpoint")).index_folder
    PosixPath('/srv/pinpoint/index')
    """

    model_config = SettingsConfigDict(env_prefix="PINPOINT_", toml_file="pinpoint.toml", extra="forbid", frozen=True)

    data: Path = Field(ROOT / "data", description="where the index, the official texts and the records live")
    originals: Path | None = Field(None, description="folder with official texts already downloaded")
    corpus: Path = Field(ROOT / "corpus", description="folder with the manifest, the register and the other data")
    chroma_url: str = Field("", description="a Chroma server such as http://localhost:8000; empty: embedded store")
    embedder: str = Field("", description="folder of another sentence-transformers model; empty: all-MiniLM-L6-v2")
    publications_url: str = Field(
        "http://publications.europa.eu",
        description="where official texts are fetched from: the Publications Office or a mirror",
    )
    model: str = Field("", description="a LangChain chat model such as ollama:llama3.2, or gguf:smollm2; empty: none")
    model_url: str = Field("", description="base URL of that model's server, where it is not the provider's own")
    model_seconds: float = Field(20, gt=0, description="how long a model may take for one answer, in seconds")
    nli: str = Field("", description="folder of a local entailment cross-encoder that also judges drafts; empty: none")
    record: bool = Field(True, description="keep the hash-chained record of questions and answers")

    @property
    def index_folder(self) -> Path:
        """Where built indexes stand, one folder each, with a pointer to the one in use."""
        return self.data / "index"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then `pinpoint.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@cache
def settings() -> Settings:
    """The settings of this process. Raises `Misuse` when one has no usable value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "PINPOINT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Misuse(f"The setting {name} cannot be used: {first['msg']}.", "The README lists the settings.") from error
    except ValueError as error:
        raise Misuse(f"pinpoint.toml cannot be read: {error}.", "Mend it or remove it.") from error
