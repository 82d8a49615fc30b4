"""The nine articles as data: id and our own short wording; every rule, refusal and timeline entry cites one."""

from typing import NamedTuple


class Clause(NamedTuple):
    """One clause of the policy with its short wording in both languages."""

    id: str
    zh: str
    en: str


_ALL = (
    Clause(
        "1",
        "为加强应急管理、提高处置能力、保障信息系统安全稳定运行而制定",
        "Purpose: safe and stable information systems",
    ),
    Clause("2", "信息部常设应急管理小组", "The IT department keeps a standing emergency management team"),
    Clause(
        "3.1", "信息部经理领导应急工作，组织指挥处置，协调各部门分工", "The IT manager leads, organises and commands"
    ),
    Clause(
        "3.2",
        "信息部主管组织应急对策，监督检查，定期分析，向公司领导汇报",
        "The IT supervisor organises countermeasures and reports",
    ),
    Clause(
        "3.3",
        "应急专员协助执行应急预案，参与处置和演练",
        "The emergency specialist helps to execute the contingency plan",
    ),
    Clause("4.1", "应急物资随时可用", "Emergency supplies are kept ready"),
    Clause("4.2", "重要技术岗位双人备份", "Every key post is backed by a second person"),
    Clause("4.3", "编写并维护应急操作手册", "The runbook is written and maintained"),
    Clause("4.4", "重要系统每季度全面例行检查一次", "Important systems are inspected once a quarter"),
    Clause("5.1", "突发事件中各部门、各岗位相互支持、服从指挥", "All departments support each other and obey command"),
    Clause(
        "5.2.1",
        "操作人员发现异常，按手册初步判断，立即报告经理或主管",
        "The operator assesses an anomaly and reports at once",
    ),
    Clause(
        "5.2.2",
        "经理或主管判断，属应急事件的立即启动应急操作流程",
        "Manager or supervisor judges and starts the procedure",
    ),
    Clause(
        "5.2.3", "操作人员按手册操作，并向主管报告每步结果", "The operator executes the runbook and reports results"
    ),
    Clause(
        "5.2.4",
        "未能解决的，技术人员第一时间到现场，并报告经理",
        "Not solved: technicians go to the scene, manager is told",
    ),
    Clause("5.2.5", "短时间内能够解决的，直接进入恢复和总结", "Solved in a short time: recovery and summary"),
    Clause(
        "5.2.6", "短时间内不能解决的，经理立即报告信息总监", "Not solved in a short time: report to the IT director"
    ),
    Clause("5.2.7", "信息总监判断是否启动应急流程", "The director judges whether the emergency flow starts"),
    Clause(
        "5.2.8",
        "属重大信息系统问题的，应急方案报总经理批准",
        "A major problem's response plan needs the general manager",
    ),
    Clause(
        "5.2.9",
        "信息总监组建应急领导小组，赶赴现场指挥",
        "The director forms the leading group, which commands on the scene",
    ),
    Clause("5.3.1", "应急领导小组发布通知、预告并协调各方", "The leading group gives notice and advance notice"),
    Clause("5.3.2", "各部门服从应急领导小组指挥", "Departments follow the leading group's command"),
    Clause("5.3.3", "正常工作时间5分钟内到达现场，严格按手册处理", "Working hours: on the scene within 5 minutes"),
    Clause("5.3.4", "节假日、双休日60分钟内到达现场", "Holidays and weekends: on the scene within 60 minutes"),
    Clause(
        "5.3.5",
        "应急专员执行手册、记录全过程、收集第一手资料、保护故障日志",
        "The specialist records all and protects evidence",
    ),
    Clause("5.3.6", "新情况、新信息及时报告现场总指挥", "New information goes to the on-scene commander in time"),
    Clause(
        "5.3.7", "手册之外的问题由技术人员分析，尽快提出解决方案", "Beyond the runbook: technicians analyse and propose"
    ),
    Clause("6.1", "尽快恢复环境，严格检查和验证", "Restore soon, check and verify strictly"),
    Clause(
        "6.2",
        "总结原因、经过、教训，提出整改措施，总结报告报信息总监和总经理",
        "Summary report to director and general manager",
    ),
    Clause("6.3", "根据总结修订应急操作手册", "The runbook is amended by what was learned"),
    Clause("7", "本制度由信息部会同有关部门解释", "Interpreted by the IT department with others"),
    Clause("8", "配套办法另行制定", "Supporting measures are made separately"),
    Clause("9", "本制度自生效日起施行", "In force from its effective date"),
)

CLAUSES = {clause.id: clause for clause in _ALL}


def wording(clause_id: str, language: str) -> str:
    """Return the short wording of a clause; KeyError for an id that the policy does not have."""
    clause = CLAUSES[clause_id]
    return clause.zh if language.lower().startswith("zh") else clause.en
