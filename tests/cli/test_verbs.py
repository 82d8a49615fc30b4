"""The table of verbs: every act has one, it goes where the API takes it, and its help exists in both languages."""

import pytest
from typer.testing import CliRunner

from adapters.cli import measures, verbs
from adapters.cli.app import build, run
from adapters.cli.session import USAGE, Options, Session
from api.acts import RESOURCES
from domain.acts import ACTS
from domain.measure import MEASURE_ACTS

EVERY = sorted(verb.words for verb in verbs.VERBS if not verb.has_own_command)


def test_every_act_has_a_verb_and_goes_where_the_api_takes_it() -> None:
    assert set(verbs.RESOURCES) == set(ACTS.values())
    assert verbs.RESOURCES == RESOURCES


@pytest.mark.parametrize("words", EVERY)
def test_every_field_of_the_act_can_be_given(words: str) -> None:
    verb = next(item for item in verbs.VERBS if item.words == words)
    shown = CliRunner().invoke(build(Session(Options())), [*words.split(), "--help"], terminal_width=200)
    assert shown.exit_code == 0, shown.output
    names = {
        "steps": "step",
        "measures": "measure",
        "members": "member",
        "audience": "to",
        "technicians": "technician",
        "is_major": "major",
        "heads": "head",
    }
    names |= {"sections": "section"}
    for field in set(verb.act.model_fields) - set(verb.fixed) - set(verb.left_out):
        assert names.get(field, field).replace("_", "-") in shown.output.replace("_", "-"), field


@pytest.mark.parametrize(("language", "told"), [("zh-CN", "应急领导小组"), ("en", "emergency leading group")])
def test_help_speaks_the_language(language: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--language", language, "--help"]) == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["judge"], "缺少 NUMBER"),
        (["judge", "N", "maybe"], "verdict 不能取这个值"),
        (["fly"], "没有命令 fly"),
        (["close", "N", "--fast"], "没有选项 --fast"),
        (["--as", "nobody", "--api", "http://127.0.0.1:9", "me"], "没有“nobody”的令牌"),
        (
            ["--token", "t", "--api", "http://127.0.0.1:9", "plan", "submit", "N", "--file", "/missing"],
            "无法读取 /missing",
        ),
    ],
)
def test_what_cannot_be_understood_is_told_in_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--language", "zh-CN", *arguments]) == USAGE
    assert told in capsys.readouterr().err


def test_every_act_on_a_measure_has_a_verb() -> None:
    assert set(measures.WORDS) == set(MEASURE_ACTS)
    for words in measures.WORDS.values():
        shown = CliRunner().invoke(build(Session(Options())), [*words.split(), "--help"])
        assert shown.exit_code == 0
        assert "--key" in shown.output
