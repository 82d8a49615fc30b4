"""Every setting is documented."""

from adapters.settings import Settings
from tools.configuration_page import PAGE, page, variable


def test_the_page_is_what_the_settings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.configuration_page"


def test_every_setting_says_what_it_is() -> None:
    silent = [variable(name, field) for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []
