"""Reports as documents: a paper of plain texts in, HTML, PDF or Word out."""

from adapters.documents.paper import Chapter, Paper, Signature, Table
from adapters.documents.printing import FORMATS, Busy, Format, NoPango, Printer, TooSlow

__all__ = ["FORMATS", "Busy", "Chapter", "Format", "NoPango", "Paper", "Printer", "Signature", "Table", "TooSlow"]
