"""Addresses of the expert's space, under /expert/."""

from django.urls import include, path

from cases.everyone.urls import case_routes
from cases.everyone.views import colleague_messages, desk_expert_messages
from cases.expert.views import correct, desk, follow_up, proposal, sign, workspace

app_name = "expert"
urlpatterns = [
    path("", desk.home, name="home"),
    path("phrases/", desk.snippets, name="snippets"),
    path("phrases/<uuid:snippet_id>/retirer/", desk.remove_snippet, name="remove_snippet"),
    path("dossiers/<uuid:case_id>/", workspace.page, name="case"),
    path("dossiers/<uuid:case_id>/proposition/", proposal.page, name="proposal"),
    path("dossiers/<uuid:case_id>/accepter/", proposal.accept, name="accept"),
    path("dossiers/<uuid:case_id>/decliner/", proposal.decline, name="decline"),
    path("dossiers/<uuid:case_id>/rendre/", proposal.hand_back, name="hand_back"),
    path("dossiers/<uuid:case_id>/reponses/", workspace.answers, name="answers"),
    path("dossiers/<uuid:case_id>/comparer/", workspace.compare, name="compare"),
    path("dossiers/<uuid:case_id>/ecarter/<uuid:document_id>/", workspace.set_aside, name="set_aside"),
    path("dossiers/<uuid:case_id>/question/", workspace.ask, name="ask"),
    path("dossiers/<uuid:case_id>/continuer/", workspace.go_on, name="go_on"),
    path("dossiers/<uuid:case_id>/coordination/", desk_expert_messages, name="desk_messages"),
    path("dossiers/<uuid:case_id>/requerant/", colleague_messages, name="colleague_messages"),
    path("dossiers/<uuid:case_id>/brouillon/", workspace.save, name="save"),
    path("dossiers/<uuid:case_id>/relire/", sign.read_again, name="read_again"),
    path("dossiers/<uuid:case_id>/relire/pdf/", sign.draft_pdf, name="draft_pdf"),
    path("dossiers/<uuid:case_id>/signer/", sign.sign, name="sign"),
    path("dossiers/<uuid:case_id>/signer/code/", sign.code, name="sign_code"),
    path("dossiers/<uuid:case_id>/reprendre/", sign.retract, name="retract"),
    path("dossiers/<uuid:case_id>/corriger/", correct.begin, name="correct"),
    path("dossiers/<uuid:case_id>/corriger/renoncer/", correct.give_up, name="give_up_correction"),
    path("dossiers/<uuid:case_id>/complement/", follow_up.page, name="follow_up"),
    path("dossiers/<uuid:case_id>/complement/relire/", follow_up.read_again, name="follow_up_read"),
    path("dossiers/<uuid:case_id>/complement/pdf/", follow_up.draft_pdf, name="follow_up_pdf"),
    path("dossiers/<uuid:case_id>/complement/signer/", follow_up.sign, name="follow_up_sign"),
    path("dossiers/<uuid:case_id>/complement/code/", follow_up.code, name="follow_up_code"),
    path("dossiers/<uuid:case_id>/", include(case_routes())),
]
