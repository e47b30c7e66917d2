"""The page of all recordings: worst first, everything on it, chosen by links, nothing that runs."""

import re

import pytest

from pipeline.publishing.signal_pages.recording_entries import reason_kind
from pipeline.publishing.signal_pages.signal_page import signal_quality_html


@pytest.fixture(scope="module")
def tables(made):
    rows = [
        made.signals_row(participant_id="001", trial=1),
        made.signals_row(
            participant_id="001", trial=2, quality="warn",
            reasons="the level at rest is 6.1 µV; the stance is only 12.0 dB above rest",
        ),
        made.signals_row(
            participant_id="002", trial=1, quality="warn", reasons="the level at rest is 5.2 µV"
        ),
        made.signals_row(
            participant_id="002", trial=2, quality="reject", reasons="the channel is dead",
            problem="The EMG signal is rejected: the channel is dead.", fix="Look at the signal.",
        ),
        made.signals_row(
            participant_id="002", trial=3, quality="reject", reasons="The file is damaged",
            problem="The file is damaged.", fix="Copy the recording again.", rms_uv=None,
        ),
        made.signals_row(participant_id="003", trial=1, role="mvic", window_from="file"),
    ]  # fmt: skip
    readable = [row for row in rows if row.get("problem") != "The file is damaged."]
    traces = [
        trace for row in readable for trace in made.trace_rows({n: row[n] for n in made.key()})
    ]
    activation = [
        {
            **{name: rows[0][name] for name in ("participant_id", "visit", "task", "leg", "trial")},
            "gmed_pct_mvic": 21.4, "gmed_rms_uv": 40.0, "mvic_rms_uv": 187.0, "onset_ms": -80.0,
            "onset_low_ms": -95.0, "onset_high_ms": -69.0, "quality": "good", "file": rows[0]["file"],
        }
    ]  # fmt: skip
    return made.tables(rows, traces, activation)


@pytest.fixture(scope="module")
def page(tables):
    return signal_quality_html("invented", **tables)


def _headings(page):
    found = re.findall(r'<h3><span class="badge">([^<]+)</span> ([^<]+)</h3>', page)
    return [(verdict, name.split(" (")[0]) for verdict, name in found]


def test_the_worst_recording_comes_first(page):
    assert _headings(page) == [
        ("Could not be read", "002, left leg, stance trial 3"),
        ("Rejected", "002, left leg, stance trial 2"),
        ("Usable, with a remark", "001, left leg, stance trial 2"),
        ("Usable, with a remark", "002, left leg, stance trial 1"),
        ("Good", "001, left leg, stance trial 1"),
        ("Good", "003, left leg, MVIC trial 1"),
    ]


def test_every_recording_has_a_picture_but_what_could_not_be_read(page):
    articles = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert len(articles) == 6
    assert [article.count("<svg") for article in articles] == [0, 1, 1, 1, 1, 1]
    assert "The file is damaged." in articles[0]
    assert "Copy the recording again." in articles[0]


def test_the_summary_counts_by_verdict_group_and_role(page, reading):
    head, *rows = reading.PageReader(page).tables[0]
    assert head == [
        "Verdict", "LBP, stance", "control, stance", "(no group), MVIC", "All", "What it means"
    ]  # fmt: skip
    counts = {row[0]: row[1:-1] for row in rows}
    assert counts == {
        "Could not be read": ["0", "1", "0", "1"],
        "Rejected": ["0", "1", "0", "1"],
        "Usable, with a remark": ["1", "1", "0", "2"],
        "Good": ["1", "0", "1", "2"],
    }


def test_reasons_are_counted_without_their_numbers(page, reading):
    _, *rows = reading.PageReader(page).tables[1]
    assert rows == [
        ["The level at rest is … µV.", "2"],
        ["The channel is dead.", "1"],
        ["The stance is only … dB above rest.", "1"],
    ]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("14.8% of the samples stand", "…% of the samples stand"),
        ("the signal reaches 2.3e+04 µV", "the signal reaches … µV"),
        ("at −3 dB", "at … dB"),
    ],
)
def test_a_kind_of_reason_has_no_number(reason, kind):
    assert reason_kind(reason) == kind


