"""Which storage, which signer, which witness the settings ask for."""

import structlog

from activities.ports import EvidenceStorage, Stamping
from adapters.evidence.folder import FolderStorage
from adapters.evidence.signing import Keyring, Signer
from adapters.settings import Settings
from adapters.store.checkpoints import SqlCheckpoints
from adapters.store.database import Database

_log = structlog.get_logger(__name__)


def storage_of(settings: Settings) -> EvidenceStorage:
    """Return where evidence is kept."""
    if settings.evidence_bucket:
        from adapters.evidence.bucket import BucketStorage  # noqa: PLC0415 - an extra

        return BucketStorage(settings)
    return FolderStorage(settings.evidence_home, settings.evidence_digest)


def signer_of(settings: Settings) -> Signer | None:
    """Return who signs; without a key nobody, which is said loudly."""
    if settings.signing_key is None:
        _log.warning("checkpoints_unsigned", variable="FENGSUI_SIGNING_KEY")
        return None
    return Signer(settings.signing_key.get_secret_value())


def stamping_of(settings: Settings, database: Database) -> Stamping | None:
    """Return the outside witness of final checkpoints, where one is set up."""
    if settings.tsa_url is None:
        return None
    from adapters.evidence.stamping import Stamps  # noqa: PLC0415 - an extra

    return Stamps(settings.tsa_url, settings.tsa_certificates, SqlCheckpoints(database))


def keyring_of(settings: Settings) -> Keyring:
    """Return the keys whose signatures count: ours, and those of before."""
    own = [Signer(settings.signing_key.get_secret_value()).public] if settings.signing_key else []
    return Keyring([*own, *settings.retired_keys])
