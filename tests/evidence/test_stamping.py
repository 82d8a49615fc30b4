"""A time-stamping service of our own on this machine witnesses the final checkpoint (RFC 3161)."""

import base64
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from adapters.evidence.signing import Signer
from adapters.evidence.stamping import Stamps, judge_by
from adapters.store.checkpoints import SqlCheckpoints
from adapters.store.database import Database
from adapters.store.migrate import upgrade
from adapters.store.record import SqlRecord
from domain import events as ev
from tests.store.story import batch, chained, reported

NUMBER = "2026-0001"
SIGNER = Signer(base64.b64encode(b"a seed of thirty-two bytes......").decode())
CONFIG = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def _certificate(folder: Path, name: str, issuer: str | None = None) -> None:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signer_key, signer = key, subject
    if issuer:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        loaded = load_pem_private_key((folder / f"{issuer}.key").read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        signer_key = loaded
        signer = x509.load_pem_x509_certificate((folder / f"{issuer}.pem").read_bytes()).subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    made = builder.sign(signer_key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(private)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """OpenSSL's own time-stamping authority behind HTTP; its address and its folder."""
    folder = tmp_path_factory.mktemp("tsa")
    for name, issuer in (("root", None), ("stranger", None), ("tsa", "root")):
        _certificate(folder, name, issuer)
    (folder / "serial").write_text("01")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            subprocess.run(
                [
                    "openssl",
                    "ts",
                    "-reply",
                    "-config",
                    folder / "tsa.cnf",
                    "-section",
                    "tsa",
                    "-queryfile",
                    folder / "query",
                    "-signer",
                    folder / "tsa.pem",
                    "-inkey",
                    folder / "tsa.key",
                    "-out",
                    folder / "reply",
                ],
                check=True,
                capture_output=True,
            )
            reply = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/tsa", folder
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path}/record.db"
    await upgrade(url)
    opened = Database(url, limit=30)
    await SqlRecord(opened, SIGNER).append(batch(chained(NUMBER, [reported(), ev.Withdrawn(reason="误报")])))
    yield opened
    await opened.close()


async def test_the_final_checkpoint_is_stamped_once_and_the_stamp_holds(
    database: Database, service: tuple[str, Path]
) -> None:
    url, folder = service
    checkpoints = SqlCheckpoints(database)
    for _ in range(2):
        await Stamps(url, folder / "root.pem", checkpoints).stamp(NUMBER)
    [checkpoint], [stamp] = await checkpoints.of_incident(NUMBER), await checkpoints.stamps(NUMBER)
    assert stamp.seq == checkpoint.seq == 2
    judge = judge_by((folder / "root.pem").read_bytes())
    assert judge(checkpoint, stamp) is None
    other = SIGNER.checkpoint(NUMBER, 2, "0" * 64, checkpoint.at)
    assert judge(other, stamp)
    assert judge_by((folder / "stranger.pem").read_bytes())(checkpoint, stamp)
    assert judge(checkpoint, stamp.model_copy(update={"token": base64.b64encode(b"nonsense").decode()}))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/tsa", None])
async def test_a_service_that_is_away_or_a_stranger_keeps_no_incident_open(
    database: Database, service: tuple[str, Path], url: str | None
) -> None:
    checkpoints = SqlCheckpoints(database)
    await Stamps(url or service[0], service[1] / "stranger.pem", checkpoints).stamp(NUMBER)
    assert await checkpoints.stamps(NUMBER) == []
