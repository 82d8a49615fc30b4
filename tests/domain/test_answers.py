"""Every question that is put to people has its answers, and a link offers nothing else."""

import re
from pathlib import Path

from domain import acts
from domain import answers as module
from domain.answers import Answer, answers, asked
from domain.departure import departed
from tests import cast
from tests.domain import stage

SOURCE = Path(module.__file__).with_name("escalation.py").read_text()


def test_every_question_of_the_policy_has_its_answers() -> None:
    put = set(re.findall(r'\bf"([a-z_]+)/\{', SOURCE)) | set(re.findall(r'\.ladder\(\s*"([a-z_]+)"', SOURCE))
    assert {"judgement", "plan", "arrival", "closing", "group"} <= put
    assert put - set(module._ANSWERS) == set()


def test_a_note_is_known_by_its_template() -> None:
    assert asked("note/7/report_due", "chen-lei").kind == "note:report_due"
    assert asked("receipt/2/it_director", "he-zhiyuan") == ("receipt", ["2", "it_director"], "he-zhiyuan")


def test_a_group_that_became_too_small_is_joined_from_the_message_that_says_so() -> None:
    scene = stage.group()
    told = "note/1/person_left"
    assert answers(scene.incident, told, cast.DIRECTOR, scene.now) == []
    for person in scene.incident.group_members:
        if person != scene.incident.commander:
            scene.note(*departed(scene.incident, person, scene.now))
    assert answers(scene.incident, told, cast.DIRECTOR, scene.now) == [Answer(acts.AddMember)]
    assert answers(scene.incident, told, cast.OPERATOR, scene.now) == []
    scene.do(cast.DIRECTOR, acts.AddMember(member=cast.SUPERVISOR))
    assert answers(scene.incident, told, cast.DIRECTOR, scene.now) == []


def test_an_approved_measure_is_recorded_from_the_message_that_says_so() -> None:
    scene = stage.group()
    for _ in range(2):
        scene.do(cast.TECHNICIAN, acts.RaiseFinding(text="手册未提及的故障"))
    for finding in (1, 2):
        scene.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=finding, text="只读挂载"))
    told = "note/1/measure_approved"
    assert answers(scene.incident, told, cast.TECHNICIAN, scene.now) == []
    commander = scene.incident.commander or ""
    scene.do(commander, acts.DecideMeasure(finding=2, approve=True))
    assert answers(scene.incident, told, cast.TECHNICIAN, scene.now) == [Answer(acts.CarryOutMeasure, {"finding": 2})]
    scene.do(commander, acts.DecideMeasure(finding=1, approve=True))
    scene.do(cast.TECHNICIAN, acts.CarryOutMeasure(finding=2, text="已只读挂载"))
    assert answers(scene.incident, told, cast.TECHNICIAN, scene.now) == [Answer(acts.CarryOutMeasure, {"finding": 1})]
