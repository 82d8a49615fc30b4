"""The summary report of the story: drafted from the record, completed, reviewed by another, submitted (6.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain import acts
from tools.demo.cast import DIRECTOR, MANAGER, SUPERVISOR, TECHNICIAN
from tools.demo.stage import Missing, Stage, View
from tools.demo.telling import Said


async def submit(stage: Stage, cause: str) -> None:
    """Write what the record cannot know, let the supervisor review it, and submit it."""
    stage.world.teller.aside(
        Said(
            "报告由记录自动起草；经理补写记录里没有的部分，主管复核。",
            "The report is drafted from the record; the manager adds what no record knows, the supervisor reviews.",
        )
    )
    written = stage.world.written(_content(cause))
    draft = await _ask(stage, MANAGER, "GET", "")
    for name in draft["missing"] if draft["draft_version"] == 0 else ["cause"]:
        said = {"measures": written["measures"]} if name == "measures" else {"text": written[name]}
        draft = await _ask(stage, MANAGER, "PUT", f"/sections/{name}", seen=draft, body=said)
    await _ask(stage, SUPERVISOR, "POST", "/reviews", seen=draft, body={"approve": True})
    await _ask(stage, MANAGER, "POST", "/submission", seen=draft, body={})
    await stage.tell()


async def show(stage: Stage) -> None:
    """Open the report as its receivers do: as a file, in both languages."""
    world = stage.world
    path = f"/incidents/{stage.number}/report/document"
    for language in ("zh-CN", "en"):
        answer = await world.ask(DIRECTOR, "GET", path, params={"format": "html", "language": language})
        if not answer.is_success:
            raise Missing(answer.text)
    world.teller.aside(Said(f"报告可打开为 HTML、PDF、Word：{path}", f"The report opens as HTML, PDF and Word: {path}"))


async def _ask(
    stage: Stage, person: str, method: str, rest: str, *, seen: View | None = None, body: Any = None
) -> View:
    options: dict[str, Any] = {} if body is None else {"json": body}
    headers = {"If-Match": f'"{seen["draft_version"]}"'} if seen else {}
    answer = await stage.world.ask(
        person, method, f"/incidents/{stage.number}/report{rest}", headers=headers, **options
    )
    if not answer.is_success:
        raise Missing(f"{method} report{rest} ({person}): {answer.text}")
    found: View = answer.json()
    return found


def _content(cause: str) -> acts.SummaryContent:
    due = datetime.now(UTC) + timedelta(days=30)
    return acts.SummaryContent(
        scope_and_loss="交易暂停 42 分钟，未估算资金损失",
        cause=cause,
        reports_made="已报信息总监、总经理；不需要向监管报告",
        responsibility="日志清理任务无人负责；已明确由数据库组负责",
        problems_exposed="缺少日志盘容量告警",
        measures=[acts.RectificationMeasure(text="增加日志盘容量告警", owner=TECHNICIAN, due=due)],
        went_well="到场及时，主备切换一次成功",
        lessons="容量告警先于写满",
        runbook_changes="手册补充前置地址缓存的处理",
    )
