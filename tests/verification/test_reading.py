"""Known measurements, written in every dialect and read back to the last digit.

``python -m benchmarks.reading`` judges more draws and counts them. A draw that fails is
shown with its seed; ``campaign.case_of(seed)`` writes its file again.
"""

import pytest

from nfpcell.errors import NfpcellError
from tests.verification.dialects import campaign, format_table
from tests.verification.dialects.refused import refused_files

DRAWS = 200


@pytest.mark.slow
def test_what_is_written_is_read_or_refused(tmp_path):
    result = campaign.run(range(DRAWS), tmp_path)
    failures = "\n".join(map(str, result.failures[:10]))
    assert not result.failures, f"{failures}\nfiles are in {tmp_path}"


def test_a_seed_gives_the_same_file():
    for seed in range(50):
        assert campaign.case_of(seed)[0].raw == campaign.case_of(seed)[0].raw or (
            # a spreadsheet has the time at which it was saved
            campaign.case_of(seed)[0].suffix == ".xlsx"
        )


@pytest.mark.parametrize("file", refused_files(), ids=lambda file: file.what)
def test_a_file_is_refused_in_one_sentence(tmp_path, file):
    path = tmp_path / f"cell{file.suffix}"
    path.write_bytes(file.raw)
    with pytest.raises(NfpcellError, match="right would be") as refused:
        file.read(path)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_the_tables_in_the_document_are_made_from_the_files():
    """``python -m tests.verification.dialects.format_table`` writes them."""
    assert format_table.written() == format_table.DOCUMENT.read_text("utf-8")
