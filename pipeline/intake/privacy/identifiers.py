"""Columns that identify people by their heading. Their values are never looked at.

The headings are those of forms in English, German, French, Spanish, Italian, Dutch, Portuguese and the
Nordic languages; accents, case and word separators do not matter.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from openpyxl.utils import get_column_letter

from pipeline.intake.findings.messages import Finding, make_finding, quoted

_NAMES: Final = (
    "firstname givenname forename middlename lastname familyname surname maidenname fullname "
    "patientname participantname subjectname patientinitials participantinitials subjectinitials "
    "vorname nachname familienname geburtsname rufname patientenname "
    "prenom nomdefamille nompatient nomprenom "
    "apellido apellidos nombrecompleto primernombre "
    "cognome nomecognome "
    "voornaam achternaam tussenvoegsel "
    "sobrenome nomecompleto "
    "fornavn etternavn mellomnavn efternavn fornamn efternamn etunimi sukunimi fornafn eftirnafn"
)
_BIRTHS: Final = (
    "dateofbirth birthdate birthday dob "
    "geburtsdatum geburtstag gebdatum gebdat gebtag "
    "datedenaissance datenaissance nele neele "
    "fechadenacimiento fechanacimiento fechanac fnac "
    "datadinascita datanascita natoil "
    "geboortedatum "
    "datadenascimento datanascimento "
    "fodselsdato foedselsdato fodselsdag foedselsdag fodelsedatum fodelsedag syntymaaika "
    "faedingardagur"
)
_CONTACTS: Final = (
    "email emailaddress phonenumber telephonenumber telephone mobilephone mobilenumber cellphone "
    "homeaddress streetaddress postaladdress homephone "
    "emailadresse telefonnummer telefonnr handynummer handynr mobilnummer wohnadresse anschrift "
    "strassenname hausnummer postleitzahl postadresse "
    "courriel adressemail adressepostale numerodetelephone codepostal "
    "correoelectronico numerodetelefono codigopostal domicilio "
    "postaelettronica numeroditelefono indirizzo codicepostale "
    "emailadres telefoonnummer huisadres woonadres postcode huisnummer "
    "enderecoeletronico telemovel codigodepostal morada "
    "epost epostadresse epostadress epostadresser telefonnummer mobilnummer sahkoposti "
    "puhelinnumero postnummer"
)
_RECORDS: Final = (
    "mrn medicalrecordnumber medicalrecordno ssn socialsecurity socialsecuritynumber nhsnumber nhsno hospitalnumber "
    "passportnumber driverslicense insurancenumber nationalid nationalidnumber "
    "fallnummer fallnr aktennummer krankenaktennummer aktenzeichen versichertennummer "
    "versicherungsnummer sozialversicherungsnummer svnr ahvnummer ahvnr krankenkassennummer "
    "personalausweisnummer "
    "numerodedossier numerodossier numerodesecuritesociale numerosecuritesociale securitesociale "
    "numerohistoriaclinica historiaclinica numerodehistoria seguridadsocial "
    "codicefiscale numerocartella tesserasanitaria "
    "burgerservicenummer bsn patientendossiernummer "
    "numerodeprocesso numeroutente cartaocidadao cpf "
    "personnummer fodselsnummer foedselsnummer cprnummer cprnr cpr henkilotunnus hetu kennitala "
    "journalnummer"
)
IDENTIFYING_HEADINGS: Final = frozenset(f"{_NAMES} {_BIRTHS} {_CONTACTS} {_RECORDS}".split())
"""Words that identify wherever they stand in a heading, as whole words: "E-mail (private)"."""

IDENTIFYING_ALONE: Final = frozenset(
    [
        "name",
        "names",
        "phone",
        "mobile",
        "mobil",
        "handy",
        "address",
        "addresses",
        "mail",
        "street",
        "city",
        "zip",
        "zipcode",
        "birth",
        "adresse",
        "adressen",
        "telefon",
        "tel",
        "strasse",
        "wohnort",
        "plz",
        "geburt",
        "geb",
        "initials",
        "initialen",
        "nom",
        "telephone",
        "portable",
        "naissance",
        "rue",
        "nombre",
        "nombres",
        "direccion",
        "telefono",
        "correo",
        "nacimiento",
        "dni",
        "nif",
        "nome",
        "telefono",
        "nascita",
        "via",
        "naam",
        "adres",
        "telefoon",
        "geboorte",
        "straat",
        "woonplaats",
        "endereco",
        "telefone",
        "nascimento",
        "apelido",
        "rua",
        "navn",
        "namn",
        "nimi",
        "nafn",
        "adress",
        "adresser",
        "osoite",
        "puhelin",
        "fodt",
        "fodd",
        "fodsel",
    ]
)
"""Words that identify only where nothing else but words about persons stands beside them."""

_ABOUT_PERSONS: Final = frozenset(
    [
        "patient",
        "patients",
        "patienten",
        "patientin",
        "participant",
        "participants",
        "subject",
        "subjects",
        "person",
        "persons",
        "proband",
        "probanden",
        "teilnehmer",
        "teilnehmerin",
        "client",
        "klient",
        "paciente",
        "participante",
        "paziente",
        "partecipante",
        "deelnemer",
        "deltaker",
        "deltagare",
        "deltager",
        "volunteer",
        "private",
        "privat",
        "prive",
        "home",
        "contact",
        "kontakt",
        "emergency",
        "full",
        "complete",
        "legal",
        "voll",
        "vollstandiger",
        "of",
        "the",
        "des",
        "der",
        "die",
        "das",
        "du",
        "de",
        "la",
        "le",
        "el",
        "del",
        "della",
        "dello",
        "van",
        "da",
        "do",
        "den",
        "det",
        "och",
        "og",
        "und",
        "and",
        "et",
        "y",
        "e",
        "number",
        "no",
        "nr",
        "nummer",
        "numero",
    ]
)
_LETTERS: Final = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ł": "l"})
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST: Final = 4
"""Words that the longest entry of the list is made of, such as date of birth or date de naissance."""


def identifying_places(headings: Sequence[str]) -> list[int]:
    """Columns (from 0) whose heading says that they identify people."""
    return [j for j, heading in enumerate(headings) if _identifies(heading)]


def identifying_columns(
    file: str, sheet: str | None, heading_row: int, headings: Sequence[str]
) -> list[Finding]:
    """COL-05 findings at the headings of a file or sheet; they hold headings and no values."""
    return [
        make_finding(
            "COL-05",
            file=file,
            sheet=sheet,
            cell=f"{get_column_letter(j + 1)}{heading_row}" if heading_row else f"variable {j + 1}",
            column=headings[j],
            found=quoted(headings[j]),
            row=heading_row,
            facts={"value": headings[j]},
        )
        for j in identifying_places(headings)
    ]


def plain_words(heading: str) -> list[str]:
    """The words of a heading without accents, marks and upper case: "Prénom (Patient)" is two."""
    split = _CAMEL.sub(" ", heading).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare)


def _identifies(heading: str) -> bool:
    words = plain_words(heading)
    if not words:
        return False
    squeezed = "".join(words)
    if squeezed in IDENTIFYING_HEADINGS or squeezed in IDENTIFYING_ALONE:
        return True
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST, len(words)) + 1):
            if "".join(words[first:last]) in IDENTIFYING_HEADINGS:
                return True
    alone = [word for word in words if word in IDENTIFYING_ALONE]
    return bool(alone) and all(word in alone or word in _ABOUT_PERSONS for word in words)
