"""What identifiers of the policy are called: posts, phases, grades, decisions."""

from domain.text import N_

WORDS = {
    # posts and roles
    "operator": N_("operator"),
    "it_manager": N_("IT manager"),
    "it_supervisor": N_("IT supervisor"),
    "emergency_specialist": N_("emergency specialist"),
    "technician": N_("technician"),
    "it_director": N_("IT director"),
    "general_manager": N_("general manager"),
    "department_head": N_("department head"),
    "reporter": N_("reporter"),
    "responder": N_("responder"),
    "emergency_leading_group": N_("emergency leading group"),
    "on_scene_commander": N_("on-scene commander"),
    "system": N_("the system"),
    "alert_source": N_("monitoring"),
    # phases
    "reported": N_("reported"),
    "judging": N_("being judged"),
    "dismissed": N_("not an emergency"),
    "withdrawn": N_("withdrawn"),
    "operator_handling": N_("handled by the operator"),
    "on_site_handling": N_("handled on the scene"),
    "director_decision": N_("the director decides"),
    "department_handling": N_("handled by the department"),
    "group_handling": N_("handled by the leading group"),
    "recovery": N_("recovery"),
    "summary": N_("summary"),
    "closed": N_("closed"),
    # answers
    "emergency": N_("emergency"),
    "not_emergency": N_("no emergency"),
    "done": N_("done"),
    "failed": N_("failed"),
    "skipped": N_("skipped"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "change_requested": N_("sent back for change"),
    "acknowledged": N_("acknowledged"),
    "objected": N_("objected"),
    "notice": N_("notice"),
    "advance_notice": N_("advance notice"),
    "without_gated_steps": N_("go on without the steps that wait for approval"),
    "stand_down": N_("stand down"),
}
