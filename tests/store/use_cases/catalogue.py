"""What every use case takes. A use case that is not listed here fails `test_catalogue.py`.

NEEDS: the right that is checked before anything else. OPEN: what every signed-in user may do, with
the reason. RUNNER: what only the unattended run may do. BEFORE: what has no actor, with the reason.
PARTS: what only other use cases call.
"""

from __future__ import annotations

from store.rights import Level, Need, Right

_SECURITY = Need(Right.SECURITY)
_SECURITY_VIEW = Need(Right.SECURITY, Level.VIEW)
_DOWNLOAD = Need(Right.DATA_DOWNLOAD)
_DOWNLOAD_VIEW = Need(Right.DATA_DOWNLOAD, Level.VIEW)
_RUNNER = Need(Right.EXPORT_RUNNER)
_RUNNER_VIEW = Need(Right.EXPORT_RUNNER, Level.VIEW)
_TRAIL_VIEW = Need(Right.AUDIT_TRAIL, Level.VIEW)
_TRAIL = Need(Right.AUDIT_TRAIL)
_COMMUNICATIONS = Need(Right.COMMUNICATIONS)

NEEDS: dict[str, Need] = {
    "access_review.access_review": Need(Right.ACCESS_REVIEW),
    "access_review.begin_print": Need(Right.ACCESS_REVIEW),
    "access_review.practice_day": Need(Right.ACCESS_REVIEW),
    "accounts.effective_rights": _SECURITY_VIEW,
    "accounts.require_new_password": _SECURITY,
    "accounts.reset_password": _SECURITY,
    "accounts.unlock_user": _SECURITY,
    "audit_trail.actions": _TRAIL_VIEW,
    "audit_trail.begin_export": _TRAIL,
    "audit_trail.choices": _TRAIL_VIEW,
    "audit_trail.events": _TRAIL_VIEW,
    "audit_trail.heads_for_check": _TRAIL_VIEW,
    "audit_trail.practice_day": _TRAIL,
    "audit_trail.record_check": _TRAIL_VIEW,
    "audit_trail.verify": _TRAIL_VIEW,
    "communications.confirm_registration": _COMMUNICATIONS,
    "communications.register": _COMMUNICATIONS,
    "communications.registration": Need(Right.COMMUNICATIONS, Level.VIEW),
    "download_settings.set_always_passphrase": _SECURITY,
    "downloads.cancel_download": _DOWNLOAD_VIEW,
    "downloads.confirm_download": _DOWNLOAD,
    "downloads.list_downloads": _DOWNLOAD_VIEW,
    "downloads.request_download": _DOWNLOAD,
    "downloads.resend_code": _DOWNLOAD,
    "downloads.schedule_form": _DOWNLOAD,
    "emergency.groups_on_offer": Need(Right.EMERGENCY_ACCESS),
    "emergency.take_emergency_access": Need(Right.EMERGENCY_ACCESS),
    "factors.revoke_factors": _SECURITY,
    "factors.set_sign_in_setting": _SECURITY,
    "factors.sign_in_setting": _SECURITY_VIEW,
    "groups.copy_group": _SECURITY,
    "groups.delete_group": _SECURITY,
    "groups.group_rights": _SECURITY_VIEW,
    "groups.list_groups": _SECURITY_VIEW,
    "groups.new_group": _SECURITY,
    "groups.rename_group": _SECURITY,
    "groups.save_group_rights": _SECURITY,
    "groups.who_holds": _SECURITY_VIEW,
    "importing.import_opendental": Need(Right.IMPORT),
    "passwords.presets": _SECURITY_VIEW,
    "passwords.set_policy": _SECURITY,
    "phones.change_phone": _SECURITY,
    "providers.provider_choices": _SECURITY_VIEW,
    "retrieving.authorise_retrieval": _DOWNLOAD,
    "retrieving.begin_conversion": _DOWNLOAD_VIEW,
    "retrieving.record_disclosure": _DOWNLOAD_VIEW,
    "retrieving.record_retrieval": _DOWNLOAD,
    "running.bring_forward": _SECURITY,
    "running.check_may_run": _RUNNER,
    "running.queue": _RUNNER_VIEW,
    "running.request_cancel": _RUNNER,
    "sessions.end_session": _SECURITY,
    "sessions.list_sessions": _SECURITY_VIEW,
    "users.copy_user": _SECURITY,
    "users.hide_user": _SECURITY,
    "users.list_users": _SECURITY_VIEW,
    "users.new_user": _SECURITY,
    "users.save_user": _SECURITY,
    "users.set_membership": _SECURITY,
    "users.unhide_user": _SECURITY,
    "users.user_form": _SECURITY_VIEW,
}

