"""The people of the sample company who act in these tests."""

OPERATOR = "zhang-wei"
OTHER_OPERATOR = "li-na"
MANAGER = "chen-lei"
SUPERVISOR = "sun-jing"
SPECIALIST = "liu-fang"
TECHNICIAN = "xu-bin"
DIRECTOR = "he-zhiyuan"
GENERAL_MANAGER = "zhou-guoqiang"
HEAD = "cao-lin"
ENGLISH_HEAD = "jiang-yan"
NOBODY_SPECIAL = "wu-min"

PEOPLE = (
    *(OPERATOR, OTHER_OPERATOR, MANAGER, SUPERVISOR, SPECIALIST, TECHNICIAN, DIRECTOR),
    *(GENERAL_MANAGER, HEAD, ENGLISH_HEAD, NOBODY_SPECIAL),
)
TOKENS = {person: f"token-of-{person}-for-tests" for person in PEOPLE}


def report(**changes: object) -> dict[str, object]:
    """A report of the market database."""
    return {
        "title": "交易市场数据库无响应",
        "system": "market-db",
        "symptom": "Trading pages show failed database connections.",
        "preliminary_assessment": {"covered": True, "runbook": "market-db-outage", "text": "Fits the runbook"},
        **changes,
    }