def test_every_link_leads_to_a_place_and_every_choice_hides_the_others(page):
    places = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= places
    classes = {
        name for styles in re.findall(r'<article class="([^"]+)"', page) for name in styles.split()
    }
    rules = re.findall(r"#(show-[\w-]+):target ~ \.recordings \.rec:not\(\.([\w-]+)\)", page)
    assert {anchor for anchor, _ in rules} == places - {"show-all"} - {
        place for place in places if place.startswith("rec-")
    }
    assert {style for _, style in rules} <= classes
    assert dict(rules)["show-reject"] == "v-reject"


def test_numbers_carry_labels_and_units(page, reading):
    text = reading.PageReader(page).text
    for words in (
        "GMed activation 21.4 %MVIC", "MVIC reference 187.0 µV", "Signal-to-noise 25.0 dB",
        "Onset from lift-off −80 ms (90% interval −95 to −69)", "Channel L GMED, 2000 Hz",
    ):  # fmt: skip
        assert words in text


def test_the_verdict_of_a_trial_counts_its_reference(made):
    row = made.signals_row()
    trial = {
        **{name: row[name] for name in ("participant_id", "visit", "task", "leg", "trial", "file")},
        "gmed_rms_uv": 40.0, "mvic_rms_uv": 20.0, "quality": "warn",
        "quality_reasons": "the MVIC reference is only 20 µV",
    }  # fmt: skip
    finding = {
        "finding_id": "x", "rule_id": "REC-05", "severity": "WARN", "file": row["file"],
        "why": "w", "fix": "Check that the MVIC was maximal.", "status": "open",
    }  # fmt: skip
    page = signal_quality_html(
        "x", **made.tables([row], made.trace_rows(made.key()), [trial], [finding])
    )
    assert _headings(page) == [("Usable, with a remark", "001, left leg, stance trial 1")]
    assert "The MVIC reference is only 20 µV." in page
    assert "Check that the MVIC was maximal." in page


def test_a_cohort_without_recordings_has_a_page_that_says_so(made, reading):
    page = signal_quality_html("x", **made.tables([], []))
    assert "has no recordings" in reading.PageReader(page).text
    assert "<svg" not in page


def test_beyond_a_number_the_best_are_listed_without_a_picture(tables):
    page = signal_quality_html("x", **tables, most_pictures=3)
    articles = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert [article.count("<svg") for article in articles] == [0, 1, 1, 0, 0, 0]
    assert "The 3 best recordings are listed without a picture" in page


def test_nothing_runs_and_nothing_is_loaded(page, reading):
    tags = {tag for tag, _ in reading.PageReader(page).tags}
    assert not tags & {"script", "iframe", "object", "form", "link", "img"}
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|https?://", page)
    assert not re.search(r"<[^>]+\son\w+=", page)


def test_names_from_files_cannot_be_code(made, reading):
    evil = "</style></svg><script>alert(1)</script>臀中筋 Gesäß\u202e"
    row = made.signals_row(quality="warn", reasons=evil, gmed_channel=evil, file=evil)
    page = signal_quality_html(evil, **made.tables([row], made.trace_rows(made.key())))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "臀中筋 Gesäß" in reading.PageReader(page).text


def test_the_same_tables_give_the_same_bytes(tables, page):
    shuffled = {
        **tables,
        "signals": tables["signals"].iloc[::-1].reset_index(drop=True),
        "traces": tables["traces"].iloc[::-1].reset_index(drop=True),
    }
    assert signal_quality_html("invented", **tables) == page
    assert signal_quality_html("invented", **shuffled) == page
