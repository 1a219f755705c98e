"""What the sheet for online access says, in the languages it can be printed in.

One rule: short plain sentences that somebody without a computer understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_ENGLISH_MONTHS = (
    "January, February, March, April, May, June, July, August, September, October, November,"
    " December"
)
_SPANISH_MONTHS = (
    "enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre,"
    " diciembre"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Every sentence of the sheet. `{day}` is the last day of the password, `{phone}` the office's
    number, `{office}` its name."""

    code: str
    title: str
    made_for: str
    address_label: str
    name_label: str
    word_label: str
    scan: str
    next_heading: str
    open_address: str
    sign_in: str
    choose_new: str
    choose_own: str
    shred: str
    until: str
    no_limit: str
    stranger_heading: str
    stranger: str
    stranger_no_phone: str
    months: str
    day_form: str

    def day(self, day: date) -> str:
        """Return a date in words."""
        return self.day_form.format(day.day, self.months.split(", ")[day.month - 1], day.year)


ENGLISH = Words(
    code="en-US",
    title="Your online access",
    made_for="For",
    address_label="Address",
    name_label="User name",
    word_label="Password",
    scan="Scan with your phone",
    next_heading="What to do next",
    open_address="Open the address above in a web browser, or point your phone’s camera at the"
    " square code.",
    sign_in="Sign in with the user name and the password above. Capital and small letters count in"
    " the password.",
    choose_new="You are asked for a new password. Choose one that only you know; the one on this"
    " sheet stops working then.",
    choose_own="If you like, choose another password that only you know. The one on this sheet"
    " stops working then.",
    shred="When you have signed in, tear this sheet up or shred it.",
    until="The password on this sheet works until {day}. After that, ask us for a new one.",
    no_limit="The password on this sheet works until you change it.",
    stranger_heading="If you did not ask for this",
    stranger="Call us at {phone}, and we will close this access. Nobody from {office} will ever ask"
    " for your password.",
    stranger_no_phone="Tell us, and we will close this access. Nobody from {office} will ever ask"
    " for your password.",
    months=_ENGLISH_MONTHS,
    day_form="{0} {1} {2}",
)

SPANISH = Words(
    code="es-US",
    title="Su acceso en línea",
    made_for="Para",
    address_label="Dirección",
    name_label="Usuario",
    word_label="Contraseña",
    scan="Escanee con su teléfono",
    next_heading="Qué hacer ahora",
    open_address="Abra la dirección de arriba en un navegador, o apunte la cámara de su teléfono al"
    " código cuadrado.",
    sign_in="Entre con el usuario y la contraseña de arriba. En la contraseña cuentan las"
    " mayúsculas y las minúsculas.",
    choose_new="Se le pedirá una contraseña nueva. Elija una que solo usted conozca; la de esta"
    " hoja deja de servir entonces.",
    choose_own="Si lo desea, elija otra contraseña que solo usted conozca. La de esta hoja deja"
    " de servir entonces.",
    shred="Cuando haya entrado, rompa o triture esta hoja.",
    until="La contraseña de esta hoja sirve hasta el {day}. Después, pídanos una nueva.",
    no_limit="La contraseña de esta hoja sirve hasta que usted la cambie.",
    stranger_heading="Si usted no pidió esto",
    stranger="Llámenos al {phone} y cerraremos este acceso. Nadie de {office} le pedirá nunca su"
    " contraseña.",
    stranger_no_phone="Avísenos y cerraremos este acceso. Nadie de {office} le pedirá nunca su"
    " contraseña.",
    months=_SPANISH_MONTHS,
    day_form="{0} de {1} de {2}",
)


def words_for(language: str) -> Words:
    """Return the words for a language as patients' records write it; English where it is another.

    Takes names and codes: `es`, `spa`, `es-MX`, `Spanish`, `español`.
    """
    low = language.strip().lower()
    if low.startswith(("spa", "español")) or low == "es" or low.startswith(("es-", "es_")):
        return SPANISH
    return ENGLISH
