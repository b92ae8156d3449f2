"""Our retriever behind LangChain's interface, for programs that are built on LangChain.

Inside, documents are typed values; LangChain's `Document` appears at this edge only.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.ask import Assistant


class ProvisionRetriever(BaseRetriever):
    """Ranked provisions as LangChain documents.

    `page_content` is the official text, or empty where it is not installed; `metadata` holds
    "pinpoint", "work", "version", "score" and "url".
    """

    assistant: Any
    k: int = 10
    as_of: date | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        assistant: Assistant = self.assistant
        day = self.as_of or date.today()
        documents = []
        for pinpoint, score in assistant.search(query, k=self.k, as_of=day):
            work = assistant.corpus.works[pinpoint.work]
            version = work.version_at(day).date
            provision = assistant.index.texts.get(str(pinpoint), version)
            metadata = {
                "pinpoint": str(pinpoint),
                "work": work.short,
                "version": version,
                "score": score,
                "url": work.url(pinpoint, version),
            }
            documents.append(Document(page_content=provision.text if provision else "", metadata=metadata))
        return documents
