"""The texts of messages: one folder per template with subject.txt and body.txt, in the recipient's language."""

from adapters.messages.rendering import TEMPLATES, Letterhead, Rendered, render

__all__ = ["TEMPLATES", "Letterhead", "Rendered", "render"]
