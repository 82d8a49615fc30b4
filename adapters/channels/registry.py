"""Which channels this installation has: the inbox always, the others when they are set up."""

from collections.abc import Callable

from activities.ports import Channel
from adapters.channels import aliyun, dingtalk, feishu, tencent, wecom
from adapters.channels.inbox import InboxChannel, InboxStore
from adapters.channels.mail import MailChannel
from adapters.channels.more import AppriseChannel, is_installed
from adapters.channels.webhook import WebhookChannel
from adapters.channels.writer import Companies, Writer
from adapters.channelsettings import channels_of
from adapters.links import Links
from adapters.messages import Letterhead
from adapters.settings import Settings

_BUILDERS: dict[str, Callable[[Settings, Writer], Channel]] = {
    dingtalk.NAME: dingtalk.build,
    wecom.ROBOT: wecom.build_robot,
    wecom.APP: wecom.build_app,
    feishu.FEISHU: feishu.build_feishu,
    feishu.LARK: feishu.build_lark,
    aliyun.NAME: aliyun.build,
    tencent.NAME: tencent.build,
}


def channels_set_up(settings: Settings) -> frozenset[str]:
    """Return the names of the channels that the settings hold an address for."""
    optional = {"mail": settings.smtp_url, "webhook": settings.webhook_url}
    more = settings.apprise if is_installed() else ()
    return frozenset({"inbox", *(name for name, url in optional.items() if url), *channels_of(settings), *more})


def build_channels(
    settings: Settings, inbox: InboxStore, companies: Companies, time_zone: str = "Asia/Shanghai"
) -> dict[str, Channel]:
    """Build every channel that is set up, by its name."""
    letterhead = Letterhead(public_url=settings.public_url, time_zone=time_zone)
    writer = Writer(companies, letterhead, Links.by(settings))
    channels: list[Channel] = [InboxChannel(inbox, writer)]
    if settings.smtp_url:
        channels.append(MailChannel(settings.smtp_url.get_secret_value(), settings.mail_from, writer))
    if settings.webhook_url and settings.webhook_secret:
        url, secret = settings.webhook_url.get_secret_value(), settings.webhook_secret.get_secret_value()
        channels.append(WebhookChannel(url, secret, writer))
    channels += [_BUILDERS[name](settings, writer) for name in channels_of(settings)]
    if is_installed():
        channels += [AppriseChannel(name, url.get_secret_value(), writer) for name, url in settings.apprise.items()]
    return {channel.name: channel for channel in channels}
