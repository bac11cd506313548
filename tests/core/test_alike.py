"""Names told in a report, the words two reports share, and pairs that may be one matter."""

from __future__ import annotations

import pytest

from hub.core._alike import ALIKE_MIN, Name, Told, issue_key, likeness, names, pair, same_name
from tests.builders import FAR_VILLAGE, NEXT_VILLAGE, NOISE, POLICY, VILLAGE, WAGES


@pytest.mark.parametrize(
    ("summary", "told"),
    [
        ("列东街道江滨小区夜间烧烤油烟扰民", ("江滨小区",)),
        ("请尽快整治东门溪的垃圾", ("东门溪",)),
        ("东门支河发臭,东门河道无人清理", ("东门河",)),
        ("江滨南路与徐碧新村路口积水", ("江滨南路", "徐碧新村")),
        ("列西路43号楼道堆放杂物", ("列西路43",)),
        ("金港河的水很黑", ("金港河",)),
        ("政府修了路,但是路面没有路灯", ()),
        ("22 Main Street: rubbish; again near Mill Creek", ("main st 22", "mill creek")),
        ("4853 S WOOD", ("wood 4853s",)),
    ],
)
def test_names_are_what_stands_before_street_estate_or_river(summary: str, told: tuple[str, ...]) -> None:
    assert tuple(name.text for name in names(summary)) == told


def test_the_issue_key_is_the_first_name_told() -> None:
    assert issue_key("江滨小区旁边的列东街很吵") == "江滨小区"
    assert issue_key("夜里很吵") == ""


def test_a_name_with_more_words_before_it_is_the_same_name() -> None:
    assert same_name(Name("红星农场马洲", "河"), Name("马洲", "河"))
    assert not same_name(Name("马洲", "河"), Name("马洲", "路"))
    assert not same_name(Name("马洲", "河"), Name("东门", "河"))


def test_two_houses_of_one_street_are_not_the_same_name() -> None:
    assert not same_name(Name("列西", "路", "43"), Name("列西", "路", "45"))
    assert same_name(Name("列西", "路", "43"), Name("列西", "路"))


def test_the_likeness_shows_the_words_it_rests_on() -> None:
    share, shared = likeness("小区门口夜间烧烤油烟扰民", "夜间烧烤油烟很大")

    assert shared == ("夜间烧烤油烟",)
    assert share == pytest.approx(5 / 13)


def test_words_shared_in_other_order_are_shown_apart() -> None:
    assert likeness("油烟扰民", "扰民的油烟").shared == ("油烟", "扰民")


def test_texts_without_a_common_word_are_not_alike() -> None:
    assert likeness("油烟", "停电") == (0.0, ())
    assert likeness("", "停电") == (0.0, ())


def a_matter(summary: str = "江滨小区夜间烧烤油烟", day: int = 100, **told: object) -> Told:
    return Told(**({"place": VILLAGE, "category": NOISE, "day": day, "summary": summary} | told))  # type: ignore[arg-type]


def test_the_same_estate_told_twice_while_open_is_a_pair() -> None:
    found = pair(POLICY, a_matter(), a_matter("江滨小区有人烧烤", day=101), 3, 2)

    assert found is not None
    assert found.score >= ALIKE_MIN
    assert (found.steps, found.days_apart, found.shared) == (0, 1, ("江滨小区",))


def test_another_estate_is_no_pair_though_the_words_are_alike() -> None:
    found = pair(POLICY, a_matter(), a_matter("东泉花园夜间烧烤油烟"), 3, 2)

    assert found is not None
    assert found.score < ALIKE_MIN


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (a_matter(), a_matter(day=104)),
        (a_matter(day=101), a_matter(day=100)),
        (a_matter(closed_day=100), a_matter(day=101)),
        (a_matter(), a_matter(place=FAR_VILLAGE)),
        (a_matter(), a_matter(category=WAGES)),
    ],
    ids=["too late", "before it", "closed before", "too far", "another branch"],
)
def test_what_is_too_far_away_is_no_pair(earlier: Told, later: Told) -> None:
    assert pair(POLICY, earlier, later, within_days=3, steps_max=2) is None


def test_a_pair_farther_apart_scores_less() -> None:
    near = pair(POLICY, a_matter(), a_matter(), 3, 2)
    next_door = pair(POLICY, a_matter(), a_matter(place=NEXT_VILLAGE), 3, 2)
    later = pair(POLICY, a_matter(), a_matter(day=103), 3, 2)

    assert near is not None
    assert next_door is not None
    assert later is not None
    assert near.score > next_door.score
    assert near.score > later.score
