"""Masked account labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.evidence.mask import mask_email, mask_name


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("anna.b@example.org", "a•••@e•••.org"),
        (" anna@mail.example.co.uk ", "a•••@m•••.uk"),
        ("a@localhost", "a•••@l•••"),
        ("@example.org", "•••@e•••.org"),
        ("odd@name@example.org", "o•••@e•••.org"),
        ("Anna Berger", "A•••"),
        ("", ""),
    ],
)
def test_a_masked_address_reminds_only_its_owner(address: str, masked: str) -> None:
    """First letters and the domain's last part stay; everything else, its length too, goes."""
    assert mask_email(address) == masked


@given(st.from_regex(r"[a-z]{2,20}@[a-z]{2,20}\.[a-z]{2,6}", fullmatch=True))
def test_no_more_than_one_letter_of_each_part_stays(address: str) -> None:
    """Whatever the address, its local part and domain name cannot be read back."""
    local, domain = address.split("@")
    masked = mask_email(address)
    assert masked == f"{local[0]}•••@{domain[0]}•••.{domain.split('.')[1]}"


def test_a_name_is_masked_to_its_first_letter() -> None:
    """Names that are not addresses are masked as well."""
    assert mask_name("Ünal Öz") == "Ü•••"
