"""Where each rule of the OneRoster checks comes from: a document and its paragraph.

Paragraphs of OneRoster are named by their headings, which its editions share; those of the Japan
Profile and of 相互運用標準モデル by file and column, as their tables are. OURS is of no standard:
the rule guards an import, or names damage that exports are known for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Document:
    """A text that rules come from; ``url`` is where it is read, "" for ours."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule comes from."""

    document: Document
    paragraph: str

    def __str__(self) -> str:
        return f"{self.document.name}: {self.paragraph}"


ONEROSTER = Document(
    "OneRoster CSV Binding 1.2", "https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv"
)
PROFILE = Document(
    "OneRoster 1.2 CSV Japan K-12/Schools Profile 1.0",
    "https://www.imsglobal.org/spec/onerosterv1p2/japanprofile-k12/v1p0",
)
MODEL = Document(
    "相互運用標準モデル V6.00",
    "https://ictconnect21.jp/ict/wp-content/uploads/2026/03/PSE_interoperability_standard_V6p00.pdf",
)
CSV = Document("RFC 4180", "https://www.rfc-editor.org/rfc/rfc4180")
MEXT = Document("文部科学省 学校コード", "https://www.mext.go.jp/b_menu/toukei/mext_01087.html")
OURS = Document("架け橋 Kakehashi")

_BINDING = "CSV Overview, Binding of the Data"
_EXCHANGE = "CSV Overview, Exchanging the CSV Files"
_MODES = "CSV Overview, Bulk/Delta Behavior Constraints"
_MATRIX = "File Dependencies Matrix"
_MANIFEST = "CSV Format, manifest.csv"
_IMPORT = "what an import must survive"
_EXCEL = "damage done by opening and saving in Excel"

_TABLE: tuple[tuple[Document, str, str], ...] = (
    (ONEROSTER, _EXCHANGE, "F001 F002 F003 F004 F005 F007 F011 F012 F013"),
    (OURS, _IMPORT, "F006 F008 F009 F010 F017 F018 F019 F045"),
    (OURS, "no passwords in a roster (decision 0009)", "F015 F016"),
    (ONEROSTER, _BINDING, "F014 F031 F032 F040 F041 F042 F050"),
    (ONEROSTER, _MANIFEST, "F020 F021 F022 F023 F024 F025 F026 F027 F028 F029"),
    (ONEROSTER, _MATRIX, "F030"),
    (MODEL, "bulk only, 校務支援 to 学習eポータル", "F033"),
    (ONEROSTER, _MODES, "F034 F035 R025 R026 R050"),
    (CSV, "section 2", "F043 F044 F052 R001 R021 R058"),
    (MODEL, "characters, quotes and line ends of the files", "F051 R030 R054"),
    (ONEROSTER, _BINDING, "H001 H002 H003 H004 H005 H006 H007"),
    (ONEROSTER, "CSV Format, users.csv, as 1.2.1 changed it", "H008"),
    (PROFILE, "enrollments.csv, metadata.jp.shussekiNo and metadata.jp.publicFlg", "H009"),
    (MODEL, "users.csv, userMasterIdentifier", "H010 R013 R014 R053 D003"),
    (ONEROSTER, "CSV Format, required columns of each file", "R002"),
    (ONEROSTER, "CSV Format, enumerations of each file", "R003"),
    (ONEROSTER, _BINDING, "R004 R005 R006 R007 R008 R009 R020 R051 D001 D002"),
    (ONEROSTER, "CSV Format, users.csv, userIds", "R010"),
    (PROFILE, "users.csv, grades", "R011 R012"),
    (MEXT, "学校コードの構成", "R015 R016 R017"),
    (MEXT, "教育委員会コード", "R018"),
    (OURS, _EXCEL, "R019 R056 R057"),
    (ONEROSTER, "CSV Format, roles.csv and enrollments.csv, beginDate and endDate", "R022"),
    (PROFILE, "academicSessions.csv", "R023 R024 R033"),
    (PROFILE, "enrollments.csv, primary", "R027"),
    (MODEL, "users.csv, preferred names and kana", "R028 R041"),
    (OURS, "damage done by programs that take a dot in a heading for nesting", "R059"),
    (PROFILE, "courses.csv, courseCode and title", "R031 R032"),
    (PROFILE, "orgs.csv, parentSourcedId", "R034"),
    (ONEROSTER, "CSV Format, orgs.csv, parentSourcedId", "R035"),
    (PROFILE, "roles.csv, role and roleType", "R036 R037"),
    (PROFILE, "enrollments.csv, role", "R038"),
    (PROFILE, "enrollments.csv, metadata.jp.shussekiNo", "R039"),
    (OURS, "two children with one number, one name or one place", "R040 R046 R048"),
    (PROFILE, "classes.csv and courses.csv, subjectCodes", "R042"),
    (ONEROSTER, "CSV Format, classes.csv, subjects and subjectCodes", "R043"),
    (ONEROSTER, "CSV Format, enrollments.csv, beginDate and endDate", "R044"),
    (ONEROSTER, "CSV Format, demographics.csv, sourcedId", "R045"),
    (PROFILE, "classes.csv, grades", "R047"),
    (OURS, "exports that write NULL, or kana in two characters", "R052 R055"),
    (ONEROSTER, _MATRIX, "X001 X002"),
    (ONEROSTER, "CSV Format, schoolSourcedId: an org of type school", "X003"),
    (ONEROSTER, "CSV Format, roles.csv", "X004 X005"),
    (ONEROSTER, "CSV Format, enrollments.csv, schoolSourcedId and primary", "X006 X010"),
    (PROFILE, "users.csv, metadata.jp.homeClass", "X007 X008 X009"),
)

SOURCES: Mapping[str, RuleSource] = MappingProxyType(
    {
        code: RuleSource(document, paragraph)
        for document, paragraph, codes in _TABLE
        for code in codes.split()
    }
)
"""By code, of every rule that ``oneroster.check`` can give."""
