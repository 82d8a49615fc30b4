"""A gap in readiness as a sentence."""

from adapters.i18n import Translator
from adapters.i18n.formats import instant
from domain.company import Company
from domain.readiness import SENTENCES, Gap
from domain.text import N_


def sentence(gap: Gap, company: Company | None, _: Translator, zone: str) -> str:
    """Say what is missing, from when until when, and why people do not count."""
    names = _Names(company, _)
    about = {
        "post": str(gap.post or ""),
        "system": names.system(gap.system),
        "person": names.person(gap.person),
        "principal": names.person(gap.principal),
        "channel": gap.channel or "",
        "year": gap.year or "",
        "count": gap.count or 0,
        "needed": gap.needed or 0,
        "runbook": names.runbook(gap.runbook),
    }
    parts = [_(SENTENCES[gap.kind], **about), _when(gap, _, zone)]
    if gap.without:
        absent = [_.noted(names.person(person), _.word(why)) for person, why in gap.without.items()]
        parts.append(_(N_("Not counted: {people}."), people=("、" if _.language == "zh-CN" else ", ").join(absent)))
    return " ".join(part for part in parts if part)


def _when(gap: Gap, _: Translator, zone: str) -> str:
    if gap.ends:
        return _(N_("From {starts} to {ends}."), starts=instant(gap.starts, _, zone), ends=instant(gap.ends, _, zone))
    return _(N_("Since or from {starts}."), starts=instant(gap.starts, _, zone))


class _Names:
    def __init__(self, company: Company | None, _: Translator) -> None:
        self._company = company
        self._ = _

    def person(self, person_id: str | None) -> str:
        person = self._company.person(person_id) if self._company and person_id else None
        if person is None:
            return person_id or ""
        return person.name if self._.language == "zh-CN" else person.name_en

    def system(self, system_id: str | None) -> str:
        system = self._company.system(system_id) if self._company and system_id else None
        return system.name.in_language(self._.language) if system else system_id or ""

    def runbook(self, ref: str | None) -> str:
        book = self._company.runbook(ref.partition("@")[0]) if self._company and ref else None
        return self._.noted(book.title.in_language(self._.language), ref or "") if book else ref or ""
