"""``kamcore credit --scorecard``: learned from outcomes, each on the facts of its own day."""

import pytest

from command_line import kamcore

pytest.importorskip("sklearn")

DAY = ("--as-of", "2025-12-31")
CARD = ("credit", "表单.toml", *DAY, "--scorecard", "late_days,margin")


def forms(count=40):
    """Late customers defaulted in 2024; one of them is late on the day itself no more."""
    parts = []
    for at in range(count):
        late = at % 20 * 3
        bad = late >= 30 if at % 7 else late < 30
        facts = [("late_days", late, "2024-01-01"), ("margin", at % 5, "2024-01-01")]
        if at == 39:
            facts.append(("late_days", 0, "2025-06-01"))
        parts += [
            f'[[customer_fact]]\ncustomer = "c{at:02}"\nmeasure = "{name}"\nvalue = {value}\n'
            f"on = {day}"
            for name, value, day in facts
        ]
        parts.append(
            f'[[credit_outcome]]\ncustomer = "c{at:02}"\non = 2024-06-30\nbad = {str(bad).lower()}'
        )
    return "\n".join(parts)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "表单.toml").write_text(forms(), "utf-8")
    return tmp_path


def test_it_learns_what_made_the_outcomes(folder):
    done = kamcore(*CARD, "--json", "-o", "评分卡.html", cwd=folder)
    assert done.code == 0
    card, rows = done.json["scorecard"], done.json["rows"]
    late, margin = card["measures"]
    assert float(late["weight"]) > abs(float(margin["weight"]))
    assert (card["good"] + card["bad"], card["left_out"]) == (40, 0)
    assert float(card["auc"]) > 0.6
    assert len(rows) == 40
    assert [row["points"] for row in rows] == sorted(row["points"] for row in rows)
    by_name = {row["customer"]: row for row in rows}
    # What is known on the day counts for the points: this one was late when it was learned from.
    assert by_name["c39"]["points"] > by_name["c19"]["points"]
    assert "credit scorecard" in (folder / "评分卡.html").read_text("utf-8")


def test_the_screen_says_what_raises_the_risk(folder):
    text = kamcore(*CARD, "--customer", "c39", cwd=folder, KAMCORE_LANG="zh").text
    assert "平均超期天数: 越高越易违约" in text
    assert "c39" in text
    assert "c38" not in text


def test_too_few_outcomes_are_refused(folder):
    (folder / "表单.toml").write_text(forms(8), "utf-8")
    done = kamcore(*CARD, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, "R1401")
    unknown = kamcore(*CARD[:-1], "no_such_measure", "--json", cwd=folder)
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "R1401")


def test_without_the_extra_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setattr("kamcore.cli.customers.credit_scorecard.find_spec", lambda _name: None)
    done = kamcore(*CARD, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, "U2202")
    assert "kamcore[scorecard]" in done.json["error"]["hint"]
