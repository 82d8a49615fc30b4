"""A body for each act that is well formed."""

from typing import Any
from urllib.parse import urlencode

from api.acts import RESOURCES
from domain.acts import ACTS
from tests.api.cast import MANAGER, SUPERVISOR, TECHNICIAN
from tests.api.story import SUMMARY

TEXT = {"text": "As it is"}
REASON = {"reason": "Because"}
BODIES: dict[str, dict[str, Any]] = {
    "withdraw": REASON,
    "acknowledge": {"question": "judgement/1"},
    "judge": {"verdict": "emergency"},
    "contest": REASON,
    "record_step": {"step": "look", "result": "done"},
    "run_step": {"step": "look"},
    "decide_step": {"step": "look", "approve": True},
    "report_unresolved": TEXT,
    "report_resolved": TEXT,
    "dispatch": {"responder": TECHNICIAN},
    "stand_down": {"responder": TECHNICIAN, **REASON},
    "check_in": {},
    "change_severity": {"severity": "II", **REASON},
    "report_to_director": TEXT,
    "decide_procedure": {"start": True, **REASON},
    "submit_plan": {
        **dict.fromkeys(("scope", "risk", "rollback", "resources"), "…"),
        "steps": [{"id": "switch", "text": "Switch over", "needs_approval": True}],
    },
    "decide_plan": {"version": 1, "decision": "approved"},
    "settle_plan": {"version": 1, "course": "stand_down", **REASON},
    "record_plan_step": {"version": 1, "step": "switch", "result": "done"},
    "form_group": {"members": [MANAGER, SUPERVISOR], "commander": MANAGER},
    "add_member": {"member": TECHNICIAN},
    "offer_command": {"to": TECHNICIAN, **REASON},
    "accept_command": {},
    "give_notice": {"kind": "notice", "audience": ["operations"], **TEXT},
    "give_order": {"department": "operations", **TEXT},
    "answer_order": {"order": 1, "answer": "acknowledged"},
    "settle_order": {"order": 1, "course": "uphold", **REASON},
    "record": {"kind": "observation", **TEXT},
    "add_evidence": {},
    "collect_evidence": {},
    "give_information": TEXT,
    "acknowledge_information": {"information": 1},
    "raise_finding": TEXT,
    "assign_analysis": {"finding": 1, "technicians": [TECHNICIAN]},
    "propose_measure": {"finding": 1, **TEXT},
    "decide_measure": {"finding": 1, "approve": True},
    "carry_out_measure": {"finding": 1, **TEXT},
    "check_recovery": {"item": "connect", "passed": True},
    "verify_recovery": {"passed": True, **TEXT},
    "submit_summary": SUMMARY,
    "receive_summary": {"version": 1, "accept": True},
    "read_summary": {"version": 1},
    "decide_runbook": {"change": False, **REASON},
    "close": {},
    "decide_major": {"is_major": True, **REASON},
    "reopen": REASON,
    "submit_preliminary": dict.fromkeys(("what", "cause_so_far", "next_steps"), "…"),
    "link": {"parent": "00000-00001", **REASON},
    "unlink": REASON,
    "file_statutory_report": {"regulator": "cac", "sent_to": "Portal"},
    "waive_statutory_report": {"regulator": "cac", **REASON},
}


def request_of(name: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return what follows the incident in the path, and the body; an upload has its fields in the query."""
    resource = RESOURCES[ACTS[name]]
    return (f"{resource}?{urlencode(body)}", {"any": "file"}) if name == "add_evidence" else (resource, body)
