"""What is particular to each platform: whom a robot calls, tokens that run out, parameters of templates."""

import asyncio

import pytest

from activities.messages import Message
from activities.ports import NotHandedOver
from adapters.channels import sms
from adapters.channels.aliyun import AliyunSmsChannel
from adapters.channels.dingtalk import DingTalkChannel
from adapters.channels.feishu import FeishuChannel
from adapters.channels.tencent import Account, TencentSmsChannel
from adapters.channels.wecom import WeComAppChannel, WeComRobotChannel
from adapters.channels.writer import Writer
from domain.company import Person
from tests.channels.platforms import (
    NOW,
    AliyunSms,
    DingTalk,
    Feishu,
    Reply,
    TencentSms,
    WeCom,
    WeComRobot,
    clock,
    on_loopback,
)


async def test_dingtalk_calls_the_phone_number_in_text_and_list(writer: Writer, message: Message, sun: Person) -> None:
    robot = DingTalk()
    with on_loopback(robot):
        await DingTalkChannel(robot.url, robot.token, robot.secret, writer, clock=clock()).send(
            message, sun, "13800138000"
        )
    [content] = robot.received
    assert content["at"] == {"atMobiles": ["13800138000"], "isAtAll": False}
    assert content["markdown"]["text"].endswith("@13800138000")
    link = "http://127.0.0.1:8080/api/v1/incidents/INC-1"
    assert f"[{link}]({link})" in content["markdown"]["text"]


@pytest.mark.parametrize(
    ("address", "kind", "mention"),
    [
        ("SunJing", "markdown", "<@SunJing>"),
        ("100234", "markdown", "<@100234>"),
        ("23800138000", "markdown", "<@23800138000>"),
        ("13800138000", "text", "13800138000"),
        ("+8526123-4567", "text", "+8526123-4567"),
    ],
)
async def test_the_wecom_robot_calls_a_user_or_a_number(
    writer: Writer, message: Message, sun: Person, address: str, kind: str, mention: str
) -> None:
    robot = WeComRobot()
    with on_loopback(robot):
        await WeComRobotChannel(robot.url, robot.key, writer, clock=clock()).send(message, sun, address)
    [content] = robot.received
    assert content["msgtype"] == kind
    assert mention in str(content[kind])


class Ticking:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Start at the platforms' time."""
        self.now = NOW

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


async def test_the_wecom_token_is_fetched_once_and_again_before_it_ends(
    writer: Writer, message: Message, sun: Person
) -> None:
    wecom, ticking = WeCom(), Ticking()
    with on_loopback(wecom):
        app = WeComAppChannel(wecom.url, wecom.corp_id, wecom.agent_id, wecom.secret, writer, clock=ticking)
        await asyncio.gather(*(app.send(message, sun, "SunJing") for _ in range(5)))
        assert (wecom.fetched, len(wecom.received)) == (1, 5)
        ticking.now += 7200 - 60
        await app.send(message, sun, "SunJing")
    assert (wecom.fetched, len(wecom.received)) == (2, 6)


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_token_that_was_withdrawn_is_fetched_anew_within_the_same_send(
    writer: Writer, message: Message, sun: Person, code: int
) -> None:
    wecom = WeCom()
    with on_loopback(wecom):
        app = WeComAppChannel(wecom.url, wecom.corp_id, wecom.agent_id, wecom.secret, writer, clock=clock())
        await app.send(message, sun, "SunJing")
        wecom.fetched += 1  # somebody else fetched one; ours is void
        wecom.replies.append(Reply({"errcode": code, "errmsg": "invalid access_token"}))
        assert "msg-1" in await app.send(message, sun, "SunJing")
    assert (wecom.fetched, len(wecom.received)) == (3, 2)


@pytest.mark.parametrize(("user", "told"), [("Nobody", "invaliduser Nobody"), ("QianYu", "unlicenseduser QianYu")])
async def test_a_user_whom_wecom_names_as_missed_is_a_refusal(
    writer: Writer, message: Message, sun: Person, user: str, told: str
) -> None:
    wecom = WeCom()
    with on_loopback(wecom):
        app = WeComAppChannel(wecom.url, wecom.corp_id, wecom.agent_id, wecom.secret, writer, clock=clock())
        with pytest.raises(NotHandedOver) as refusal:
            await app.send(message, sun, user)
    assert (refusal.value.is_final, told in refusal.value.detail) == (True, True)


@pytest.mark.parametrize(
    ("status", "code", "is_final"),
    [(400, 11232, False), (400, 19024, True), (429, 19024, False), (503, 19024, False), (500, 0, False)],
)
async def test_feishu_s_code_is_read_before_the_status_of_http(
    writer: Writer, message: Message, sun: Person, status: int, code: int, is_final: bool
) -> None:
    robot = Feishu()
    with on_loopback(robot):
        channel = FeishuChannel("feishu", robot.url, robot.token, robot.secret, writer, clock=clock())
        robot.replies.append(Reply({"code": code, "msg": "told"}, status))
        with pytest.raises(NotHandedOver) as refusal:
            await channel.send(message, sun, "sun.jing@huahui.example")
    assert refusal.value.is_final is is_final
    assert (f"code {code} told" if code else f"HTTP {status}") in refusal.value.detail


async def test_a_template_of_aliyun_is_filled_by_name(writer: Writer, message: Message, sun: Person) -> None:
    aliyun = AliyunSms()
    template = sms.Template("SMS_100", "SMS_200", ("subject", "number", "due", "token"), 12)
    with on_loopback(aliyun):
        channel = AliyunSmsChannel(
            aliyun.url, (aliyun.key_id, aliyun.secret), aliyun.sign, template, writer, clock=clock()
        )
        assert "900619746936498440^0" in await channel.send(message, sun, "13800138000")
    [sent] = aliyun.received
    assert (sent["TemplateCode"], sent["PhoneNumbers"], sent["OutId"]) == ("SMS_100", "13800138000", message.dedup_key)
    assert sent["TemplateParam"] == {
        "subject": "请立即判断：交易数据库…",
        "number": "INC-1",
        "due": "2026年11月24日…",
        "token": "INC-1",
    }


async def test_a_template_of_tencent_is_filled_in_order(writer: Writer, message: Message, sun: Person) -> None:
    tencent = TencentSms()
    template = sms.Template("1110", "2220", ("number", "subject"), 35)
    account = Account(tencent.secret_id, tencent.secret_key, tencent.app, tencent.sign, "ap-guangzhou")
    with on_loopback(tencent):
        channel = TencentSmsChannel(tencent.url, account, template, writer, clock=clock())
        assert "5000:1045" in await channel.send(message, sun, "+852 6123-4567")
    [sent] = tencent.received
    assert sent["TemplateParamSet"] == ["INC-1", "请立即判断：交易数据库 无响应"]
    assert (sent["PhoneNumberSet"], sent["SessionContext"]) == (["+85261234567"], message.dedup_key)
