"""What is said of 教職員 in files for tools, in groups and class teams, and of accounts ahead."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

ONE_SCHOOL_ONLY = Rule(
    "D125",
    Effect.NOTE,
    ja="{tool} の取込は、学校が二つある利用者のいるファイルを断るおそれがあるため、兼務のある教職員"
    " {count} 人を本務校だけで渡しています。",
    en="The importer of {tool} may refuse a whole file for one user with two schools: {count}"
    " members of staff who work at several are told at their first school alone.",
    todo="市のルールの tools.<名前>.staff を home-school にしてください。提供元が複数校を"
    "受け取れると確かめた場合は、その形式を知らせてください。",
    todo_en="Set tools.<name>.staff to home-school in the city's rules; where the maker confirms"
    " several schools, tell us of it.",
    causes="The public importer sample of L-Gate (2023) refuses such a file.",
)
NO_CLASS_TO_NAME = Rule(
    "D126",
    Effect.NOTE,
    ja="{tool} は教職員にも学級か学年を求めるため、担任のない教職員 {count} 人を渡していません。",
    en="{tool} wants a class or a grade of staff, too: {count} members of staff who have none were"
    " not handed over.",
    todo='市のルールの tools.<名前> に staff_home_class = "first"(その学校の最初の学級を書く)と'
    ' staff_grade(例 "zz")を加えてください。書いた学級の担任になるわけではありません。',
    todo_en="Under tools.<name> in the city's rules set staff_home_class to first, which writes"
    " the school's first class and makes nobody its teacher, and staff_grade (for example zz).",
    causes="homeClass and grades are columns that L-Gate's format requires of every user.",
)
MADE_AHEAD = Rule(
    "S190",
    Effect.NOTE,
    ja="初日がまだの児童生徒 {count} 人のアカウントを先に作ってあります"
    "(グループ・ライセンス・ツールは初日から)。",
    en="The accounts of {count} pupils whose first day is still to come are made ahead; groups,"
    " licences and tools follow on the day.",
    todo="端末の事前確認に使えます。使う人を決め、初日までに初期パスワードを配り直すか決めて"
    "ください。",
    todo_en="Devices can be tried out with them; say who may, and whether slips are made anew"
    " before the first day.",
)
EXPIRED_STAFF = Rule(
    "S191",
    Effect.NOTE,
    ja="停止から猶予期間が過ぎた教職員が {count} 人います。削除するかどうかの決定を待っています。",
    en="{count} members of staff have been suspended for longer than the days of grace; each waits"
    " for a decision on deletion.",
    todo="削除してよい人だけ、職員番号・削除・決定者を書いて置くか、スタッフページで答えてください。"
    "消したアカウントは 30 日のあいだだけ戻せます。",
    todo_en="Decide 削除 by number only for whom it is right, in a file or on the staff page; a"
    " deleted account can be had back for 30 days.",
)
LAST_OWNER_STAYS = Rule(
    "M072",
    Effect.NOTE,
    ja="次の所有者がいないため、前の所有者をそのままにしているグループが {count} 個あります。",
    en="{count} groups keep their former owner, because nobody else would own them.",
    todo="新しい担任を名簿か教職員名簿に入れると、翌日に替わります。",
    todo_en="Enter the new homeroom teacher; the owner changes on the next night.",
    causes="Once a group has owners, Microsoft 365 does not take the last one away.",
)
NOT_TURNED_BACK = Rule(
    "S192",
    Effect.NOTE,
    ja="管理者の役割を持つ(または役割を確かめられない)教職員 {count} 人は、取り消しの対象から"
    "外しています。",
    en="{count} members of staff who hold a role in the directory, or of whom nobody can tell, are"
    " not turned back.",
    todo="必要なら Entra で手で直してください。",
    todo_en="Change them by hand in Entra where that is needed.",
)
