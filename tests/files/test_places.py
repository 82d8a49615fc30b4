"""The code of a place, however it is typed, and what an incident may know of it (5.3.3)."""

import pytest

from adapters.places import as_printed, place_code, place_proof

SECRET, NUMBER = "a secret of the tests, long enough", "7K3Q9-DXMB2"
CODE = place_code(SECRET, "market-db")


@pytest.mark.parametrize("typed", [CODE, as_printed(CODE), as_printed(CODE).lower(), f"  {CODE[:6]} {CODE[6:]} "])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert place_proof(SECRET, NUMBER, typed) == place_proof(SECRET, NUMBER, CODE)


def test_the_proof_of_one_incident_is_none_elsewhere_nor_under_another_secret_nor_a_code_itself() -> None:
    proof = place_proof(SECRET, NUMBER, CODE)
    others = [(SECRET, "7K3Q9-DXMB3", CODE), ("another secret", NUMBER, CODE), (SECRET, NUMBER, proof)]
    assert proof not in {place_proof(*other) for other in others}
    assert CODE.lower() not in proof.lower()
