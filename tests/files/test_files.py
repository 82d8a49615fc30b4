"""The company's files: what is right is loaded, what is wrong is named with line, field, value and reason."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.files import load_company, load_policy
from adapters.problems import FileProblem
from domain.company import Role

ROOT = Path(__file__).resolve().parents[2]

# A fault of a whole is told where it starts, that many lines above the line that was edited.
ABOVE = {"runbooks: []": 4, "phone: '1'": 1}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    shutil.copy(ROOT / "sample" / "company.yaml", tmp_path)
    shutil.copy(ROOT / "policy.yaml", tmp_path)
    return tmp_path


@pytest.fixture
def edit(files: Path) -> Callable[[str, str, str], int]:
    """Replace a text once in a file; returns the line where it stands."""

    def change(name: str, old: str, new: str) -> int:
        path = files / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return change


def faults(files: Path) -> FileProblem:
    with pytest.raises(FileProblem) as problem:
        load_company(files / "company.yaml", files / "runbooks")
    return problem.value


def test_the_sample_company_is_whole() -> None:
    company, addresses = load_company(ROOT / "sample" / "company.yaml", ROOT / "runbooks")
    assert len(company.people) >= 14
    assert len(company.systems) >= 4
    assert len(company.runbooks) >= 4
    assert {system.id for system in company.systems} >= {"market-db", "machine-room"}
    assert "machine_room" in {book.kind for book in company.runbooks}
    assert all(3 <= len(book.steps) <= 6 and 3 <= len(book.recovery_checklist) <= 6 for book in company.runbooks)
    assert all("inbox" in person.channels and addresses[person.id]["inbox"] == person.id for person in company.people)
    assert "huahui.example" not in company.model_dump_json()
    for post in (Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.IT_DIRECTOR, Role.GENERAL_MANAGER):
        assert company.holders(post)
        assert [item for item in company.delegations if item.post == post], f"{post} has no deputy"


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("department: it", "department: ti", "people[5].department = 'ti'", "there is no department “ti”"),
        ("head: luo-yang", "head: nobody", "departments[3].head = 'nobody'", "there is no person “nobody”"),
        (
            "technicians: [xu-bin,",
            "technicians: [ghost,",
            "systems[2].technicians[1] = 'ghost'",
            "there is no person “ghost”",
        ),
        (
            "runbooks: [trading-halt]",
            "runbooks: [none]",
            "systems[1].runbooks[1] = 'none'",
            "there is no runbook “none”",
        ),
        ("runbooks: [trading-halt]", "runbooks: []", "systems[1]: ", "the system has no runbook"),
        ("deputy: lin-hui", "deputy: zhou-guoqiang", "delegations[1].deputy", "nobody is his own deputy"),
        ("principal: zhou-guoqiang", "principal: lin-na", "delegations[1].principal", "there is no person “lin-na”"),
        ("deputy: lin-hui", "deputy: lin-hui, systems: [x]", "delegations[1].systems[1]", "there is no system “x”"),
        ("posts: [it_director]", "posts: [on_scene_commander]", "people[3].posts[1]", "is not a post of the company"),
        (
            "mail: lin.hui@huahui.example",
            "phone: '1'",
            "people[2].channels[2] = 'mail'",
            "the channel “mail” has no address",
        ),
        ("id: lin-hui ", "id: zhou-guoqiang ", "people[2].id", "“zhou-guoqiang” is there twice"),
        ("name_en: Lin Hui", "nam_en: Lin Hui", "people[2].nam_en = 'Lin Hui'", "did you mean “name_en”?"),
        ("is_duty_on_site: true", "is_duty_on_site: maybe", "is_duty_on_site = 'maybe'", "must be true or false"),
        ("    kind: http", "    kind: icmp", "systems[1].probes[1].kind = 'icmp'", "must be one of: 'http' or 'tcp'"),
    ],
)
def test_a_fault_of_the_company_names_line_field_value_and_reason(
    files: Path, edit: Callable[[str, str, str], int], old: str, new: str, field: str, reason: str
) -> None:
    line = edit("company.yaml", old, new)
    problem = faults(files)
    fitting = [fault for fault in problem.faults if field in fault.text("en") and reason in fault.text("en")]
    assert fitting, problem
    assert fitting[0].line == line - ABOVE.get(new, 0)
    assert f"company.yaml:{fitting[0].line}: " in str(problem)
    assert fitting[0].text("zh-CN") != fitting[0].text("en")
    assert fitting[0].text("zh-CN") in str(problem)
    assert fitting[0].text("en") in str(problem)


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("company.yaml", "delegations:\n", "delegations: []\ndelegations:\n", "duplicate key"),
        ("company.yaml", "delegations:\n", "delegations: [\n", "is not valid YAML"),
        ("runbooks/trading-halt@1.yaml", "version: 1", "version: 0", "must be at least 1"),
        ("runbooks/trading-halt@1.yaml", "version: 1", "version: 2", "the file must be named trading-halt@2.yaml"),
        ("runbooks/trading-halt@1.yaml", "id: gateway", "id: scope", "“scope” is there twice"),
        ("runbooks/trading-halt@1.yaml", "systems: [trading]", "systems: [traiding]", "names a system “traiding”"),
        ("runbooks/trading-halt@1.yaml", "symptoms:", "symptom:", "did you mean “symptoms”?"),
    ],
)
def test_a_broken_file_is_refused(
    files: Path, edit: Callable[[str, str, str], int], name: str, old: str, new: str, reason: str
) -> None:
    edit(name, old, new)
    assert reason in faults(files).text("en")


def test_all_faults_are_told_at_once(files: Path, edit: Callable[[str, str, str], int]) -> None:
    lines = [
        edit("company.yaml", "department: it", "department: ti"),
        edit("company.yaml", "deputy: lin-hui", "deputy: no"),
    ]
    assert [fault.line for fault in faults(files).faults] == lines


def test_a_missing_file_says_so(files: Path) -> None:
    (files / "company.yaml").unlink()
    assert "cannot be read: No such file" in faults(files).text("en")


def test_no_runbook_at_all_says_so(files: Path) -> None:
    shutil.rmtree(files / "runbooks")
    assert "there is no runbook here" in faults(files).text("en")


def test_the_newest_version_of_a_runbook_counts(files: Path, edit: Callable[[str, str, str], int]) -> None:
    newer = (
        (files / "runbooks" / "trading-halt@1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 10")
    )
    (files / "runbooks" / "trading-halt@10.yaml").write_text(newer, encoding="utf-8")
    company = load_company(files / "company.yaml", files / "runbooks").company
    assert [book.ref for book in company.runbooks if book.id == "trading-halt"] == ["trading-halt@10"]


def test_a_delegation_keeps_its_offset_and_needs_one(files: Path, edit: Callable[[str, str, str], int]) -> None:
    end = "2026-12-31T18:00:00+08:00"
    edit("company.yaml", "deputy: lin-hui", f"deputy: lin-hui, ends: {end}")
    [delegation] = [
        item for item in load_company(files / "company.yaml", files / "runbooks").company.delegations if item.ends
    ]
    assert delegation.ends is not None
    assert delegation.ends.isoformat() == end
    edit("company.yaml", end, end.removesuffix("+08:00"))
    assert "must name its time zone" in faults(files).text("en")
    edit("company.yaml", end.removesuffix("+08:00"), "9999-12-31T23:59:59-12:00")
    assert "must lie in one of the years 1970 to 2199" in faults(files).text("en")


@pytest.mark.parametrize("name", ["policy.yaml", "policy.demo.yaml"])
def test_the_policies_load(name: str) -> None:
    policy = load_policy(ROOT / name)
    assert policy.time_zone == "Asia/Shanghai"


def test_the_demo_differs_in_durations_and_working_time_only() -> None:
    real, demo = (load_policy(ROOT / name).model_dump() for name in ("policy.yaml", "policy.demo.yaml"))
    assert real.keys() == demo.keys()
    assert real["version"] != demo["version"]
    for name in (
        "time_zone",
        "default_severity",
        "approval_blocks",
        "summary_review",
        "group_members",
        "summary_deadline",
    ):
        assert real[name] == demo[name]
    assert {name: item["clause"] for name, item in real.items() if isinstance(item, dict) and "clause" in item} == {
        name: item["clause"] for name, item in demo.items() if isinstance(item, dict) and "clause" in item
    }


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("value: 10, unit: minutes", "value: -1, unit: minutes", "operator_limit.value = -1: must be at least 0"),
        ("value: 10, unit: minutes", "value: soon, unit: minutes", "operator_limit.value = 'soon': must be a number"),
        (
            "value: 10, unit: minutes",
            "value: 10, unit: fortnights",
            "operator_limit.unit = 'fortnights': must be one of",
        ),
        ('clause: "5.2.4"', 'clause: "5.2.99"', "operator_limit.clause = '5.2.99': the policy has no clause 5.2.99"),
        ("operator_limit: ", "operator_limits: ", "operator_limits: is not known here; did you mean “operator_limit”?"),
        ("operator_limit: ", "operator_limits: ", "operator_limit: is missing"),
        (
            "II:                  { value: 15",
            "II:                  { value: 45",
            "a worse severity never has the longer",
        ),
        ('start: "09:00"', 'start: "19:00"', "working_spans[1]: a span starts before it ends"),
        ("effective_from: 2026-01-01\n", "effective_from: soon\n", "effective_from = 'soon': must be a date"),
    ],
)
def test_a_fault_of_the_policy_names_line_and_reason(
    files: Path, edit: Callable[[str, str, str], int], old: str, new: str, reason: str
) -> None:
    line = edit("policy.yaml", old, new)
    with pytest.raises(FileProblem) as problem:
        load_policy(files / "policy.yaml")
    fitting = [fault for fault in problem.value.faults if reason in fault.text("en")]
    assert fitting, problem.value
    assert fitting[0].line == (1 if "severity" in reason or "missing" in reason else line)
