"""What people write in the story, in English; the story itself is written in Chinese."""

import re
from typing import Any

CHINESE = re.compile(r"[一-鿿]")
ENGLISH = {
    "一号厅电子衡器离线": "Electronic scales of hall 1 are offline",
    "三台衡器无法上传称重数据": "Three scales cannot send their weights",
    "三楼机房 B 列": "3rd floor, machine room, row B",
    "三楼机房": "3rd floor, machine room",
    "两台前置已重启": "Both gateways were restarted",
    "主备切换": "Switch to the standby",
    "主库拒绝连接，备库正常": "The primary refuses connections, the standby is well",
    "主库日志盘写满，短时间内不能恢复": "The log disk of the primary is full; no recovery in a short time",
    "主管已到场": "The supervisor is on the scene",
    "交易、结算同时中断": "Trading and settlement are down together",
    "交易、结算页面报数据库连接失败，主库端口拒绝连接": "Trading and settlement pages fail, the primary is silent",
    "交易市场数据库无响应": "The market database does not answer",
    "交易暂停，正在切换数据库": "Trading is paused while the database is switched",
    "先到机房 B 列保护现场": "Go to row B first and protect the scene",
    "切回原主库并回放日志": "Switch back and replay the log",
    "切换后两台前置仍连旧主库": "After the switch two gateways still use the old primary",
    "前置连接池缓存了旧地址，手册未覆盖": "The gateways' pool keeps the old address; the runbook is silent on it",
    "可能丢失最后数秒未复制的委托": "Orders of the last seconds may be lost",
    "增加日志盘容量告警": "Add an alert for the size of the log disk",
    "备库已可写": "The standby takes writes",
    "容量告警先于写满": "Warn before the disk is full",
    "将备库提升为主库": "Promote the standby",
    "已执行": "Done",
    "影响一号厅结算": "Settlement in hall 1 is affected",
    "影响全部交易": "All trading is affected",
    "影响全部交易，属重大问题": "All trading is affected: a major problem",
    "总部三楼机房 B 列": "Headquarters, 3rd floor, machine room, row B",
    "我自己检查过了": "I checked it myself",
    "手册适用": "The runbook fits",
    "按手册处理未能恢复": "The runbook did not solve it",
    "按手册属数据库中断": "By the runbook a database outage",
    "按手册属衡器离线": "By the runbook scales offline",
    "损失未估算": "The loss is not estimated",
    "数据库、网络技术人员各一名": "One technician each for database and network",
    "日志清理任务失效，日志盘写满": "The log clean-up had stopped, the disk filled",
    "日志清理任务失效，日志盘写满；损失约 42 分钟交易": "The log clean-up had stopped, the disk filled; 42 min lost",
    "日志盘已写满，无法清理": "The log disk is full and cannot be cleaned",
    "暂停撮合写入，前置切换到公告页": "Pause matching, switch the gateways to the notice page",
    "服务已恢复，请检查": "The service is back, please check",
    "未说明如何核对未复制的委托": "It does not say how orders that were not replicated are found",
    "核对主备复制位点": "Compare the replication positions",
    "核对未复制的委托后进行主备切换": "Find what was not replicated, then switch to the standby",
    "独立抽查无误": "Sampled independently, all is well",
    "结算应用仍无法连接": "Settlement still cannot connect",
    "缺少日志盘容量告警": "There was no alert for the log disk",
    "补充前置地址缓存的处理": "Add what to do with the gateways' cached address",
    "逐台重启前置并刷新地址缓存": "Restart the gateways one by one with a fresh address",
    "预计半小时内恢复，届时分批开放": "Expected back within half an hour, opened step by step",
    "交易暂停 42 分钟，未估算资金损失": "Trading stood still for 42 minutes; the loss in money is not estimated",
    "已报信息总监、总经理；不需要向监管报告": "Reported to director and general manager; no regulator need be told",
    "日志清理任务无人负责；已明确由数据库组负责": "Nobody owned the log clean-up; the database group owns it now",
    "到场及时，主备切换一次成功": "Everybody was there in time, the switch worked at once",
    "手册补充前置地址缓存的处理": "The runbook gains what to do with the gateways' cached address",
}


def in_english(content: Any) -> Any:
    """Return what is sent with its Chinese in English; KeyError for a text that was forgotten here."""
    if isinstance(content, dict):
        return {name: in_english(value) for name, value in content.items()}
    if isinstance(content, list):
        return [in_english(value) for value in content]
    return ENGLISH[content] if isinstance(content, str) and CHINESE.search(content) else content
