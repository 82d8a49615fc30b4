"""The texts of messages: one folder per template with subject.txt and body.txt, in the recipient's language."""

from adapters.messages.rendering import BESIDE_INCIDENTS, TEMPLATES, Letterhead, Rendered, render

__all__ = ["BESIDE_INCIDENTS", "TEMPLATES", "Letterhead", "Rendered", "render"]
