"""Why a value was refused, as a message that can be translated: pydantic's own words are English only."""

from collections.abc import Mapping
from typing import Any

from domain.text import N_
from domain.values import IMPLAUSIBLE

_MESSAGES = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("is not known here"),
    "string_type": N_("must be text"),
    "string_too_short": N_("needs at least {min_length} characters"),
    "string_too_long": N_("may have at most {max_length} characters"),
    "string_pattern_mismatch": N_("must match {pattern}"),
    "string_unicode": N_("is not valid Unicode"),
    "int_type": N_("must be a whole number"),
    "int_parsing": N_("must be a whole number"),
    "int_from_float": N_("must be a whole number"),
    "int_parsing_size": N_("is too large a number"),
    "float_type": N_("must be a number"),
    "float_parsing": N_("must be a number"),
    "finite_number": N_("must be a finite number"),
    "bool_type": N_("must be true or false"),
    "bool_parsing": N_("must be true or false"),
    "greater_than": N_("must be greater than {gt}"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than": N_("must be less than {lt}"),
    "less_than_equal": N_("must be at most {le}"),
    "literal_error": N_("must be one of: {expected}"),
    "enum": N_("must be one of: {expected}"),
    "list_type": N_("must be a list"),
    "too_short": N_("needs at least {min_length} entries"),
    "too_long": N_("may have at most {max_length} entries"),
    "dict_type": N_("must be a group of fields"),
    "model_type": N_("must be a group of fields"),
    "model_attributes_type": N_("must be a group of fields"),
    "date_type": N_("must be a date such as 2026-01-31"),
    "date_parsing": N_("must be a date such as 2026-01-31"),
    "date_from_datetime_parsing": N_("must be a date such as 2026-01-31"),
    "date_from_datetime_inexact": N_("must be a date such as 2026-01-31"),
    "datetime_type": N_("must be an instant such as 2026-01-31T09:00:00+08:00"),
    "datetime_parsing": N_("must be an instant such as 2026-01-31T09:00:00+08:00"),
    "datetime_from_date_parsing": N_("must be an instant such as 2026-01-31T09:00:00+08:00"),
    "datetime_object_invalid": N_("must be an instant such as 2026-01-31T09:00:00+08:00"),
    "timezone_aware": N_("must name its time zone, such as 2026-01-31T09:00:00+08:00"),
    "time_type": N_("must be a time of day such as 09:00"),
    "time_parsing": N_("must be a time of day such as 09:00"),
    "json_invalid": N_("is not valid JSON: {error}"),
    "json_type": N_("must be JSON"),
    "path_type": N_("must be a path"),
    "example": N_("must look like {example}"),
    "incomplete": N_("{given} needs {missing}"),
    "forbidden_character": N_("character {code} is not allowed"),
    "implausible_instant": IMPLAUSIBLE,
    "unknown_clause": N_("the policy has no clause {clause}"),
    "unknown_placeholder": N_("there is no placeholder “{name}”"),
    "union_tag_not_found": N_("must say of which kind it is"),
    "union_tag_invalid": N_("must be one of: {expected_tags}"),
}
_ANY = N_("{reason}")


def explain(error: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the message key and its parameters for one entry of ``ValidationError.errors()``."""
    context = error.get("ctx", {})
    if error["type"] == "value_error" and "error" in context:
        return str(context["error"]), {}
    if message := _MESSAGES.get(error["type"]):
        return message, {name: str(value) for name, value in context.items()}
    return _ANY, {"reason": error["msg"]}
