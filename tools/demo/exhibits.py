"""Evidence of the story: a fault log is kept as a file, the whole incident leaves the house as one bundle (5.3.5)."""

from pathlib import Path

from tools.demo.cast import DIRECTOR, SPECIALIST
from tools.demo.stage import Missing, Stage
from tools.demo.telling import Said

LOG = "2026 PANIC: could not write to file: No space left on device\n" * 40
SHOWS = Said("主库日志 postgresql.log", "postgresql.log of the primary")


async def keep_log(stage: Stage) -> None:
    """Send the fault log as a file: its digest is in the timeline, its custody is kept."""
    world = stage.world
    about = {"name": "postgresql.log", "kind": "fault_log", "text": world.teller.words(SHOWS)}
    answer = await world.ask(
        SPECIALIST,
        "POST",
        f"/incidents/{stage.number}/evidence",
        params=about,
        content=LOG.encode(),
        headers={"Idempotency-Key": world.key(), "Content-Type": "text/plain"},
    )
    if not answer.is_success:
        raise Missing(f"evidence: {answer.text[:300]}")
    await stage.tell()


async def take_along(stage: Stage, folder: Path) -> tuple[Path, str]:
    """Export the incident; return the bundle and the public key that must have signed it."""
    world = stage.world
    bundle = await world.ask(DIRECTOR, "GET", f"/incidents/{stage.number}/bundle", timeout=60)
    key = await world.ask(DIRECTOR, "GET", "/signing-key")
    if not (bundle.is_success and key.is_success):
        raise Missing(f"bundle: {bundle.status_code}, signing key: {key.status_code}")
    file = folder / f"{stage.number}.zip"
    file.write_bytes(bundle.content)
    world.teller.aside(
        Said(
            f"全部材料导出为一个文件，可在别的机器上核验：{file}",
            f"Everything leaves the house as one file that any machine can check: {file}",
        )
    )
    return file, str(key.json()["current"])
