"""The rules of cleaning, in order: each relies on those before it. docs/cleaning.md is this list.

A new rule is one file with its ``CleaningStep``, its messages in catalogue/preprocess.py, and its
place here.
"""

from __future__ import annotations

from kakehashi.preprocess.draft import CleaningStep
from kakehashi.preprocess.duplicates import DUPLICATES
from kakehashi.preprocess.first_passwords import PASSWORDS
from kakehashi.preprocess.grades import GRADES_OF_CLASSES
from kakehashi.preprocess.pupils import PUPILS
from kakehashi.preprocess.readings import CLASSES, ENROLMENTS, ROWS, SCHOOLS, SESSIONS
from kakehashi.preprocess.school_year import SCHOOL_YEAR
from kakehashi.preprocess.special_needs import MASK, WORDS_LEFT
from kakehashi.preprocess.titles import RENAMES, SPELLING, TOLD_APART

STEPS: tuple[CleaningStep, ...] = (
    SESSIONS,
    SCHOOLS,
    CLASSES,
    ENROLMENTS,
    GRADES_OF_CLASSES,
    RENAMES,
    MASK,
    WORDS_LEFT,
    SPELLING,
    TOLD_APART,
    ROWS,
    DUPLICATES,
    PUPILS,
    SCHOOL_YEAR,
    PASSWORDS,
)
