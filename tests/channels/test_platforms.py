"""Every platform: what it takes, how it refuses, what is too fast, what hangs; its own words are kept, no secret is."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from activities.messages import Message
from activities.ports import Channel, NotHandedOver
from adapters.channels import sms
from adapters.channels.aliyun import AliyunSmsChannel
from adapters.channels.dingtalk import DingTalkChannel
from adapters.channels.feishu import FeishuChannel
from adapters.channels.tencent import Account, TencentSmsChannel
from adapters.channels.wecom import WeComAppChannel, WeComRobotChannel
from adapters.channels.writer import Writer
from domain.company import Person
from tests.channels.platforms import (
    AliyunSms,
    DingTalk,
    Feishu,
    Platform,
    Reply,
    TencentSms,
    WeCom,
    WeComRobot,
    clock,
    on_loopback,
)

PHONE = "13800138000"
PARAMETERS = ("subject", "number", "due")
Clock = Callable[[], float]


class Case(NamedTuple):
    """A platform, our channel to it, an address it knows, and how it refuses for good, for now, and a wrong secret."""

    platform: type[Platform]
    channel: Callable[[Any, Writer, Clock, str], Channel]
    address: str
    final: Reply
    passing: Reply
    forged: str = ""


def _template(english: str) -> sms.Template:
    chinese = {"SMS_200": "SMS_100", "2220": "1110"}[english]
    return sms.Template(chinese, english, PARAMETERS, 12)


CASES = {
    "dingtalk": Case(
        DingTalk,
        lambda p, w, c, x: DingTalkChannel(p.url, p.token, p.secret + x, w, clock=c),
        PHONE,
        Reply({"errcode": 310000, "errmsg": "keywords not in content"}),
        Reply({"errcode": 130101, "errmsg": "send too fast"}),
        "sign not match",
    ),
    "wecom-robot": Case(
        WeComRobot,
        lambda p, w, c, x: WeComRobotChannel(p.url, p.key + x, w, clock=c),
        "SunJing",
        Reply({"errcode": 93000, "errmsg": "invalid webhook url"}),
        Reply({"errcode": 45009, "errmsg": "api freq out of limit"}),
        "invalid webhook url",
    ),
    "wecom": Case(
        WeCom,
        lambda p, w, c, x: WeComAppChannel(p.url, p.corp_id, p.agent_id, p.secret + x, w, clock=c),
        "SunJing",
        Reply({"errcode": 81013, "errmsg": "user & party & tag all invalid"}),
        Reply({"errcode": -1, "errmsg": "system busy"}),
        "invalid credential",
    ),
    "feishu": Case(
        Feishu,
        lambda p, w, c, x: FeishuChannel("feishu", p.url, p.token, p.secret + x, w, clock=c),
        "ou_7d8a6e6df7621556ce0d21922b676706ccs",
        Reply({"code": 19024, "msg": "Key Words Not Found"}),
        Reply({"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"}, 400),
        "sign match fail",
    ),
    "lark": Case(
        Feishu,
        lambda p, w, c, x: FeishuChannel("lark", p.url, p.token, p.secret + x, w, clock=c),
        "sun.jing@huahui.example",
        Reply({"code": 19022, "msg": "Ip Not Allowed"}),
        Reply({"code": 99991400, "msg": "request trigger frequency limit"}, 400),
        "sign match fail",
    ),
    "aliyun-sms": Case(
        AliyunSms,
        lambda p, w, c, x: AliyunSmsChannel(p.url, (p.key_id, p.secret + x), p.sign, _template("SMS_200"), w, clock=c),
        PHONE,
        Reply({"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "账户余额不足"}),
        Reply({"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}, 400),
        "SignatureDoesNotMatch",
    ),
    "tencent-sms": Case(
        TencentSms,
        lambda p, w, c, x: TencentSmsChannel(
            p.url, Account(p.secret_id, p.secret_key + x, p.app, p.sign, "ap-guangzhou"), _template("2220"), w, clock=c
        ),
        f"+86 {PHONE}",
        TencentSms.status("FailedOperation.InsufficientBalanceInSmsPackage", "balance"),
        TencentSms.status("LimitExceeded.PhoneNumberThirtySecondLimit", "30 seconds"),
        "AuthFailure.SignatureFailure",
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def platform(case: Case) -> Iterator[Platform]:
    platform = case.platform()
    with on_loopback(platform):
        yield platform


@pytest.fixture
def channel(case: Case, platform: Platform, writer: Writer) -> Channel:
    return case.channel(platform, writer, clock(), "")


async def refusal_of(channel: Channel, message: Message, person: Person, address: str) -> NotHandedOver:
    with pytest.raises(NotHandedOver) as refusal:
        await channel.send(message, person, address)
    assert refusal.value.detail.startswith(f"{channel.name}: ")
    return refusal.value


async def test_what_a_platform_takes_is_confirmed_in_its_own_words(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    told = await channel.send(message, sun, case.address)
    assert told.startswith(f"{channel.name}: ")
    assert any(word in told for word in ("errcode 0", "code 0", "OK 9006", "Ok 5000"))
    assert len(platform.received) == 1
    assert "请立即判断：交易" in str(platform.received[0])


async def test_a_refusal_within_a_200_is_final_and_kept(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    platform.replies.append(case.final)
    refusal = await refusal_of(channel, message, sun, case.address)
    assert refusal.is_final
    assert _told(case.final) in refusal.detail


async def test_too_fast_or_busy_is_tried_again(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    platform.replies.append(case.passing)
    refusal = await refusal_of(channel, message, sun, case.address)
    assert not refusal.is_final
    assert _told(case.passing) in refusal.detail
    await channel.send(message, sun, case.address)


@pytest.mark.parametrize(
    ("status", "is_final", "headers", "seconds"),
    [
        (429, False, {"Retry-After": "7"}, 7),
        (503, False, {"Retry-After": "Tue, 24 Nov 2026 03:14:30 GMT"}, 30),
        (500, False, {}, None),
        (403, True, {}, None),
        (429, False, {"Retry-After": "soon"}, None),
        (429, False, {"Retry-After": "99999999999999999999"}, 3600),
    ],
)
async def test_what_http_says_counts_too(
    case: Case,
    platform: Platform,
    channel: Channel,
    message: Message,
    sun: Person,
    status: int,
    is_final: bool,
    headers: dict[str, str],
    seconds: int | None,
) -> None:
    platform.replies.append(Reply({}, status, headers))
    refusal = await refusal_of(channel, message, sun, case.address)
    assert (refusal.is_final, f"HTTP {status}" in refusal.detail) == (is_final, True)
    assert (refusal.retry_after.total_seconds() if refusal.retry_after else None) == seconds


async def test_an_answer_that_says_nothing_is_tried_again(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    platform.replies.append(Reply({}))
    assert not (await refusal_of(channel, message, sun, case.address)).is_final


@pytest.mark.parametrize("case", [CASES["dingtalk"], CASES["wecom"]], ids=["post", "token"])
async def test_a_platform_that_hangs_is_left_in_time(case: Case, writer: Writer, message: Message, sun: Person) -> None:
    platform = case.platform()
    with on_loopback(platform):
        platform.is_hanging = True
        async with asyncio.timeout(15):
            refusal = await refusal_of(case.channel(platform, writer, clock(), ""), message, sun, case.address)
    assert not refusal.is_final


async def test_a_forged_signature_is_refused_and_the_secret_told_to_nobody(
    case: Case, platform: Platform, writer: Writer, message: Message, sun: Person
) -> None:
    channel = case.channel(platform, writer, clock(), "-forged")
    refusal = await refusal_of(channel, message, sun, case.address)
    assert refusal.is_final
    assert case.forged in refusal.detail
    assert "-forged" not in refusal.detail
    assert platform.refused
    platform.refused.clear()


@pytest.mark.parametrize("case", [CASES[name] for name in CASES if not name.startswith("wecom")], indirect=False)
async def test_a_clock_that_is_wrong_is_refused(case: Case, writer: Writer, message: Message, sun: Person) -> None:
    platform = case.platform()
    with on_loopback(platform):
        channel = case.channel(platform, writer, clock(-2 * 3600), "")
        assert (await refusal_of(channel, message, sun, case.address)).is_final
        assert len(platform.refused) == 1
        platform.refused.clear()


async def test_an_address_that_is_none_goes_nowhere(
    platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    for address in ("all'\"></at>", "", "a b|c", "@all"):
        assert (await refusal_of(channel, message, sun, address)).is_final
    assert platform.received == []


async def test_a_long_message_is_cut_and_keeps_its_link(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    long = message.model_copy(update={"params": {"text": "数据库主库端口拒绝连接<at>[x](http://evil.example)" * 400}})
    await channel.send(long, sun, case.address)
    told = str(platform.received[0])
    assert "[x](http" not in told
    if not channel.name.endswith("-sms"):
        assert "http://127.0.0.1:8080/api/v1/incidents/INC-1" in told
        assert "…" in told


async def test_a_message_is_in_its_readers_language(
    case: Case, platform: Platform, channel: Channel, message: Message, sun: Person
) -> None:
    await channel.send(message, sun.model_copy(update={"language": "en"}), case.address)
    told = str(platform.received[0])
    assert "Judge now" in told
    if channel.name.endswith("-sms"):
        assert "SMS_200" in told or "2220" in told


def _told(reply: Reply) -> str:
    content = reply.content
    if "Response" in content:
        [content] = content["Response"]["SendStatusSet"]
    return str(next(content[name] for name in ("errcode", "code", "Code") if name in content))
