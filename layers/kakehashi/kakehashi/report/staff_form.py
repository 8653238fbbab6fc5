"""The form of 教職員名簿: headings, choices to pick from, and a sheet that explains each column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import xlsxwriter

from kakehashi.preprocess.staff.board_list import AWAY, MAIN
from kakehashi.preprocess.staff.roster_rows import JOBS
from kakehashi.preprocess.staff.tables import HEADINGS, NEEDED

TITLE, EXPLAINED = "教職員名簿", "書き方"
ROWS = 5_000  # of the form that offer choices
_CATEGORIES = ("正規", "臨任", "再任用", "会計年度", "非常勤", "委託", "行政")
_OFFICES = ("校長", "副校長", "教頭", "主幹教諭", "教諭", "養護教諭", "栄養教諭", "事務職員",
            "講師", "ALT", "ICT支援員", "学校司書", "SC", "SSW", "指導主事", "教育長")  # fmt: skip
CHOICES: Mapping[str, Sequence[str]] = MappingProxyType({
    "区分": _CATEGORIES,
    "職種": tuple(dict.fromkeys((*_OFFICES, *JOBS.values()))),
    "本務・兼務": tuple(MAIN),
    "状態": tuple(word for word in AWAY if word),
})  # fmt: skip
WORDS: Mapping[str, str] = MappingProxyType({
    "職員番号": "その人の鍵。半角英数字とハイフンで16文字まで。番号のない人(ALT など)には"
                "教育委員会が決めます(例 G-0012)。一度使った番号は、別の人に使いません。",
    "姓(使用名)": "学校で使う姓。旧姓使用なら旧姓。戸籍の名は書きません。読みを括弧で添えません。",
    "名(使用名)": "学校で使う名。",
    "せい(よみ)": "姓の読み。",
    "めい(よみ)": "名の読み。",
    "区分": "正規と行政のほかは、終了日が要ります。",
    "職種": "職名。",
    "所属コード": "13桁の学校コード。教育委員会の人は6桁の教育委員会コード。",
    "本務・兼務": "一行が一つの発令です。同じ日の本務は一つだけ。兼務校は行を足して書きます。",
    "担任学級": "学級名を C4th のとおりに(義務教育学校では前期・後期を頭に付けて)。"
                "いくつかあれば「、」で区切ります。決まる前は空欄。"
                "4月には、新しい年度の担任を書いてもう一度送ります(前の年度の担任は使いません)。",
    "年度": "担任学級の年度(2027、令和9年度、R9)。書いた年度だけで使います。空欄なら、見出しの上に"
            "書いた年度、それもなければ名簿が届いた年度です。",
    "開始日": "発令の日。2027-04-01、令和9年4月1日 のどちらでも。",
    "終了日": "最後の日(その日を含む)。離任した人は、行を消さずにここへ日付を書きます。",
    "状態": "空欄は在職。",
    "アカウント": "前からアカウントのある人、教育委員会が名を決める人だけ。ほかは空欄。",
})  # fmt: skip


def staff_form() -> bytes:
    """The workbook's bytes."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E7ECF0", "border": 1})
        must = book.add_format({"bold": True, "bg_color": "#FBE3C0", "border": 1})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(TITLE)
        sheet.freeze_panes(1, 1)
        for column, heading in enumerate(HEADINGS):
            sheet.set_column(column, column, 14, text)
            sheet.write_string(0, column, heading, must if heading in NEEDED else head)
            if choices := CHOICES.get(heading):
                offered = {"validate": "list", "source": list(choices), "error_type": "warning"}
                sheet.data_validation(1, column, ROWS, column, offered)
        explained = book.add_worksheet(EXPLAINED)
        explained.set_column(0, 0, 16, wrap)
        explained.set_column(1, 1, 8, wrap)
        explained.set_column(2, 2, 80, wrap)
        for row, heading in enumerate(HEADINGS):
            cells = (heading, "必須" if heading in NEEDED else "", WORDS[heading])
            for column, cell in enumerate(cells):
                explained.write_string(row, column, cell)
    return buffer.getvalue()
