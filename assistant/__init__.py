"""Pinpoint: answers about AI in policing, every sentence tied to a provision.

from assistant import Assistant
Assistant.open().ask("May we search recorded images for a suspect's face?")
"""

from assistant.answer import Answer, Citation, Outcome, Reason, Refusal, Statement, to_json
from assistant.ask import Assistant, parse_day
from assistant.errors import BrokenInstallation, Misuse, PinpointFault
from assistant.settings import Settings, settings

__all__ = [
    "Answer", "Assistant", "BrokenInstallation", "Citation", "Misuse", "Outcome", "PinpointFault", "Reason", "Refusal",
    "Settings", "Statement", "parse_day", "settings", "to_json",
]  # fmt: skip
