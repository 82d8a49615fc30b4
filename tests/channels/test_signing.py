"""The signatures that the platforms publish as examples come out of our code bit by bit."""

import hashlib

from adapters.channels import aliyun, tencent

_EMPTY = hashlib.sha256(b"").hexdigest()


def test_acs3_as_in_aliyuns_own_example() -> None:
    query = aliyun.encoded(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": _EMPTY,
    }
    signed = aliyun.authorization("YourAccessKeyId", "YourAccessKeySecret", headers, query, b"")
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tc3_as_in_tencents_own_example() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    key = ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    signed = tencent.authorization(key, "cvm", "cvm.tencentcloudapi.com", 1551113065, body)
    assert signed == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_percent_encoding_is_that_of_rfc_3986() -> None:
    assert aliyun.encoded({"b": "a b*c~d/e", "a": "数+"}) == "a=%E6%95%B0%2B&b=a%20b%2Ac~d%2Fe"
