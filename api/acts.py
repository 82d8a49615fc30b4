"""Every act of a person is a resource under its incident: one table, one shape."""

from typing import Any

from fastapi import APIRouter, Response

from adapters.temporal import OutcomeUnknown
from api import neighbours, unawaited
from api.auth import CurrentPerson
from api.bodies import BODIES, IdempotencyKey, IfMatch, Number, Prefer, act_of, need_not_wait
from api.commands import Pending, command_id, pending
from api.deps import Locale, Ports
from api.openapi import ETAG, problems
from api.revision import must_be_published, published_since
from api.whereabouts import discreet
from domain import acts
from domain.acts import Act, Command, Receipt
from domain.authority import AUTHORITY
from domain.clauses import CLAUSES

RESOURCES: dict[type[Act], str] = {
    acts.Withdraw: "withdrawal",
    acts.Acknowledge: "acknowledgements",
    acts.Judge: "judgement",
    acts.Contest: "contest",
    acts.RecordStep: "steps",
    acts.RunStep: "step-runs",
    acts.DecideStep: "step-decisions",
    acts.ReportUnresolved: "unresolved-report",
    acts.ReportResolved: "resolution",
    acts.Dispatch: "dispatches",
    acts.StandDown: "stand-downs",
    acts.CheckIn: "arrivals",
    acts.ChangeSeverity: "severity",
    acts.ReportToDirector: "director-report",
    acts.DecideProcedure: "procedure-decision",
    acts.SubmitPlan: "plans",
    acts.DecidePlan: "plan-decisions",
    acts.SettlePlan: "plan-settlements",
    acts.RecordPlanStep: "plan-steps",
    acts.FormGroup: "leading-group",
    acts.AddMember: "group-members",
    acts.OfferCommand: "command-offers",
    acts.AcceptCommand: "command-acceptance",
    acts.GiveNotice: "notices",
    acts.GiveOrder: "orders",
    acts.AnswerOrder: "order-answers",
    acts.SettleOrder: "order-settlements",
    acts.Record: "records",
    acts.AddEvidence: "evidence",
    acts.CollectEvidence: "collections",
    acts.GiveInformation: "information",
    acts.AcknowledgeInformation: "information-acknowledgements",
    acts.RaiseFinding: "findings",
    acts.AssignAnalysis: "analyses",
    acts.ProposeMeasure: "measures",
    acts.DecideMeasure: "measure-decisions",
    acts.CarryOutMeasure: "measure-executions",
    acts.CheckRecovery: "recovery-checks",
    acts.VerifyRecovery: "verification",
    acts.SubmitSummary: "summary-reports",
    acts.ReceiveSummary: "summary-receipts",
    acts.ReadSummary: "summary-readings",
    acts.DecideRunbook: "runbook-decision",
    acts.Close: "closure",
    acts.DecideMajor: "major-decision",
    acts.Reopen: "reopening",
    acts.SubmitPreliminary: "preliminary-report",
    acts.Link: "link",
    acts.Unlink: "unlinking",
    acts.FileStatutoryReport: "statutory-reports",
    acts.WaiveStatutoryReport: "statutory-waivers",
}

router = APIRouter(prefix="/incidents/{number}", tags=["acts"])


class Answer(Receipt):
    """The receipt of an act, and what it gives cause to warn of."""

    warnings: list[str] = []


def _add(act: type[Act], resource: str) -> None:
    body_type = BODIES[act]
    command_type = Command[act]  # type: ignore[valid-type] # the class is a value here

    async def carry_out(
        *,
        number: Number,
        body: body_type,  # type: ignore[valid-type]
        person: CurrentPerson,
        ports: Ports,
        _: Locale,
        response: Response,
        key: IdempotencyKey = None,
        prefer: Prefer = None,
        if_match: IfMatch = None,
    ) -> Any:
        envelope: Any = body
        wanted = discreet(ports, number, act_of(act, envelope))
        command: Command[Any] = command_type(
            command_id=command_id(person.id, key),
            person=person.id,
            post=envelope.post,
            occurred_at=envelope.occurred_at,
            expected_version=int(if_match.strip('"')) if if_match else envelope.expected_version,
            act=wanted,
            edition=await published_since(ports, number, wanted),
        )
        await neighbours.check(number, command, ports)
        await must_be_published(ports, command.act)
        if need_not_wait(prefer) and await unawaited.is_welcome(ports, number, command):
            await ports.incidents.tell(number, command)
            return pending(number, command.command_id, "stored")
        foreseen = await neighbours.foreseen(number, command.act, ports, _)
        try:
            receipt = await ports.incidents.act(number, command)
        except OutcomeUnknown:
            return pending(number, command.command_id, "unknown")
        response.status_code = 200 if receipt.is_repeat else 201
        response.headers["ETag"] = f'"{receipt.version}"'
        said = [*foreseen, *await neighbours.warnings(number, command, ports, _)]
        return Answer(**receipt.model_dump(), warnings=said)

    clause = CLAUSES[AUTHORITY[act].clause]
    router.add_api_route(
        f"/{resource}",
        carry_out,
        methods=["POST"],
        name=act.name,
        operation_id=act.name,
        summary=(act.__doc__ or "").strip().split("\n")[0],
        description=f"{act.__doc__}\n\nClause {clause.id}: {clause.en} / {clause.zh}",
        response_model=Answer,
        status_code=201,
        response_description="Carried out and recorded.",
        responses={
            200: {"model": Answer, "description": "The same command was carried out before.", "headers": ETAG},
            202: {"model": Pending, "description": "Stored; the outcome is not known yet."},
            **problems(404, 409, 413, 415, 422, 429),
        },
    )


# These come with a body that is not JSON, and have a door of their own.
UPLOADED: frozenset[type[Act]] = frozenset({acts.AddEvidence})

for _act, _resource in RESOURCES.items():
    if _act not in UPLOADED:
        _add(_act, _resource)
