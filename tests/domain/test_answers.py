"""Every question that is put to people has its answers, and a link offers nothing else."""

import re
from pathlib import Path

from domain import answers as module
from domain.answers import asked

SOURCE = Path(module.__file__).with_name("escalation.py").read_text()


def test_every_question_of_the_policy_has_its_answers() -> None:
    put = set(re.findall(r'\bf"([a-z_]+)/\{', SOURCE)) | set(re.findall(r'\.ladder\(\s*"([a-z_]+)"', SOURCE))
    assert {"judgement", "plan", "arrival", "closing", "group"} <= put
    assert put - set(module._ANSWERS) == set()


def test_a_note_is_known_by_its_template() -> None:
    assert asked("note/7/report_due", "chen-lei").kind == "note:report_due"
    assert asked("receipt/2/it_director", "he-zhiyuan") == ("receipt", ["2", "it_director"], "he-zhiyuan")
