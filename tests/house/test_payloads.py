"""What may be left out between the SDK and our workflows, because nothing of ours asks for it."""

from adapters.temporal import DATA_CONVERTER


def test_no_codec_and_no_store_asks_what_a_payload_belongs_to() -> None:
    """``adapters/timely.py`` tells nobody: whoever adds one of these lets it ask the workflow again."""
    assert DATA_CONVERTER.payload_codec is None
    assert DATA_CONVERTER.external_storage is None
