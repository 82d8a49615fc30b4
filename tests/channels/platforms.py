"""The platforms on loopback, each verifying as the real one does and answering in its own codes.

What a platform refuses of its own accord is kept; a test that does not expect it fails at the end.
"""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

NOW = 1_795_490_040.0  # 2026-11-24 03:14 UTC
HOUR = 3600
Json = dict[str, Any]


class Request(NamedTuple):
    """A request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """What a platform answers."""

    content: Json
    status: int = 200
    headers: dict[str, str] = {}


class Platform(ABC):
    """One platform: ``judge`` returns why it refuses a request, or keeps it and returns None."""

    def __init__(self) -> None:
        """Start with nothing received; ``replies`` go before what the platform would say."""
        self.url = ""
        self.received: list[Json] = []
        self.refused: list[str] = []
        self.replies: deque[Reply] = deque()
        self.is_hanging = False
        self.end = Event()

    def answer(self, request: Request) -> Reply:
        """Verify first, as told afterwards."""
        refusal = self.judge(request)
        if refusal is not None:
            self.refused.append(json.dumps(refusal.content, ensure_ascii=False))
            return refusal
        return self.replies.popleft() if self.replies else self.taken()

    @abstractmethod
    def judge(self, request: Request) -> Reply | None:
        """Return why the platform refuses a request; keep one that it takes."""

    @abstractmethod
    def taken(self) -> Reply:
        """Return what it answers to a request that it takes."""


@contextmanager
def on_loopback(platform: Platform) -> Iterator[None]:
    """Run a platform; at the end it may not have refused anything that the test does not know of."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._do()

        def do_GET(self) -> None:
            self._do()

        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if platform.is_hanging:
                platform.end.wait(20)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
            reply = platform.answer(Request(self.command, parts.path, query, parts.query, headers, body))
            told = json.dumps(reply.content, ensure_ascii=False).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server calls it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        platform.end.set()
        server.shutdown()
        server.server_close()
        thread.join()
    assert platform.refused == []
    assert not platform.replies


def _json(request: Request) -> Json | None:
    if request.method != "POST" or not request.headers.get("content-type", "").startswith("application/json"):
        return None
    content = json.loads(request.body)
    return content if isinstance(content, dict) else None


class DingTalk(Platform):
    """The robot: token, time stamp within an hour, signature, shape of a markdown message."""

    token = "0a1b2c3d4e5f"
    secret = "SECdeadbeef0123456789"

    def judge(self, request: Request) -> Reply | None:
        content = _json(request)
        if (
            request.path != "/robot/send"
            or content is None
            or set(request.query) != {"access_token", "timestamp", "sign"}
        ):
            return Reply({"errcode": 43004, "errmsg": "无效的HTTP HEADER Content-Type"})
        if request.query["access_token"] != self.token:
            return Reply({"errcode": 300001, "errmsg": "token is not exist"})
        stamp = request.query["timestamp"]
        if not stamp.isdecimal() or abs(int(stamp) / 1000 - NOW) > HOUR:
            return Reply({"errcode": 310000, "errmsg": "invalid timestamp"})
        digest = hmac.digest(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), "sha256")
        # "+" of the query reads as a blank: whoever does not percent-encode, or does it twice, is refused.
        if request.query["sign"] != base64.b64encode(digest).decode():
            return Reply({"errcode": 310000, "errmsg": "sign not match"})
        return self._take(request, content)

    def _take(self, request: Request, content: Json) -> Reply | None:
        if content.keys() != {"msgtype", "markdown", "at"} or content["markdown"].keys() != {"title", "text"}:
            return Reply({"errcode": 40035, "errmsg": "缺少参数 json"})
        if len(request.body) > 20_000:
            return Reply({"errcode": 460101, "errmsg": "message too long"})
        self.received.append(content)
        return None

    def taken(self) -> Reply:
        return Reply({"errcode": 0, "errmsg": "ok"})


class WeComRobot(Platform):
    """The group robot: key, message type, length in bytes."""

    key = "693a91f6-7xxx-4bc4"

    def judge(self, request: Request) -> Reply | None:
        content = _json(request)
        if request.path != "/cgi-bin/webhook/send" or request.query != {"key": self.key} or content is None:
            return Reply({"errcode": 93000, "errmsg": "invalid webhook url"})
        kind = content.get("msgtype")
        most = {"text": 2048, "markdown": 4096}.get(str(kind))
        if most is None or content.keys() != {"msgtype", kind}:
            return Reply({"errcode": 40008, "errmsg": "invalid message type"})
        if len(content[str(kind)]["content"].encode()) > most:
            return Reply({"errcode": 40058, "errmsg": f"{kind}.content exceed max length {most}"})
        self.received.append(content)
        return None

    def taken(self) -> Reply:
        return Reply({"errcode": 0, "errmsg": "ok"})


