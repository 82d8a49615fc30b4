"""What is to be started: read from the environment and the company file, before anything runs."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.evidence.signing import Signer
from adapters.files import load_company, load_policy
from tools.launcher import ports
from tools.launcher.home import Home
from tools.launcher.ports import HOST

ROOT = Path(__file__).resolve().parent.parent.parent
API_PORT = 8080
TEMPORAL_PORT = 7233
UI_PORT = 8233
API_MODULE = "api"
FILES = {"FENGSUI_COMPANY": "sample/company.yaml", "FENGSUI_POLICY": "policy.yaml", "FENGSUI_RUNBOOKS": "runbooks"}


@dataclass(frozen=True)
class Person:
    """Who may sign in."""

    id: str
    name: str
    name_en: str
    posts: list[str]
    token: str


@dataclass(frozen=True)
class Plan:
    """Addresses, people and environment of one start; `ui_port` is None for a Temporal server that is not ours."""

    api_port: int
    temporal_address: str
    ui_port: int | None
    people: list[Person]
    alert_token: str
    env: Mapping[str, str]

    @property
    def api(self) -> str:
        """The base address of the API."""
        return f"http://{HOST}:{self.api_port}"

    @property
    def temporal_ui(self) -> str | None:
        """The address of Temporal's own pages."""
        return f"http://{HOST}:{self.ui_port}" if self.ui_port else None

    @property
    def namespace(self) -> str:
        """The Temporal namespace."""
        return self.env["TEMPORAL_NAMESPACE"]

    def run_file(self, pids: dict[str, int | None]) -> dict[str, Any]:
        """What scripts are told."""
        return {
            "api": self.api,
            "temporal": self.temporal_address,
            "temporal_ui": self.temporal_ui,
            "pids": pids,
            "tokens": {
                person.id: {"name": person.name, "posts": person.posts, "token": person.token} for person in self.people
            },
            "alert_token": self.alert_token,
            "public_key": Signer(self.env["FENGSUI_SIGNING_KEY"]).public,
        }


def make(home: Home, environ: Mapping[str, str]) -> Plan:
    """Decide everything; raises PortError, and FileProblem for a file that the processes could not use either."""
    files = {name: _path(environ, name, default) for name, default in FILES.items()}
    load_policy(files["FENGSUI_POLICY"])
    company = load_company(files["FENGSUI_COMPANY"], files["FENGSUI_RUNBOOKS"]).company
    secrets = home.secrets(person.id for person in company.people)
    people = [
        Person(person.id, person.name, person.name_en, [*person.posts], secrets["tokens"][person.id])
        for person in company.people
    ]
    address = environ.get("TEMPORAL_ADDRESS")
    ui_port = None
    if not address:
        address = f"{HOST}:{_port(environ, 'FENGSUI_TEMPORAL_PORT', TEMPORAL_PORT)}"
        ui_port = _port(environ, "FENGSUI_TEMPORAL_UI_PORT", UI_PORT)
    api_port = _port(environ, "FENGSUI_API_PORT", API_PORT)
    env = {
        **environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]),
        "FENGSUI_HOME": str(home.folder),
        **{name: str(path) for name, path in files.items()},
        "FENGSUI_API_HOST": HOST,
        "FENGSUI_API_PORT": str(api_port),
        "FENGSUI_TOKENS": json.dumps({person.id: person.token for person in people}),
        "FENGSUI_ALERT_TOKEN": secrets["alert_token"],
        "FENGSUI_SECRET": environ.get("FENGSUI_SECRET") or secrets["secret"],
        "FENGSUI_SIGNING_KEY": environ.get("FENGSUI_SIGNING_KEY") or secrets["signing_key"],
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": environ.get("TEMPORAL_NAMESPACE") or "default",
    }
    return Plan(api_port, address, ui_port, people, secrets["alert_token"], env)


def _path(environ: Mapping[str, str], variable: str, default: str) -> Path:
    return Path(environ.get(variable) or ROOT / default).resolve()


def _port(environ: Mapping[str, str], variable: str, default: int) -> int:
    value = environ.get(variable) or str(default)
    if not value.isdecimal():
        raise ports.PortError(f"{variable}={value}: a number is needed / 必须是数字")
    return ports.choose(variable, int(value))
