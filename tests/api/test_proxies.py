"""Behind a reverse proxy whoever it names is who asks; anybody else speaks only for himself."""

from pathlib import Path

import pytest

from adapters.store import migrate
from adapters.store.audit import SqlAudit
from adapters.store.database import Database
from tests.api.cast import MANAGER
from tests.api.system import served, settings_for

CLIENT, HERE = "203.0.113.9", "127.0.0.1"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (HERE, CLIENT, CLIENT),
        ("127.0.0.0/8,10.0.0.0/8", f"198.51.100.1, {CLIENT}, 10.1.2.3", CLIENT),
        ("10.0.0.0/8", CLIENT, HERE),
        (HERE, "", HERE),
    ],
)
async def test_who_tries_to_sign_in_is_recorded_with_his_own_address(
    tmp_path: Path, trusted: str, forwarded: str, address: str
) -> None:
    settings = settings_for(tmp_path, "127.0.0.1:1", trusted_proxies=trusted)
    await migrate.upgrade(settings.database_url)
    database = Database(settings.database_url, limit=30)
    async with served(settings) as api:
        body, headers = {"person": MANAGER, "password": "guess-guess"}, {"X-Forwarded-For": forwarded}
        assert (await api.post(None, "/auth/session", body, headers=headers)).status_code == 401
        [refused] = (await SqlAudit(database).of_person(MANAGER)).items
    await database.close()
    assert (refused.code, refused.params["address"]) == ("wrong-credentials", address)
