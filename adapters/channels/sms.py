"""What every SMS provider asks for: a number with its country, an approved template, short parameters."""

import re
from typing import NamedTuple

from activities.ports import NotHandedOver
from adapters.messages import Rendered
from adapters.settings import Settings
from domain.company import Person

_MOBILE = re.compile(r"1[0-9]{10}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}")


class Template(NamedTuple):
    """The approved template by language, what fills it, and how long a parameter may be."""

    chinese: str
    english: str
    parameters: tuple[str, ...]
    length: int

    def code(self, recipient: Person) -> str:
        """Return the template in the recipient's language."""
        return self.chinese if recipient.language == "zh-CN" else self.english

    def fill(self, text: Rendered) -> dict[str, str]:
        """Return the parameters by name, in the template's order; a token that is cut would open nothing."""
        return {
            name: text.facts[name] if name == "token" else self._short(text.facts[name]) for name in self.parameters
        }

    def _short(self, value: str) -> str:
        return value if len(value) <= self.length else f"{value[: self.length - 1]}…"


def template(settings: Settings, chinese: str, english: str | None) -> Template:
    """Return the template as an installation is set up."""
    return Template(chinese, english or chinese, tuple(settings.sms_parameters), settings.sms_parameter_length)


def number(address: str, channel: str) -> str:
    """Return a phone number in E.164; eleven digits are a mobile number of the mainland."""
    dialled = re.sub(r"[ -]", "", address)
    if _MOBILE.fullmatch(dialled):
        return f"+86{dialled}"
    if _INTERNATIONAL.fullmatch(dialled):
        return dialled
    raise NotHandedOver(f"{channel}: the address must be a phone number such as +8613800000000", is_final=True)
