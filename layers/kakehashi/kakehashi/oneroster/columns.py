"""Columns of every OneRoster CSV file, as a table: name, kind, required or not, terms, target.

One line a column: ``name kind [arguments]``. ``!`` after the name: always required; ``?`` after
that: a blank is a note, for what it would tell is told elsewhere, or looked at when it goes out.
``~`` at the end: nobody's account hangs on this column, so its faults are notes. ``ext:`` among the
terms: the vocabulary may be extended. The three columns every file begins with are not repeated.

Source: OneRoster CSV Binding 1.2 Final (https://imsjapan.github.io/or12.html); users.csv of 1.1 as
its public importers read it; ``metadata.jp.*`` as hanachin/meibo models the Japan profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LEADING = ("sourcedId", "status", "dateLastModified")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` names the check of its values, ``target`` the file it refers to.

    ``slack``: faults here are told as notes. ``forgiving``: a blank is.
    """

    name: str
    kind: str
    required: bool = False
    terms: frozenset[str] = frozenset()
    extensible: bool = False
    target: str = ""
    slack: bool = False
    forgiving: bool = False


REFERENCES = frozenset({"ref", "refs"})

TABLES = {
    "academicSessions.csv": """
        title!            name ~
        type!             enum gradingPeriod semester schoolYear term ext: ~
        startDate!        date
        endDate!          date
        parentSourcedId   ref academicSessions.csv ~
        schoolYear!       year ~
    """,
    "orgs.csv": """
        name!             name
        type!             enum department school district local state national ext:
        identifier        code
        parentSourcedId   ref orgs.csv ~
    """,
    "courses.csv": """
        schoolYearSourcedId ref academicSessions.csv ~
        title!            name ~
        courseCode        code ~
        grades            grades ~
        orgSourcedId!?    ref orgs.csv
        subjects          list ~
        subjectCodes      list ~
    """,
    "classes.csv": """
        title!            name
        grades            grades
        courseSourcedId!? ref courses.csv
        classCode         code ~
        classType!        enum homeroom scheduled ext:
        location          name ~
        schoolSourcedId!  ref orgs.csv
        termSourcedIds!?  refs academicSessions.csv
        subjects          list ~
        subjectCodes      list ~
        periods           list ~
        metadata.jp.specialNeeds bool
    """,
    "users.csv": """
        enabledUser!      bool
        username!         code ~
        userIds           userIds
        givenName!        name ~
        familyName!       name ~
        middleName        name ~
        identifier        code ~
        email             text
        sms               text
        phone             text
        agentSourcedIds   refs users.csv ~
        grades            grade
        password          text
        userMasterIdentifier uuid4
        resourceSourcedIds refs resources.csv ~
        preferredGivenName name ~
        preferredMiddleName name ~
        preferredFamilyName name ~
        primaryOrgSourcedId ref orgs.csv
        pronouns          text
        metadata.jp.kanaGivenName name ~
        metadata.jp.kanaFamilyName name ~
        metadata.jp.kanaMiddleName name ~
        metadata.jp.homeClass ref classes.csv
        metadata.jp.kanaPreferredFamilyName name ~
        metadata.jp.kanaPreferredGivenName name ~
        metadata.jp.kanaPreferredMiddleName name ~
    """,
    "roles.csv": """
        userSourcedId!    ref users.csv
        roleType!?        enum primary secondary
        role!             enum aide counselor districtAdministrator guardian parent principal \
proctor relative siteAdministrator student systemAdministrator teacher ext:
        beginDate         date
        endDate           date
        orgSourcedId!?    ref orgs.csv
        userProfileSourcedId ref userProfiles.csv ~
    """,
    "enrollments.csv": """
        classSourcedId!   ref classes.csv
        schoolSourcedId!? ref orgs.csv
        userSourcedId!    ref users.csv
        role!             enum administrator guardian proctor student teacher ext:
        primary           bool
        beginDate         date
        endDate           date
        metadata.jp.shussekiNo int ~
        metadata.jp.publicFlg bool ~
    """,
    "demographics.csv": """
        birthDate         date
        sex               enum male female unspecified other ext:
        americanIndianOrAlaskaNative bool
        asian             bool
        blackOrAfricanAmerican bool
        nativeHawaiianOrOtherPacificIslander bool
        white             bool
        demographicRaceTwoOrMoreRaces bool
        hispanicOrLatinoEthnicity bool
        countryOfBirthCode text
        stateOfBirthAbbreviation text
        cityOfBirth       text
        publicSchoolResidenceStatus text
    """,
    "userProfiles.csv": """
        userSourcedId!    ref users.csv
        profileType!      text
        vendorId!         text
        applicationId     text
        description       name
        credentialType!   text
        username!         text
        password          text
    """,
    "userResources.csv": """
        userSourcedId!    ref users.csv
        orgSourcedId      ref orgs.csv
        classSourcedId    ref classes.csv
        resourceSourcedId! ref resources.csv
    """,
    "categories.csv": """
        title!            name
        weight            int
    """,
    "resources.csv": """
        vendorResourceId! text
        title             name
        roles             enums administrator aide guardian parent proctor relative student \
teacher ext:
        importance        enum primary secondary
        vendorId          text
        applicationId     text
    """,
    "classResources.csv": """
        title             name
        classSourcedId!   ref classes.csv
        resourceSourcedId! ref resources.csv
    """,
    "courseResources.csv": """
        title             name
        courseSourcedId!  ref courses.csv
        resourceSourcedId! ref resources.csv
    """,
    "scoreScales.csv": """
        title!            name
        type!             text
        orgSourcedId!     ref orgs.csv
        courseSourcedId!  ref courses.csv
        classSourcedId!   ref classes.csv
        scoreScaleValue!  list
    """,
    "lineItems.csv": """
        title!            name
        description       text
        assignDate!       date
        dueDate!          date
        classSourcedId!   ref classes.csv
        categorySourcedId! ref categories.csv
        academicSessionSourcedId! ref academicSessions.csv
        resultValueMin    float
        resultValueMax    float
        schoolSourcedId!  ref orgs.csv
    """,
    "lineItemLearningObjectiveIds.csv": """
        lineItemSourcedId! ref lineItems.csv
        source!           enum case unknown ext:
        learningObjectiveId! text
    """,
    "lineItemScoreScales.csv": """
        title             name
        lineItemSourcedId! ref lineItems.csv
        scoreScaleSourcedId! ref scoreScales.csv
    """,
    "results.csv": """
        lineItemSourcedId! ref lineItems.csv
        studentSourcedId! ref users.csv
        scoreStatus!      enum exempt fully_graded not_submitted partially_graded submitted ext:
        score             float
        scoreDate!        date
        comment           text
        textScore         text
        classSourcedId    ref classes.csv
        inProgress        bool
        incomplete        bool
        late              bool
        missing           bool
    """,
    "resultLearningObjectiveIds.csv": """
        resultSourcedId!  ref results.csv
        source!           enum case unknown ext:
        learningObjectiveId! text
        score             float
        textScore         text
    """,
    "resultScoreScales.csv": """
        title             name
        resultSourcedId!  ref results.csv
        scoreScaleSourcedId! ref scoreScales.csv
    """,
}

