"""Routes of the portal."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from motcua.web.portal import (
    changing,
    files,
    filing,
    public,
    service_list,
    sharing,
    submitting,
    tracking,
    uploading,
    verifying,
)
from motcua.web.portal.account import dossier, home, myself, turns


class DossierCode(StringConverter):
    """A dossier code as written: an agency's code, the day, a number."""

    regex = r"[A-Za-z0-9.]{3,35}-\d{6,8}-\d{4,12}"


class NationalCode(StringConverter):
    """A procedure's code: ``1.001193``."""

    regex = r"[1-6]\.\d{6}"


class Token(StringConverter):
    """The secret of an invitation's link."""

    regex = r"[A-Za-z0-9_-]{32}"


register_converter(DossierCode, "dossier")
register_converter(Token, "token")
register_converter(NationalCode, "national")

urlpatterns = [
    path("", public.home, name="home"),
    path("procedures/", public.search, name="search"),
    path("procedures/all/", public.all_services, name="all_services"),
    path("procedures/<national:code>/", public.procedure, name="procedure"),
    path("procedures/<national:code>/start/", filing.start, name="start"),
    path("sectors/<slug:slug>/", public.sector, name="sector"),
    path("life-events/<slug:slug>/", public.life_event, name="life_event"),
    path("statistics/", public.statistics, name="statistics"),
    path("service-list/", service_list.service_list, name="service_list"),
    path("service-list/papers/<slug:kind>/", service_list.service_list_paper, name="service_list_paper"),
    path("communes/", public.communes_of, name="communes"),
    path("track/", tracking.track, name="track"),
    path("verify/", verifying.verify_result, name="verify"),
    path("drafts/<uuid:draft_id>/", filing.draft_home, name="draft"),
    path("drafts/<uuid:draft_id>/part/<slug:section_id>/", filing.section, name="draft_section"),
    path("drafts/<uuid:draft_id>/papers/", filing.papers, name="draft_papers"),
    path("drafts/<uuid:draft_id>/check/", submitting.check, name="draft_check"),
    path("drafts/<uuid:draft_id>/done/", submitting.done, name="draft_done"),
    path("drafts/<uuid:draft_id>/changes/", changing.changes, name="draft_changes"),
    path("drafts/<uuid:draft_id>/discard/", submitting.discard, name="draft_discard"),
    path("drafts/<uuid:draft_id>/invite/", sharing.invite, name="draft_invite"),
    path("drafts/<uuid:draft_id>/invite/<int:invitation>/revoke/", sharing.revoke, name="draft_revoke"),
    path("drafts/<uuid:draft_id>/shared/", sharing.shared, name="draft_shared"),
    path("invited/<token:token>/", sharing.invited, name="invited"),
    path("drafts/<uuid:draft_id>/uploads/join/<int:component>/", filing.join_files, name="draft_join"),
    path("drafts/<uuid:draft_id>/autosave/", uploading.autosave, name="draft_autosave"),
    path("drafts/<uuid:draft_id>/uploads/", uploading.begin, name="draft_uploads"),
    path("drafts/<uuid:draft_id>/uploads/<uuid:upload_id>/", uploading.chunk, name="draft_upload"),
    path("drafts/<uuid:draft_id>/uploads/<uuid:upload_id>/remove/", filing.remove_file, name="draft_remove"),
    path("account/", home.home, name="account"),
    path("account/dossiers/<dossier:code>/", dossier.dossier, name="my_dossier"),
    path("account/dossiers/<dossier:code>/letters/", turns.answer, name="letter_answer"),
    path("account/dossiers/<dossier:code>/declaration.pdf", files.declaration, name="declaration"),
    path("account/dossiers/<dossier:code>/withdraw/", turns.withdraw, name="withdraw"),
    path("account/dossiers/<dossier:code>/stop/", turns.stop, name="stop"),
    path("account/dossiers/<dossier:code>/rate/", turns.rate, name="rate"),
    path("account/dossiers/<dossier:code>/supplement/", turns.supplement, name="supplement"),
    path("account/store/", myself.store, name="store"),
    path("account/messages/", myself.messages, name="messages"),
    path("account/profile/", myself.profile, name="profile"),
    path("account/files/<slug:kind>/<slug:key>/", files.download, name="file"),
]
