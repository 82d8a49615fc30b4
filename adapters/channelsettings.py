"""Settings of the channels: for each the account at its provider, and where the provider is."""

import json
import re
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode

# What a channel needs; one without the other is a fault.
NEEDS: dict[str, tuple[str, ...]] = {
    "dingtalk": ("dingtalk_token", "dingtalk_secret"),
    "wecom-robot": ("wecom_robot_key",),
    "wecom": ("wecom_corp_id", "wecom_agent_id", "wecom_secret"),
    "feishu": ("feishu_token", "feishu_secret"),
    "lark": ("lark_token", "lark_secret"),
    "aliyun-sms": ("aliyun_key_id", "aliyun_key_secret", "aliyun_sms_sign", "aliyun_sms_template"),
    "tencent-sms": (
        *("tencent_secret_id", "tencent_secret_key"),
        *("tencent_sms_app", "tencent_sms_sign", "tencent_sms_template"),
    ),
}
OWN_NAMES = frozenset({"inbox", "mail", "webhook", *NEEDS})
SMS_PARAMETERS = ("subject", "number", "title", "system", "severity", "due", "clause", "call", "token")
_APPRISE_EXAMPLE = '{"channel": "bark://host/{address}"}'
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ChannelSettings(BaseSettings):
    """With whom messages are handed over; a channel is there when all that it needs is set."""

    dingtalk_token: SecretStr | None = Field(None, description="access_token of the DingTalk group robot")
    dingtalk_secret: SecretStr | None = Field(None, description="signing secret (SEC...) of the DingTalk robot")
    dingtalk_base_url: str = Field("https://oapi.dingtalk.com", description="where DingTalk's robots are")

    wecom_robot_key: SecretStr | None = Field(None, description="key of the WeCom group robot")
    wecom_corp_id: str | None = Field(None, description="corporation id of the WeCom app")
    wecom_agent_id: int | None = Field(None, description="agent id of the WeCom app")
    wecom_secret: SecretStr | None = Field(None, description="secret of the WeCom app")
    wecom_base_url: str = Field("https://qyapi.weixin.qq.com", description="where WeCom's API is")

    feishu_token: SecretStr | None = Field(None, description="last part of the Feishu robot's webhook address")
    feishu_secret: SecretStr | None = Field(None, description="signing secret of the Feishu robot")
    feishu_base_url: str = Field("https://open.feishu.cn", description="where Feishu's robots are")
    lark_token: SecretStr | None = Field(None, description="last part of the Lark robot's webhook address")
    lark_secret: SecretStr | None = Field(None, description="signing secret of the Lark robot")
    lark_base_url: str = Field("https://open.larksuite.com", description="where Lark's robots are")

    aliyun_key_id: str | None = Field(None, description="AccessKey id for Aliyun SMS")
    aliyun_key_secret: SecretStr | None = Field(None, description="AccessKey secret for Aliyun SMS")
    aliyun_sms_sign: str | None = Field(None, description="approved signature of Aliyun SMS")
    aliyun_sms_template: str | None = Field(None, description="code of the approved Aliyun template")
    aliyun_sms_template_en: str | None = Field(
        None, description="the same for those who read English; default: the one above"
    )
    aliyun_sms_base_url: str = Field("https://dysmsapi.aliyuncs.com", description="where Aliyun SMS is")

    tencent_secret_id: str | None = Field(None, description="SecretId for Tencent Cloud SMS")
    tencent_secret_key: SecretStr | None = Field(None, description="SecretKey for Tencent Cloud SMS")
    tencent_sms_app: str | None = Field(None, description="SdkAppId of Tencent Cloud SMS")
    tencent_sms_sign: str | None = Field(None, description="approved signature of Tencent Cloud SMS")
    tencent_sms_template: str | None = Field(None, description="id of the approved Tencent template")
    tencent_sms_template_en: str | None = Field(
        None, description="the same for those who read English; default: the one above"
    )
    tencent_sms_region: str = Field("ap-guangzhou", description="region of Tencent Cloud SMS")
    tencent_sms_base_url: str = Field("https://sms.tencentcloudapi.com", description="where Tencent Cloud SMS is")

    sms_parameters: Annotated[list[str], NoDecode] = Field(
        ["subject", "number", "due", "token"],
        description="what fills the parameters of SMS templates, in their order, comma-separated: "
        f"{', '.join(SMS_PARAMETERS)} (token: what follows /t/ in the link, letters and digits, at most 35; the "
        "template's own text holds what stands before it)",
    )
    sms_parameter_length: int = Field(
        35, ge=6, description="the most characters that the SMS provider takes in a parameter; the token is never cut"
    )

    apprise: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {},
        description=f"further channels by Apprise (extra notify-more) as JSON: {_APPRISE_EXAMPLE}; their deliveries "
        "are unconfirmed, because Apprise cannot tell a refusal",
    )

    @field_validator("sms_parameters", mode="before")
    @classmethod
    def _split_parameters(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("sms_parameters")
    @classmethod
    def _are_parameters(cls, value: list[str]) -> list[str]:
        if not value or not set(value) <= {*SMS_PARAMETERS}:
            raise _must_look_like(",".join(SMS_PARAMETERS))
        return value

    @field_validator("apprise", mode="before")
    @classmethod
    def _decode_apprise(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _must_look_like(_APPRISE_EXAMPLE) from None

    @field_validator("apprise")
    @classmethod
    def _are_channels(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        known = all(_NAME.fullmatch(name) and name not in OWN_NAMES for name in value)
        if not known or not all("://" in url.get_secret_value() for url in value.values()):
            raise _must_look_like(_APPRISE_EXAMPLE)
        return value

    @field_validator(
        *("dingtalk_base_url", "wecom_base_url", "feishu_base_url", "lark_base_url"),
        *("aliyun_sms_base_url", "tencent_sms_base_url"),
    )
    @classmethod
    def _is_base_url(cls, value: str, info: ValidationInfo) -> str:
        if not re.fullmatch(r"https?://[^/?#\s@]+(/[^?#\s]*)?", value):
            raise _must_look_like(str(cls.model_fields[str(info.field_name)].default))
        return value.rstrip("/")

    @model_validator(mode="after")
    def _has_whole_channels(self) -> "ChannelSettings":
        for names in NEEDS.values():
            missing = [name for name in names if not getattr(self, name)]
            if missing and len(missing) < len(names):
                given = next(name for name in names if name not in missing)
                params = {"given": f"FENGSUI_{given.upper()}", "missing": f"FENGSUI_{missing[0].upper()}"}
                raise PydanticCustomError("incomplete", "{given} needs {missing}", params)
        return self


def channels_of(settings: ChannelSettings) -> list[str]:
    """Return the names of the channels whose account is set."""
    return [name for name, needed in NEEDS.items() if all(getattr(settings, item) for item in needed)]


def account_of(settings: ChannelSettings, channel: str) -> list[str]:
    """Return what a channel that is set up needs, in the order of ``NEEDS``, secrets in plain text."""
    values = (getattr(settings, item) for item in NEEDS[channel])
    return [value.get_secret_value() if isinstance(value, SecretStr) else str(value) for value in values]


def _must_look_like(example: str) -> PydanticCustomError:
    return PydanticCustomError("example", "must look like {example}", {"example": example})
