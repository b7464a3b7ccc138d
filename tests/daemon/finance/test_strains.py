from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.upsell import Load, strains

CALM = Load("2026-01", 100, 900, 100, 1)
LATE = Load("2026-02", 20, 60_001, 100, 1)
SILENT = Load("2026-03", 100, 900, 20, 4)
FEW = Load("2026-04", 19, 90_000, 19, 19)


def kinds(*loads: Load) -> list[str]:
    return [strain.kind for strain in strains(loads, 60_000)]


def test_two_months_in_a_row_are_a_signal_and_one_is_none() -> None:
    assert kinds(CALM, LATE, LATE) == ["wait"]
    assert kinds(LATE, LATE, CALM) == ["wait"]
    assert kinds(LATE, CALM, LATE) == []
    assert kinds(CALM, SILENT, SILENT) == ["unanswered"]
    assert kinds(CALM, LATE, SILENT) == []
    assert kinds(LATE) == []


def test_a_handful_of_cases_says_nothing() -> None:
    assert kinds(FEW, FEW, FEW) == []


@given(st.lists(st.sampled_from([CALM, LATE, SILENT, FEW]), max_size=3))
def test_the_evidence_is_two_months_that_were_strained(loads: list[Load]) -> None:
    for strain in strains(loads, 60_000):
        assert len(strain.loads) == 2
        assert set(strain.loads) == {LATE if strain.kind == "wait" else SILENT}
