import pytest

from frontend.templatetags.housefull import qr, runtime, rupees


@pytest.mark.parametrize(
    ("paise", "text"),
    [
        (0, "₹0"),
        (5, "₹0.05"),
        (25_000, "₹250"),
        (25_050, "₹250.50"),
        (99_900, "₹999"),
        (1_00_000, "₹1,000"),
        (12_345_600, "₹1,23,456"),
        (1_234_567_890, "₹1,23,45,678.90"),
        (-25_000, "\N{MINUS SIGN}₹250"),
        (None, ""),
    ],
)
def test_paise_are_written_as_rupees_with_indian_grouping(paise, text):
    assert rupees(paise) == text


@pytest.mark.parametrize(("minutes", "text"), [(45, "45 min"), (60, "1 h 0 min"), (134, "2 h 14 min")])
def test_a_running_time_is_written_in_hours_and_minutes(minutes, text):
    assert runtime(minutes) == text


def test_a_qr_code_is_part_of_the_page():
    assert qr("HF1.abc").startswith("data:image/svg+xml")