TABLES_1_1 = {
    "users.csv": """
        enabledUser!      bool
        orgSourcedIds!    refs orgs.csv
        role!             enum administrator aide guardian parent proctor relative student teacher
        username!         code ~
        userIds           userIds
        givenName!        name ~
        familyName!       name ~
        middleName        name ~
        identifier        code ~
        email             text
        sms               text
        phone             text
        agentSourcedIds   refs users.csv ~
        grades            grade
        password          text
    """,
}

ROSTER = (  # what a night's roster needs, each after the files it refers to
    "academicSessions.csv",
    "orgs.csv",
    "courses.csv",
    "classes.csv",
    "users.csv",
    "roles.csv",
    "enrollments.csv",
)


def _column(line: str) -> Column:
    name, kind, *rest = line.split()
    slack = rest[-1:] == ["~"]
    args = rest[:-1] if slack else rest
    is_reference = kind in REFERENCES
    terms = frozenset() if is_reference else frozenset(a.replace("_", " ") for a in args)
    return Column(
        name=name.rstrip("!?"),
        kind=kind,
        required="!" in name,
        terms=terms - {"ext:"},
        extensible="ext:" in terms,
        target=args[0] if is_reference else "",
        slack=slack,
        forgiving=name.endswith("?"),
    )


@cache
def columns_of(file: str, edition: str = "1.2") -> dict[str, Column]:
    """Every column we know of ``file``, in the standard's order; the three leading ones included.

    ``edition`` is "1.1" or "1.2". ``status`` and ``dateLastModified`` depend on bulk or delta and
    are checked apart.
    """
    older = TABLES_1_1 if edition == "1.1" else {}
    lines = [line for line in older.get(file, TABLES[file]).splitlines() if line.strip()]
    leading = (
        Column("sourcedId", "guid", required=True),
        *(Column(n, "mode") for n in LEADING[1:]),
    )
    return {c.name: c for c in (*leading, *map(_column, lines))}
