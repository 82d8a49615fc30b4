"""What a person reads when everything answers."""

from tools.launcher.home import Home
from tools.launcher.plan import Plan
from tools.progress import tell


def show(plan: Plan, home: Home, seconds: float) -> None:
    """Print the addresses and the sign-ins; the name stands last because Chinese is wider than it counts."""
    people = sorted(plan.people, key=lambda person: not person.posts)
    rows = [(person.id, person.token, ", ".join(person.posts), f"{person.name} {person.name_en}") for person in people]
    rows.append(("alert sources", plan.alert_token, "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    sign_ins = "\n".join(
        "  ".join(["", *(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
    tell(f"""
烽燧 Fengsui is ready after {seconds:.1f} s 已就绪

  API              {plan.api}/api/v1
  API docs 接口文档 {plan.api}/docs
  Temporal UI      {plan.temporal_ui or "-"}
  Temporal         {plan.temporal_address}
  data 数据         {home.folder}

Sign in with a token 用令牌登录: Authorization: Bearer <token>

{sign_ins}

Ctrl-C ends everything 按 Ctrl-C 停止
""")
