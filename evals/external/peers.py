"""Stock pipelines of two peers, for comparison: installed by the extra `peers`, left out where they are not.

Both get the same vectors of the same embedding model, so that what differs is how they cut, store, search and fuse.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from assistant.vectors import Vector

Search = Callable[[str, int], list[str]]


def llama_index_search(
    ids: Sequence[str], texts: Sequence[str], vectors: Vector, queries: Mapping[str, Vector]
) -> Search | None:
    """LlamaIndex: its default vector index over passages with their vectors."""
    try:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.embeddings import MockEmbedding
        from llama_index.core.schema import QueryBundle, TextNode
    except ImportError:
        return None
    nodes = [
        TextNode(id_=i, text=t, embedding=[float(x) for x in v]) for i, t, v in zip(ids, texts, vectors, strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=vectors.shape[1]))  # all vectors are given

    def search(question: str, k: int) -> list[str]:
        retriever = index.as_retriever(similarity_top_k=k)
        asked = QueryBundle(question, embedding=[float(x) for x in queries[question]])
        return [found.node.node_id for found in retriever.retrieve(asked)]

    return search


def haystack_search(
    ids: Sequence[str], texts: Sequence[str], vectors: Vector, queries: Mapping[str, Vector]
) -> Search | None:
    """Haystack: its in-memory store, BM25 and embedding retrievers joined by reciprocal rank fusion, as its tutorial has it."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    try:
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
    except ImportError:
        return None
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    rows = zip(ids, texts, vectors, strict=True)
    store.write_documents([Document(id=i, content=t, embedding=[float(x) for x in v]) for i, t, v in rows])
    words, meaning = InMemoryBM25Retriever(store), InMemoryEmbeddingRetriever(store)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(question: str, k: int) -> list[str]:
        by_words = words.run(query=question, top_k=k)["documents"]
        by_meaning = meaning.run(query_embedding=[float(x) for x in queries[question]], top_k=k)["documents"]
        return [d.id for d in joiner.run(documents=[by_words, by_meaning])["documents"]][:k]

    return search
