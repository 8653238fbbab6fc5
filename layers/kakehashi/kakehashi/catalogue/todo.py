"""What to do about a finding of the OneRoster checks, where many say the same."""

from __future__ import annotations

AGAIN = "C4th から OneRoster CSV をもう一度出力し、加工せずにそのまま投入してください。"
AGAIN_EN = "Export the OneRoster CSV from C4th again and drop it as it is, unedited."
FIX = "C4th で該当の項目を確かめて修正し、次の出力を待ってください。"
FIX_EN = "Check and correct that field in C4th; the next export will carry it."
NOTHING = "対応は不要です。"
NOTHING_EN = "Nothing to do."
EXPORTER = "続くようなら、C4th の出力設定を保守担当に確かめてください。"
EXPORTER_EN = "If it goes on, ask the vendor to look at the export settings of C4th."
