"""Keys and places of Setup › Security: groups, users, and what is opened from them.

One rule: they are part of the registry (`tui.keys`) and mean nothing without it.
"""

from __future__ import annotations

from typing import Final

from tui.key_words import Key, PlaceHelp

KEYS: Final = (
    Key(
        "list.find", "slash", "/", "find", "Type to narrow the list; Enter goes to it.", first=True
    ),
    Key("list.refresh", "f5", "F5", "refresh", "Read the list again."),
    Key("groups.open", "enter", "Enter", "rights", "See and change what the marked group grants."),
    Key("groups.who", "w", "w", "who has a right", "Show who holds a right, through which groups."),
    Key("groups.members", "m", "m", "members", "Show who is in it, and change memberships."),
    Key("groups.new", "n", "n", "new", "Make a group that grants nothing yet."),
    Key("groups.copy", "c", "c", "copy", "Make a group that grants the same, with nobody in it."),
    Key("groups.rename", "r", "r", "rename", "Change the group's name and description."),
    Key("groups.delete", "x", "x", "delete", "Delete a group that nobody is in.", True),
    Key("rights.level", "left,right", "←→", "level", "Lower or raise the marked right."),
    Key("rights.save", "s", "s", "save", "Show the difference, then save it."),
    Key("rights.undo", "z", "z", "undo", "Take the last change back that is not saved."),
    Key("users.edit", "enter", "Enter", "edit", "See and change what is entered of the user."),
    Key("users.groups", "g", "g", "groups", "Edit the group membership of the marked user."),
    Key("users.rights", "e", "e", "rights", "Show each right of the user, and through what."),
    Key("users.password", "p", "p", "password", "Give a one-time password, shown once.", True),
    Key("users.new", "n", "n", "new", "Enter a new user."),
    Key("users.copy", "c", "c", "copy", "Enter a user in the same groups as the marked one."),
    Key("users.hide", "x", "x", "hide", "Hide a user who no longer works here.", True),
    Key("users.unhide", "b", "b", "bring back", "Bring a hidden user back."),
    Key("users.hidden", "h", "h", "hidden users", "Show hidden users as well, or leave them out."),
    Key("users.unlock", "u", "u", "unlock", "End the pause after wrong passwords."),
    Key("users.require", "r", "r", "new password", "Ask for a new one at the next sign-in.", True),
    Key("users.sessions", "s", "s", "sessions", "Show where the user is signed in, and end it."),
    Key("form.groups", "f7", "F7", "groups", "Choose the groups of the user."),
    Key(
        "membership.toggle", "space", "Space", "in or out", "Put the user in or take the user out."
    ),
    Key("membership.save", "s", "s", "save", "Save the groups that are ticked."),
    Key("effective.all", "a", "a", "all rights", "Show rights that are not held as well, or not."),
    Key("policy.choose", "left,right", "←→", "choose", "Choose for the marked setting."),
    Key("policy.save", "s", "s", "save", "Show what the change means, then save it."),
    Key("policy.undo", "z", "z", "undo", "Go back to the policy as it is saved."),
    Key("sessions.end", "x", "x", "end", "End the marked session.", True),
    Key("sessions.end_all", "a", "a", "end all", "End all sessions of the user.", True),
)

PLACES: Final[dict[str, PlaceHelp]] = {
    "groups": PlaceHelp(
        "Groups",
        (
            "Rights are granted to groups; a user holds what any of their groups grants.",
            "A group can be deleted once nobody is in it, hidden users included.",
            "w answers who can take a copy of the practice's data.",
        ),
        (
            "groups.open",
            "groups.who",
            "groups.members",
            "groups.new",
            "groups.copy",
            "kiosk.help",
        ),
        ("groups.rename", "groups.delete", "list.refresh", "kiosk.back"),
    ),
    "group_rights": PlaceHelp(
        "Rights of a group",
        (
            "← and → change the marked right. Nothing counts until it is saved; what differs from",
            "the saved group tells what it was. Nobody can grant a right that they do not hold.",
        ),
        (
            "rights.level",
            "list.find",
            "rights.save",
            "rights.undo",
            "groups.who",
            "kiosk.help",
        ),
        ("groups.members", "list.refresh", "kiosk.back"),
    ),
    "group_name": PlaceHelp(
        "Name of a group",
        ("A name that no other group has, and a few words on whom the group is for.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "save_review": PlaceHelp(
        "Save the changes",
        ("Read what will be different, then save it or go back and go on changing.",),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "changed_meanwhile": PlaceHelp(
        "Changed meanwhile",
        (
            "Somebody else saved it after you opened it. Merging takes what they saved and puts",
            "your changes on top, still not saved. Discarding leaves only what they saved.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "who_holds": PlaceHelp(
        "Who has a right",
        (
            "Each right, and under the list who holds it and through which groups.",
            "Data Download: Full Control is the right to take a copy of the practice's data.",
        ),
        ("list.find", "kiosk.back", "kiosk.help"),
    ),
    "users": PlaceHelp(
        "Users",
        (
            "Who signs in here. Users are hidden when they leave, never deleted.",
            "After five wrong passwords an account pauses for five minutes; u ends the pause.",
            "A password cannot be looked up. A one-time password lets the user choose a new one.",
        ),
        (
            "users.edit",
            "users.groups",
            "users.rights",
            "users.password",
            "users.new",
            "list.find",
            "kiosk.help",
        ),
        (
            "users.copy",
            "users.sessions",
            "users.unlock",
            "users.require",
            "users.hide",
            "users.unhide",
            "users.hidden",
            "list.refresh",
            "kiosk.back",
        ),
    ),
    "user_form": PlaceHelp(
        "What is entered of a user",
        (
            "Codes go to the mobile number; none for a download in the day after a change.",
            "A provider is linked by the short name that the schedule shows.",
        ),
        ("kiosk.next", "form.groups", "kiosk.back", "kiosk.help"),
    ),
    "membership": PlaceHelp(
        "Group Membership",
        (
            "Tick the groups of this user; the first one ticked stands behind the name.",
            "Nobody can put a user into a group that grants what they do not hold themselves.",
        ),
        ("membership.toggle", "membership.save", "kiosk.back", "kiosk.help"),
    ),
    "one_time_password": PlaceHelp(
        "One-time password",
        (
            "It is shown now and never again; nobody can look it up later. Tell it to the user in",
            "person. The first sign-in with it asks for a password of their own.",
        ),
        ("kiosk.next", "kiosk.back", "kiosk.help"),
    ),
    "effective_rights": PlaceHelp(
        "Effective rights",
        (
            "What the user may do now, and through which groups. The highest level counts.",
            "A right is taken away by changing the group, or the group membership.",
        ),
        ("list.find", "effective.all", "kiosk.back", "kiosk.help"),
    ),
    "user_sessions": PlaceHelp(
        "Sessions of a user",
        (
            "Where and since when the user is signed in. An ended session asks for the password",
            "again at its next key; nothing that was saved is lost.",
        ),
        ("sessions.end", "sessions.end_all", "kiosk.back", "kiosk.help"),
        ("list.refresh",),
    ),
    "security_policy": PlaceHelp(
        "Security policy",
        (
            "What is asked of passwords, who gives a code at sign-in, and what locks a download.",
            "Nothing counts until it is saved; what a change means is shown before.",
            "The second factor of a data download cannot be switched off, here or anywhere.",
        ),
        ("policy.choose", "policy.save", "policy.undo", "kiosk.back", "kiosk.help"),
        ("list.refresh",),
    ),
}
