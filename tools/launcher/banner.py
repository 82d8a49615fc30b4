"""What a person reads when everything answers."""

from tools.launcher.home import Home
from tools.launcher.plan import Plan


def show(plan: Plan, home: Home, seconds: float) -> None:
    """Print the addresses and the sign-ins; the name stands last because Chinese is wider than it counts."""
    people = sorted(plan.people, key=lambda person: not person.posts)
    id_width = max(len(person.id) for person in people)
    post_width = max(len(", ".join(person.posts)) for person in people)
    print(
        f"""
烽燧 Fengsui is ready after {seconds:.1f} s 已就绪

  API              {plan.api}/api/v1
  API docs 接口文档 {plan.api}/docs
  Temporal UI      {plan.temporal_ui or "-"}
  Temporal         {plan.temporal_address}
  data 数据         {home.folder}

Sign in with a token 用令牌登录: Authorization: Bearer <token>
"""
    )
    for person in people:
        posts = ", ".join(person.posts)
        print(f"  {person.id:<{id_width}}  {person.token}  {posts:<{post_width}}  {person.name} {person.name_en}")
    print(f"  {'alert sources':<{id_width}}  {plan.alert_token}\n\nCtrl-C ends everything 按 Ctrl-C 停止\n", flush=True)