OPEN: dict[str, str] = {
    "download_settings.always_passphrase": "the form for scheduling asks for one then",
    "downloads.code_tries_left": "about one's own request only",
    "emergency.emergency_state": "shown in red on every screen",
    "emergency.give_back": "one's own emergency access",
    "factors.begin_totp": "one's own factors",
    "factors.confirm_totp": "one's own factors",
    "factors.my_factors": "one's own factors",
    "factors.new_recovery_codes": "one's own factors",
    "factors.note_printed": "one's own factors",
    "factors.remove_totp": "one's own factors",
    "factors.send_proof_code": "one's own factors",
    "home.home": "shows each user what that user may do",
    "notices.my_notices": "one's own notices",
    "notices.put_away": "one's own notices",
    "passwords.change_own_password": "one's own password, and it takes the old one",
    "passwords.expiry_notice": "about one's own password",
    "phones.send_code": "to one's own phone",
    "phones.send_phone_code": "to one's own phone",
    "phones.verify_phone": "one's own phone",
    "signing_in.lock_state": "one's own session",
    "signing_in.note_lock": "one's own session",
    "signing_in.sign_out": "one's own session; ending one that is over is no error",
    "signing_in.unlock": "one's own session, and it takes the password",
}
"""None of these goes on after the session has ended, but `sign_out`."""

RUNNER = frozenset(
    {
        "rekeying.claim_rekeying",
        "rekeying.fail_rekeying",
        "rekeying.finish_rekeying",
        "sweeping.sweep",
        "unattended.claim",
        "unattended.fail",
        "unattended.finish",
    }
)

BEFORE: dict[str, str] = {
    "audit_trail.anchor_head": "copies the head of the trail; after every run and sign-out",
    "audit_trail.day_of": "the date, for the name of a file",
    "messages.note_not_sent": "the carrier, in the program that delivers",
    "messages.note_sent": "the carrier, in the program that delivers",
    "messages.waiting": "the carrier, in the program that delivers",
    "passwords.change_at_sign_in": "takes the token of a sign-in that was right",
    "passwords.policy": "what is asked of a password is told to whoever chooses one",
    "rekeying.still_rekeying": "takes the lease that `claim_rekeying` gave",
    "setting_up.add_owner": "a practice without users; refused once there is one",
    "signing_in.finish_sign_in": "takes the token of a password that was right",
    "signing_in.is_demo": "tells nothing but whether the people are invented",
    "signing_in.practice_card": "what is shown before anybody signs in",
    "signing_in.resend_sign_in_code": "takes the token of a password that was right",
    "signing_in.sign_in": "how an actor comes about",
    "unattended.report": "takes the lease that `claim` gave",
    "unattended.take_keys": "takes the lease that `claim` gave",
}

PARTS: dict[str, str] = {
    "audit_trail.report_head": "of a report whose contents took a right",
    "phones.replace_number": "of a change that checked its right",
    "phones.tell": "of a change that checked its right",
    "rekeying.cancel_pending": "of a change that checked its right",
    "rekeying.on_password_change": "of a change that checked its right",
    "rekeying.on_password_reset": "of a change that checked its right",
    "setting_up.register_spool_carrier": "of making a practice",
}
