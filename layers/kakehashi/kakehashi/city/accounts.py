"""How accounts are made: what stands in them, licences, first passwords, whom to match."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kakehashi.city.checked import CheckedModel, Grade, Pattern, PupilText


class Licence(CheckedModel):
    sku: Annotated[str, Field(min_length=1)]
    by: Literal["group", "user"] = "group"
    group: str | None = None


class M365(CheckedModel):
    mark: Annotated[str, StringConstraints(pattern=r"^extensionAttribute([1-9]|1[0-5])$")] = (
        "extensionAttribute1"
    )
    department: PupilText = "{class}"
    office_location: PupilText = "{school}"
    job_title: PupilText = "{grade_label}"
    change_password_at_first_sign_in: bool = True
    licences: tuple[Licence, ...] = ()
    groups: tuple[Literal["school", "grade", "class"], ...] = ()
    listing: Literal["whole", "changes"] = "whole"


PASSWORD_WORDS = (
    "Ahiru", "Ajisai", "Asagao", "Banana", "Budou", "Daikon", "Dango", "Donguri", "Edamame",
    "Fukuro", "Hamabe", "Himawari", "Hinagiku", "Hiyoko", "Hotaru", "Hoshi", "Kabocha", "Kabuto",
    "Kaede", "Kaeru", "Kamome", "Kawasemi", "Kinoko", "Kirin", "Kitsune", "Koara", "Koinu",
    "Koneko", "Kosumosu", "Kujira", "Kyabetsu", "Medaka", "Mikan", "Mikazuki", "Momiji",
    "Nadeshiko", "Nasubi", "Ninjin", "Panda", "Pengin", "Rakuda", "Ringo", "Sakura", "Senbei",
    "Shimauma", "Soramame", "Suika", "Sumire", "Suzume", "Suzuran", "Taiyou", "Takenoko", "Tamago",
    "Tanpopo", "Tanuki", "Tomato", "Tonbo", "Tsubame", "Tsuru", "Umibe", "Usagi", "Wakame",
    "Yukidaruma", "Zakuro",
)  # fmt: skip
PasswordWord = Annotated[str, StringConstraints(pattern=r"^[A-HJ-NP-Z][a-km-z]{3,11}$")]


class PasswordLength(CheckedModel):
    """So many words and digits for pupils of these grades."""

    grades: tuple[Grade, ...]
    words: Annotated[int, Field(ge=1, le=4)]
    digits: Annotated[int, Field(ge=4, le=8)]


class InitialPasswords(CheckedModel):
    """What `kakehashi passwords make` makes them of: no letter that looks like a digit, Entra's
    eight characters of three kinds at least. A grade not named gets two words and four digits.
    ``shared`` is for files that others write: whether several pupils may start with one password.
    """

    shared: Literal["wait", "allow"] = "wait"

    words: Annotated[tuple[PasswordWord, ...], Field(min_length=32)] = PASSWORD_WORDS
    lengths: tuple[PasswordLength, ...] = (PasswordLength(grades=("P1", "P2"), words=1, digits=4),)

    def length(self, grade: str) -> tuple[int, int]:
        """Words and digits for a pupil of this grade."""
        named = (one for one in self.lengths if grade in one.grades)
        return next(((one.words, one.digits) for one in named), (2, 4))


class Matching(CheckedModel):
    """Which unmarked accounts of the domain look like a pupil's: all the patterns that are given.

    ``account`` is searched in what stands before the @. Without any pattern none is listed.
    """

    account: Pattern | None = None
    department: Pattern | None = None
    office_location: Pattern | None = None
    job_title: Pattern | None = None