class WeCom(Platform):
    """The app: tokens that are fetched, run out and are withdrawn; users who are known."""

    corp_id, secret, agent_id = "ww0123456789abcdef", "an-app-secret-0123456789", 1_000_002
    users, unlicensed = ("SunJing", "ChenLei"), ("QianYu",)

    def __init__(self) -> None:
        """Start without a token."""
        super().__init__()
        self.fetched = 0

    @property
    def token(self) -> str:
        return f"access-token-{self.fetched}"

    def answer(self, request: Request) -> Reply:
        if request.path != "/cgi-bin/gettoken":
            return super().answer(request)
        if request.method != "GET" or request.query != {"corpid": self.corp_id, "corpsecret": self.secret}:
            self.refused.append("gettoken")
            return Reply({"errcode": 40001, "errmsg": "invalid credential"})
        self.fetched += 1
        return Reply({"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200})

    def judge(self, request: Request) -> Reply | None:
        content = _json(request)
        if request.path != "/cgi-bin/message/send" or content is None or request.query.keys() != {"access_token"}:
            return Reply({"errcode": 40035, "errmsg": "invalid parameter"})
        if request.query["access_token"] != self.token:
            return None if self._is_told_stale() else Reply({"errcode": 40014, "errmsg": "invalid access_token"})
        wanted = {"touser", "agentid", "msgtype", "markdown", "enable_duplicate_check", "duplicate_check_interval"}
        if content.keys() != wanted or content["msgtype"] != "markdown" or content["agentid"] != self.agent_id:
            return Reply({"errcode": 40008, "errmsg": "invalid message type"})
        if len(content["markdown"]["content"].encode()) > 2048:
            return Reply({"errcode": 40058, "errmsg": "content exceed max length"})
        self.received.append(content)
        return None

    def _is_told_stale(self) -> bool:
        """A test that withdraws the token has put what is said then first."""
        return bool(self.replies) and self.replies[0].content["errcode"] in {40014, 42001}

    def taken(self) -> Reply:
        user = self.received[-1]["touser"]
        if user in self.users:
            return Reply({"errcode": 0, "errmsg": "ok", "msgid": "msg-1"})
        missed = "unlicenseduser" if user in self.unlicensed else "invaliduser"
        return Reply({"errcode": 0, "errmsg": "ok", missed: user.lower()})


class Feishu(Platform):
    """The robot of Feishu or Lark: token in the path, signature within an hour, shape of a card."""

    token, secret = "hook-0123-4567", "feishu-secret-0123"

    def judge(self, request: Request) -> Reply | None:
        content = _json(request)
        if request.path != f"/open-apis/bot/v2/hook/{self.token}" or request.raw_query or content is None:
            return Reply({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        stamp = content.get("timestamp", "")
        digest = hmac.new(f"{stamp}\n{self.secret}".encode(), digestmod="sha256").digest()
        is_fresh = stamp.isdecimal() and abs(int(stamp) - NOW) <= HOUR
        if not is_fresh or content.get("sign") != base64.b64encode(digest).decode():
            return Reply(
                {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
            )
        card = content.get("card", {})
        if content.get("msg_type") != "interactive" or card.keys() != {"header", "elements"}:
            return Reply({"code": 9499, "msg": "Bad Request"})
        if len(request.body) > 20 * 1024:
            return Reply({"code": 9499, "msg": "too large"})
        self.received.append(content)
        return None

    def taken(self) -> Reply:
        return Reply({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})


class AliyunSms(Platform):
    """dysmsapi: every step of ACS3-HMAC-SHA256, 15 minutes, nonces used once, template and signature known."""

    key_id, secret, sign = "LTAI-test", "aliyun-secret-0123456789", "华汇"
    templates = ("SMS_100", "SMS_200")

    def __init__(self) -> None:
        """Start with no nonce used."""
        super().__init__()
        self.nonces: set[str] = set()

    def judge(self, request: Request) -> Reply | None:
        headers = request.headers
        kind, _, rest = headers.get("authorization", "").partition(" ")
        given = dict(part.split("=", 1) for part in rest.split(","))
        names = given["SignedHeaders"].split(";")
        digest = hashlib.sha256(request.body).hexdigest()
        needed = {
            "host",
            "x-acs-action",
            "x-acs-version",
            "x-acs-date",
            "x-acs-signature-nonce",
            "x-acs-content-sha256",
        }
        if kind != "ACS3-HMAC-SHA256" or not needed <= {*names} or names != sorted(names):
            return self._no(400, "InvalidAuthorization", "headers")
        canonical = "\n".join(
            [
                *(request.method, request.path, request.raw_query),
                *(f"{name}:{headers[name]}" for name in names),
                *("", ";".join(names), digest),
            ]
        )
        told = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        signature = hmac.new(self.secret.encode(), told.encode(), "sha256").hexdigest()
        if (given["Credential"], given["Signature"]) != (self.key_id, signature):
            return self._no(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        if headers["x-acs-content-sha256"] != digest:
            return self._no(400, "InvalidContentSha256", "body")
        stamped = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        if abs(stamped - NOW) > 900:
            return self._no(400, "InvalidTimeStamp.Expired", "Specified time stamp is expired.")
        if headers["x-acs-signature-nonce"] in self.nonces:
            return self._no(400, "SignatureNonceUsed", "nonce")
        self.nonces.add(headers["x-acs-signature-nonce"])
        return self._take(request, dict(parse_qsl(request.body.decode(), strict_parsing=True)))

    def _take(self, request: Request, params: dict[str, str]) -> Reply | None:
        what = (request.headers["x-acs-action"], request.headers["x-acs-version"], request.headers["content-type"])
        if what != ("SendSms", "2017-05-25", "application/x-www-form-urlencoded"):
            return self._no(400, "InvalidAction.NotFound", "action")
        if params["SignName"] != self.sign or params["TemplateCode"] not in self.templates:
            return self._no(200, "isv.SMS_TEMPLATE_ILLEGAL", "模板不合法")
        if not params["PhoneNumbers"].isdecimal():
            return self._no(200, "isv.MOBILE_NUMBER_ILLEGAL", "手机号码格式错误")
        self.received.append({**params, "TemplateParam": json.loads(params["TemplateParam"])})
        return None

    @staticmethod
    def _no(status: int, code: str, message: str) -> Reply:
        return Reply({"Code": code, "Message": message, "RequestId": "R-1"}, status)

    def taken(self) -> Reply:
        return Reply({"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "R-1"})


class TencentSms(Platform):
    """sms.tencentcloudapi.com: every step of TC3-HMAC-SHA256, five minutes, shape of SendSms."""

    secret_id, secret_key, app, sign = "AKID-test", "tencent-secret-0123456789", "1400006666", "华汇"
    templates = ("1110", "2220")

    def judge(self, request: Request) -> Reply | None:
        headers = request.headers
        stamp = headers["x-tc-timestamp"]
        date = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        canonical = "\n".join(
            [
                *("POST", "/", request.raw_query),
                *(f"content-type:{headers['content-type']}", f"host:{headers['host']}", "", "content-type;host"),
                hashlib.sha256(request.body).hexdigest(),
            ]
        )
        scope = f"{date}/sms/tc3_request"
        told = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = ("TC3" + self.secret_key).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        expected = (
            f"TC3-HMAC-SHA256 Credential={self.secret_id}/{scope}, SignedHeaders=content-type;host, "
            f"Signature={hmac.new(key, told.encode(), 'sha256').hexdigest()}"
        )
        if headers.get("authorization") != expected:
            return self._no("AuthFailure.SignatureFailure", "The provided credentials could not be validated.")
        if abs(int(stamp) - NOW) > 300:
            return self._no("AuthFailure.SignatureExpire", "signature expired")
        what = (headers.get("x-tc-action"), headers.get("x-tc-version"), headers.get("x-tc-region"))
        if what != ("SendSms", "2021-01-11", "ap-guangzhou"):
            return self._no("InvalidAction", "action")
        return self._take(json.loads(request.body))

    def _take(self, content: Json) -> Reply | None:
        wanted = {"PhoneNumberSet", "SmsSdkAppId", "SignName", "TemplateId", "TemplateParamSet", "SessionContext"}
        if content.keys() != wanted or content["SmsSdkAppId"] != self.app or content["SignName"] != self.sign:
            return self._no("UnknownParameter", "parameter")
        if content["TemplateId"] not in self.templates or not content["PhoneNumberSet"][0].startswith("+"):
            return self._no("FailedOperation.TemplateIncorrectOrUnapproved", "template")
        self.received.append(content)
        return None

    @staticmethod
    def _no(code: str, message: str) -> Reply:
        return Reply({"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "R-1"}})

    @staticmethod
    def status(code: str, message: str) -> Reply:
        one = {"SerialNo": "5000:1045", "PhoneNumber": "+8613800000000", "Fee": 1, "Code": code, "Message": message}
        return Reply({"Response": {"SendStatusSet": [one], "RequestId": "R-1"}})

    def taken(self) -> Reply:
        return self.status("Ok", "send success")


def clock(offset: float = 0) -> Callable[[], float]:
    """Return a clock that stands, right or wrong by so many seconds."""
    return lambda: NOW + offset
