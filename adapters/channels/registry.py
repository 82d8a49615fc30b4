"""Which channels this installation has: the inbox always, the others when they are set up."""

from activities.ports import Channel
from adapters.channels.inbox import InboxChannel, InboxStore
from adapters.channels.mail import MailChannel
from adapters.channels.webhook import WebhookChannel
from adapters.channels.writer import Companies, Writer
from adapters.links import Links
from adapters.messages import Letterhead
from adapters.settings import Settings


def channels_set_up(settings: Settings) -> frozenset[str]:
    """Return the names of the channels that the settings hold an address for."""
    optional = {"mail": settings.smtp_url, "webhook": settings.webhook_url}
    return frozenset({"inbox", *(name for name, url in optional.items() if url)})


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
    return {channel.name: channel for channel in channels}
