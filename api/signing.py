"""The public keys by which anybody can check checkpoints and bundles."""

from typing import Literal

from fastapi import APIRouter, Request

from adapters.evidence.signing import Signer
from domain.text import Wire

router = APIRouter(tags=["evidence"])


class SigningKeys(Wire):
    """Ed25519 public keys in base64; ``current`` is null where nothing is signed."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    current: str | None
    retired: list[str]


@router.get(
    "/signing-key",
    operation_id="signing_key",
    summary="The public keys that sign the record",
    openapi_extra={"security": []},
)
async def signing_key(request: Request) -> SigningKeys:
    """Tell the keys; no sign-in is needed."""
    settings, key = request.app.state.settings, request.app.state.settings.signing_key
    current = Signer(key.get_secret_value()).public if key else None
    return SigningKeys(current=current, retired=settings.retired_keys)
