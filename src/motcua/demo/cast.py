"""Who and what there is for the demo's past: people, officers in their seats, agencies, what they offer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import pikepdf

from motcua.catalogue.models import Procedure, Service
from motcua.config.wiring import follow
from motcua.demo.plan import COMMUNES
from motcua.demo.province import Person
from motcua.kernel import jobs
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.organisations.models import Agency
from motcua.organisations.queries import officer


@dataclass
class Cast:
    """``now`` is the end of the past. ``apart``: the communes that send dossiers on to each other, and no others."""

    people: Sequence[Person]
    now: datetime
    apart: Sequence[str] = COMMUNES
    held: jobs.Held = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_name = {person.username: person for person in self.people}
        self.citizens = [p for p in self.people if p.staff is None and p.username != "nguoila"]
        self.agencies = {agency.code: agency for agency in Agency.objects.all()}
        self.cases: dict[tuple[str, str], Procedure] = {
            (service.agency.code, service.procedure.national_code): service.procedure
            for service in Service.objects.select_related("procedure", "agency")
        }
        self.officers: dict[tuple[str, Role], list[Actor]] = {}
        for person in self.people:
            if person.staff:
                actor = officer(person.account.pk, person.account.full_name, local_day(self.now))
                assert actor is not None
                self.officers.setdefault((person.staff["agency"], Role(person.staff["role"])), []).append(
                    actor
                )

    def follow(self) -> None:
        """Do what follows: slips and messages. Mail to the demo's invented people is not sent."""
        waiting, self.held[:] = list(self.held), []
        for job, arguments in waiting:
            if job is follow:
                job.run(**arguments)


def applicant_of(person: Person) -> Actor:
    """Who they are to the portal."""
    index = person.account.citizen_id_index
    return Actor(kind="person", account=person.account.pk, identity_index=bytes(index) if index else None)


@cache
def sample_scan() -> bytes:
    """A one-page PDF that says it is a sample: the demo has no real papers."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 26 Tf 120 460 Td (BAN CHUP MAU - DU LIEU CHAY THU) Tj ET")
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
