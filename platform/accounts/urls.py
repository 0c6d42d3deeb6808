"""The addresses of accounts; those of the desk and of the administrator lie in their spaces."""

from django.urls import path

from accounts.views import account, identity, invitations, login, registration, reset, sign_up, staff, terms

app_name = "accounts"

urlpatterns = [
    path("connexion/", login.login_page, name="login"),
    path("deconnexion/", login.log_out, name="logout"),
    path("espace/", login.spaces, name="spaces"),
    path("inscription/", sign_up.sign_up, name="sign_up"),
    path("inscription/professionnel/", sign_up.sign_up_professional, name="sign_up_professional"),
    path("inscription/code/", sign_up.sign_up_code, name="sign_up_code"),
    path("conditions/", terms.conditions, name="terms"),
    path("donnees-personnelles/", terms.privacy, name="privacy"),
    path("mot-de-passe/", reset.reset, name="reset"),
    path("mot-de-passe/code/", reset.reset_code, name="reset_code"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("invitation/suite/", invitations.invitation_next, name="invitation_next"),
    path("invitation/refus/", invitations.invitation_refuse, name="invitation_refuse"),
    path("invitation/nouveau-code/", invitations.invitation_reissue, name="invitation_reissue"),
    path("compte/", account.account, name="account"),
    path("compte/presence/", login.keepalive, name="keepalive"),
    path("compte/profil/", account.profile, name="profile"),
    path("compte/mot-de-passe/", account.password, name="password"),
    path("compte/adresse/", account.email, name="email"),
    path("compte/adresse/code/", account.email_code, name="email_code"),
    path("compte/sessions/fin/", account.end_other_sessions, name="end_other_sessions"),
    path("compte/sessions/<uuid:session_id>/fin/", account.end_session, name="end_session"),
    path("compte/fermer/", account.close, name="close"),
    path("compte/engagement/", account.undertaking, name="undertaking"),
    path("compte/reprise/<uuid:kept_id>/", account.kept_post, name="kept"),
    path("compte/espaces/<slug:role>/", account.open_space, name="open_space"),
    path("compte/inscription-professionnelle/", registration.registration, name="registration"),
    path("patient/identite/", identity.identity, name="identity"),
    path("patient/identite/<uuid:patient_id>/", identity.identity, name="identity_of"),
    path("bureau/inscriptions/", registration.registrations, name="registrations"),
    path("bureau/inscriptions/<uuid:professional_id>/", registration.answer_registration, name="answer_registration"),
    path("technique/comptes/", staff.staff_list, name="staff"),
    path("technique/comptes/nouveau/", staff.staff_new, name="staff_new"),
    path("technique/comptes/<uuid:user_id>/", staff.staff_member, name="staff_member"),
    path("technique/comptes/<uuid:user_id>/<slug:what>/", staff.change_member, name="change_member"),
    path(
        "technique/inscriptions/<uuid:professional_id>/",
        registration.answer_registration,
        name="answer_registration_technical",
    ),
]
