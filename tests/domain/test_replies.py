"""6.2: a link about a measure offers what answers its question, while that is asked, to whom it is open."""

import pytest

from domain.measure import AskExtension, DecideExtension, ReportDone, VerifyMeasure
from domain.replies import answers, conceivable
from tests import cast
from tests.domain.measured import Measured

LATER = AskExtension(due=cast.NOW.replace(year=2027), reason="缺件")


def offered(scene: Measured, question: str, person: str) -> list[str]:
    company = scene.around(person).company
    return [item.key for item in answers(scene.measure, company, question, person, scene.now)]


def test_the_owner_reports_it_as_done_or_asks_for_more_time() -> None:
    scene = Measured()
    for question in (f"due/{scene.measure.round}", f"overdue/{scene.measure.round}", "note/1/rectification_opened"):
        assert offered(scene, question, cast.TECHNICIAN) == ["report_done", "ask_extension"]
        assert offered(scene, question, cast.SUPERVISOR) == []
    scene.do(cast.TECHNICIAN, LATER)
    assert offered(scene, f"due/{scene.measure.round}", cast.TECHNICIAN) == ["report_done"]
    assert offered(scene, "extension/1", cast.MANAGER) == ["decide_extension/1"]
    assert offered(scene, "extension/2", cast.MANAGER) == offered(scene, "extension/1", cast.TECHNICIAN) == []
    scene.do(cast.MANAGER, DecideExtension(extension=1, grant=True))
    assert offered(scene, "extension/1", cast.MANAGER) == []


def test_another_verifies_and_a_question_of_an_earlier_round_is_closed() -> None:
    scene = Measured()
    before = scene.measure.round
    scene.do(cast.TECHNICIAN, ReportDone(text="已更换"))
    ask = f"verification/{scene.measure.round}"
    assert offered(scene, ask, cast.SUPERVISOR) == ["verify_measure/1"]
    assert offered(scene, ask, cast.TECHNICIAN) == []
    assert conceivable(scene.measure, f"due/{before}", cast.TECHNICIAN) == []
    scene.do(cast.SUPERVISOR, VerifyMeasure(completion=1, passed=True, text="已看"))
    assert conceivable(scene.measure, ask, cast.SUPERVISOR) == []


@pytest.mark.parametrize("question", ["plan/1", "note/1/judgement", "due", ""])
def test_what_is_no_question_of_a_measure_is_answered_by_nothing(question: str) -> None:
    assert conceivable(Measured().measure, question, cast.TECHNICIAN) == []
