"""Nobody reads an id: every question that can be asked has a name in both languages, and so has what was left open."""

import pytest

from adapters.i18n import LANGUAGES, translator
from api.names import called, called_of_measure
from api.sentences import sentence
from domain import events as ev
from domain.answers import _ANSWERS
from tests import cast
from tests.domain import stage

REGULATORS = cast.regulators()
KINDS = {kind for kind in _ANSWERS if not kind.startswith("note:")}
ABOUT = {
    **dict.fromkeys(("arrival", "at_risk", "overdue"), f"{cast.SECOND_TECHNICIAN}/1"),
    **dict.fromkeys(("step", "time_box"), "switch/over"),
    "command": cast.MANAGER,
    "receipt": "2/it_director",
    **dict.fromkeys(("activation", "group", "closing", "preliminary"), ""),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted({*KINDS, "time_box", "statutory"}))
def test_every_question_has_a_name(kind: str, language: str) -> None:
    regulator = f"{REGULATORS[0].id}/first"
    question = "/".join(part for part in (kind, ABOUT.get(kind, regulator if kind == "statutory" else "7")) if part)
    name = called(question, cast.company(), REGULATORS, translator(language))
    assert name != question
    assert not {"_", "{"} & set(name)
    if language == "zh-CN":
        for own in ("switch/over", cast.SECOND_TECHNICIAN, cast.MANAGER):
            name = name.replace(own, "")
        assert not any(letter.isascii() and letter.isalpha() for letter in name)


@pytest.mark.parametrize(
    ("question", "chinese", "english"),
    [
        (f"arrival/{cast.SECOND_TECHNICIAN}/2", "{zh}到场", "arrival of {en}"),
        ("plan/3", "应急方案第3版", "response plan, version 3"),
        ("step/switch/over", "步骤“switch/over”的批准", "approval of step “switch/over”"),
        ("receipt/2/it_director", "总结报告第2版（信息总监接收）", "summary report, version 2, before the IT director"),
        ("preliminary/general_manager", "初步报告（总经理阅知）", "the preliminary report before the general manager"),
        ("runbook_decision", "手册修订决定", "the decision about the runbook"),
        ("of another release/9", "of another release/9", "of another release/9"),
    ],
)
def test_names(question: str, chinese: str, english: str) -> None:
    person = cast.company().person(cast.SECOND_TECHNICIAN)
    assert person
    for language, wanted in (("zh-CN", chinese), ("en", english)):
        name = called(question, cast.company(), REGULATORS, translator(language))
        assert name == wanted.format(zh=person.name, en=person.name_en)


@pytest.mark.parametrize(("language", "told"), [("en", "new information 1"), ("zh-CN", "新情况1")])
def test_the_timeline_names_what_was_left_open(language: str, told: str) -> None:
    scene = stage.activated()
    scene.note(ev.Paged(question="information/1", cited="5.3.6", call=1, people=[cast.MANAGER]))
    assert told in sentence(scene.timeline[-1], cast.company(), translator(language))
    scene.note(ev.Acknowledged(question="information/1", until=scene.now))
    assert told in sentence(scene.timeline[-1], cast.company(), translator(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["due/1", "overdue/2", "verification/1", "extension/3"])
def test_every_question_of_a_measure_has_a_name(question: str, language: str) -> None:
    assert called_of_measure(question, translator(language)) != question
    assert called_of_measure("other/1", translator(language)) == "other/1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_timeline_names_regulators_and_their_reports(language: str) -> None:
    regulator = REGULATORS[0]
    scene = stage.activated()
    scene.note(ev.StatutoryWaived(regulator=regulator.id, reason="另有规定"))
    said = sentence(scene.timeline[-1], cast.company(), translator(language), REGULATORS)
    assert regulator.name.in_language(language) in said
    assert regulator.id in sentence(scene.timeline[-1], cast.company(), translator(language))
