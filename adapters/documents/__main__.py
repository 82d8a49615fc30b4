"""A process that writes one document: ``python -m adapters.documents pdf|docx``, paper on standard input, file out."""

import sys

from adapters.documents import pdf, word
from adapters.documents.paper import Paper
from adapters.documents.printing import WITHOUT_PANGO


def main() -> int:
    """Write what was asked for and return the exit code."""
    paper = Paper.model_validate_json(sys.stdin.buffer.read())
    try:
        written = pdf.write(paper) if sys.argv[1] == "pdf" else word.write(paper)
    except pdf.CannotPrint as error:
        sys.stderr.write(f"{error}\n")
        return WITHOUT_PANGO
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
