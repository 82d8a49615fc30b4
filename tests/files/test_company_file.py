"""The company file and the directory are the same thing twice: nothing is lost on the way there and back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.companyfile import written
from adapters.files import load_register, load_runbooks, read_register
from adapters.problems import FileProblem
from domain.company import Delegation, Leave, Role
from domain.directory import ContactPoint, Register

ROOT = Path(__file__).resolve().parents[2]
BOOKS = load_runbooks(ROOT / "runbooks")
TEXT = (ROOT / "sample" / "company.yaml").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
REGISTER = load_register(ROOT / "sample" / "company.yaml", BOOKS)


def read(text: str, before: Register = REGISTER) -> Register:
    return read_register(text, "company.yaml", BOOKS, before).register


def verified(person: str) -> Register:
    """The directory after somebody answered at all his contact points."""
    people = [
        member.model_copy(
            update={"contacts": [item.model_copy(update={"verified_at": NOW}) for item in member.contacts]}
        )
        if member.id == person
        else member
        for member in REGISTER.people
    ]
    return REGISTER.model_copy(update={"people": people})


def test_the_short_form_becomes_contact_points_in_order() -> None:
    member = REGISTER.member("sun-jing")
    assert member is not None
    assert [(item.channel, item.address) for item in member.contacts] == [
        ("inbox", "sun-jing"),
        ("mail", "sun.jing@huahui.example"),
        ("webhook", "sun-jing"),
    ]
    assert member.person({"inbox", "webhook"}).channels == ["inbox", "webhook"]
    assert member.person(()).channels == ["inbox"]


def test_what_is_written_reads_the_same() -> None:
    leave = Leave(id="x", person="li-na", starts=NOW, ends=NOW.replace(month=12), reason="年假: 5 天")
    delegation = Delegation(
        id="d", post=Role.OPERATOR, principal="li-na", deputy="wang-qiang", ends=NOW, systems=["trading"]
    )
    full = verified("sun-jing").model_copy(
        update={"leaves": [leave], "delegations": [*REGISTER.delegations, delegation]}
    )
    assert read(written(full)) == full


def test_what_was_verified_stays_so_at_the_same_place_only() -> None:
    before = verified("sun-jing")
    kept = read(TEXT, before).member("sun-jing")
    moved = read(TEXT.replace("sun.jing@huahui.example", "sun@huahui.example"), before).member("sun-jing")
    assert kept is not None
    assert moved is not None
    assert [item.verified_at for item in kept.contacts] == [NOW, NOW, NOW]
    assert [item.verified_at for item in moved.contacts] == [NOW, None, NOW]


def test_a_file_without_leaves_says_nothing_about_them() -> None:
    leave = Leave(id="x", person="li-na", starts=NOW, ends=NOW.replace(month=12))
    before = REGISTER.model_copy(update={"leaves": [leave]})
    assert read(TEXT, before).leaves == [leave]
    assert read(f"{TEXT}\nleaves: []\n", before).leaves == []
    own = "\nleaves:\n  - { person: li-na, starts: 2027-02-05T00:00:00+08:00, ends: 2027-02-13T00:00:00+08:00 }\n"
    assert [item.id for item in read(TEXT + own, before).leaves] == ["li-na:2027-02-05"]


def test_a_delegation_has_the_same_name_every_time() -> None:
    names = [item.id for item in REGISTER.delegations]
    assert names[0] == "general_manager:zhou-guoqiang:lin-hui"
    assert len(set(names)) == len(names)
    doubled = TEXT.replace(
        "deputy: lin-hui }",
        "deputy: lin-hui }\n  - { post: general_manager, principal: zhou-guoqiang, deputy: lin-hui }",
    )
    assert [item.id for item in read(doubled).delegations][:2] == [names[0], f"{names[0]}:2"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("posts: [emergency_specialist]", "posts: []", "nobody active holds the post “emergency specialist”"),
        ("name: 罗阳", "is_active: false\n    name: 罗阳", "“luo-yang” is not active"),
        ("addresses: { webhook: liu-fang }", "addresses: { webhook: liu-fang, sms: '1' }", "“sms” is not among"),
    ],
)
def test_what_is_missing_is_told_and_refuses_nothing(old: str, new: str, told: str) -> None:
    filed = read_register(TEXT.replace(old, new), "company.yaml", BOOKS, REGISTER)
    assert any(told in fault.text("en") for fault in filed.warnings), filed.warnings


def test_contacts_are_told_once() -> None:
    both = TEXT.replace("    channels: [inbox, webhook]\n", "    contacts: []\n    channels: [inbox]\n", 1)
    with pytest.raises(FileProblem, match="“contacts” says it already"):
        read(both)


def test_a_delegation_holds_for_its_systems() -> None:
    scoped = Delegation(post=Role.IT_MANAGER, principal="chen-lei", deputy="sun-jing", systems=["trading"])
    company = REGISTER.model_copy(update={"delegations": [scoped]}).company(BOOKS, ())
    assert company.excerpt("trading").deputies(Role.IT_MANAGER, NOW) == ["sun-jing"]
    assert company.excerpt("market-db").deputies(Role.IT_MANAGER, NOW) == []


@pytest.mark.parametrize(
    "target", ["https://user:pass@db1/alert.log", "https://:pass@db1/", "ftp://db1/", "http:///x", "http://db1:x/"]
)
def test_a_collector_s_address_holds_no_password(target: str) -> None:
    collector = f'collectors: [{{ id: log, kind: http, target: "{target}" }}]'
    with pytest.raises(FileProblem, match="an http or https address without user and password"):
        read(TEXT.replace("    runbooks: [trading-halt]\n", f"    runbooks: [trading-halt]\n    {collector}\n"))


def test_a_verified_contact_is_still_the_same_place() -> None:
    point = ContactPoint(channel="mail", address="a@b.example")
    assert point.is_same_place(point.model_copy(update={"verified_at": NOW}))
    assert not point.is_same_place(point.model_copy(update={"address": "c@b.example"}))
