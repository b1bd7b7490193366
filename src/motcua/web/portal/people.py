"""The account as an applicant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motcua.dossiers.actions import ApplicantDetails
from motcua.eforms.divisions import find_commune, find_province
from motcua.identity.models import Account


def applicant_of(account: Account) -> ApplicantDetails:
    """Who files: the person, or the business under its own number (a household's is its owner's since 1 July 2025)."""
    business = account.kind == Account.Kind.BUSINESS
    company = business and bool(account.tax_code) and account.tax_code != account.citizen_id
    return ApplicantDetails(
        kind="business" if business else "citizen",
        name=account.display_name,
        number=account.tax_code if company else account.citizen_id,
        account=account.pk,
        phone=account.phone,
        email=account.email,
        address=address_words(account.claim_values()),
    )


def numbers_of(account: Account) -> dict[str, str]:
    """The numbers under which registers know the account, as far as they are known."""
    numbers = {"citizen_id": account.citizen_id}
    if account.kind == Account.Kind.BUSINESS:
        numbers["tax_code"] = account.tax_code
    return {kind: number for kind, number in numbers.items() if number}


def address_words(claims: Mapping[str, Any]) -> str:
    """The address of the claims in words, as far as it is known; "" for nothing."""
    for name in ("DiaChi", "NoiOHienNay", "ThuongTru"):
        place = claims.get(name)
        if isinstance(place, str) and place:
            return place
        if isinstance(place, Mapping):
            province = find_province(str(place.get("MaTinhThanh", "")))
            commune = find_commune(province.code, str(place.get("MaPhuongXa", ""))) if province else None
            parts = [str(place.get("ChiTiet", ""))]
            parts += [found.label.vi for found in (commune, province) if found is not None]
            return ", ".join(part for part in parts if part)
    return ""
