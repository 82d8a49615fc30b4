"""Reporting an anomaly over HTTP (5.2.1)."""

from tests.api.cast import MANAGER, OPERATOR, report
from tests.api.system import Api


async def test_a_report_opens_an_incident(api: Api) -> None:
    answer = await api.post(OPERATOR, "/incidents", report())
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    assert answer.headers["location"] == f"/api/v1/incidents/{number}"
    judged = await api.post(MANAGER, f"/incidents/{number}/judgement", {"verdict": "emergency"})
    assert judged.status_code == 201, judged.text
    assert judged.json()["phase"] == "operator_handling"
    assert judged.headers["etag"] == f'"{judged.json()["version"]}"'
