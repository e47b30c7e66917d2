"""What labs call our columns and terms, for suggestions only: nothing here is ever read as data.

A word counts without case, spaces and marks. Adding a language or a column is one entry.
"""

from typing import Final

HEADING_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "participant_id": (
        "participant id", "participant", "participant no", "participant code", "subject", "subject id",
        "subj", "id", "code", "study id", "record id", "pid", "proband", "probanden id", "patient id",
        "versuchsperson", "vp", "teilnehmer", "sujet", "code sujet", "sujeto", "soggetto",
    ),
    "group": ("group", "gruppe", "groupe", "grupo", "gruppo", "arm", "status", "cohort", "diagnosis"),
    "age_years": ("age", "age years", "alter", "edad", "eta", "âge", "leeftijd", "ålder"),
    "sex": ("sex", "gender", "geschlecht", "sexe", "sexo", "sesso", "kön"),
    "height_cm": ("height", "stature", "größe", "groesse", "körpergröße", "taille", "altura", "talla", "altezza"),
    "mass_kg": ("mass", "weight", "body mass", "body weight", "gewicht", "körpergewicht", "poids", "peso"),
    "bmi": ("bmi", "body mass index", "imc"),
    "dominant_leg": ("dominant leg", "dominant side", "leg dominance", "dominantes bein", "jambe dominante"),
    "painful_side": ("painful side", "pain side", "side of pain", "schmerzseite"),
    "symptom_months": ("symptom duration", "pain duration", "duration", "symptom months", "schmerzdauer"),
    "vas_mm": ("vas", "pain vas", "vas pain", "visual analogue scale", "schmerz vas"),
    "nprs": ("nprs", "nrs", "pain nrs", "numeric rating scale"),
    "odi_pct": ("odi", "oswestry", "oswestry disability index", "odi percent"),
    "rmdq": ("rmdq", "roland morris", "rdq"),
    "tsk": ("tsk", "tampa", "kinesiophobia"),
    "pcs": ("pcs", "catastrophizing", "catastrophising"),
    "leg": ("leg", "side", "limb", "bein", "seite", "stance leg", "jambe", "côté", "pierna", "lado", "gamba", "lato"),
    "trial": ("trial", "trial no", "repetition", "rep", "attempt", "versuch", "essai", "intento", "prova"),
    "condition": ("condition", "eyes", "augen", "bedingung", "yeux", "ojos"),
    "visit": ("visit", "session", "time point", "timepoint", "termin", "visite"),
    "task": ("task", "exercise", "aufgabe", "übung", "tâche"),
    "hold_time_s": (
        "hold time", "holding time", "stance time", "sls time", "sls", "time", "stance duration", "duration",
        "balance time", "haltezeit", "zeit", "standzeit", "temps", "durée", "tiempo", "tempo",
    ),
    "ended_by": ("ended by", "reason", "end reason", "stopped by", "abbruchgrund"),
    "ceiling_s": ("ceiling", "cutoff", "cut off", "maximum time", "max time"),
    "gmed_pct_mvic": ("gmed mvic", "gmed percent mvic", "gluteus medius mvic", "gmed"),
    "gmed_rms_uv": ("gmed rms", "rms"),
    "onset_ms": ("onset", "onset latency", "emg onset"),
    "abd_strength_n_kg": ("abduction strength n kg", "hip abduction", "abductor strength"),
    "abd_strength_n": ("abduction force", "abductor force"),
    "sls_test": ("sls test", "trendelenburg", "sls rating"),
    "rater": ("rater", "assessor", "tester", "untersucher"),
    "file": ("file", "file name", "datei"),
    "role": ("role",),
}  # fmt: skip
"""Our column -> what labs write above it."""

TERM_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "left": ("l", "left", "links", "li", "lt", "gauche", "g", "izquierda", "izq", "sinistra", "sx"),
    "right": ("r", "right", "rechts", "re", "rt", "droite", "d", "derecha", "der", "destra", "dx"),
    "female": ("f", "w", "female", "woman", "weiblich", "femme", "féminin", "mujer", "femmina", "vrouw"),
    "male": ("m", "male", "man", "männlich", "homme", "masculin", "hombre", "maschio"),
    "eyes_open": ("eyes open", "open", "eo", "augen offen", "offen", "yeux ouverts"),
    "eyes_closed": ("eyes closed", "closed", "ec", "augen geschlossen", "geschlossen", "yeux fermés"),
    "positive": ("positive", "pos", "+", "positiv"),
    "negative": ("negative", "neg", "-", "negativ"),
}  # fmt: skip
"""Our term -> how labs write it."""

UNIT_WORDS: Final[dict[str, str]] = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sek": "s", "sekunden": "s", "msec": "ms",
    "yrs": "years", "yr": "years", "y": "years", "year": "years", "jahre": "years", "mo": "months",
    "mths": "months", "wk": "weeks", "wks": "weeks", "wochen": "weeks", "kgs": "kg", "lbs": "lb",
    "metres": "m", "meter": "m", "meters": "m", "010": "cm", "0100": "mm",
}  # fmt: skip
"""Unit as written above a column, letters and digits only -> our word for it. A scale from 0 to 10 is in cm."""
