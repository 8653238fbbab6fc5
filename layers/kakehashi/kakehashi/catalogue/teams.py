"""Rules about class Teams (M080 to M086): a city's choice, `staff.class_teams`.

They count Teams and classes, and name none: the name of a Team is the title of a class.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

TEAM_LATER = Rule(
    "M080",
    Effect.NOTE,
    ja="クラスのチーム {count} 個が、作成・アーカイブの途中か、できていません({code} {status})。",
    en="{count} class Teams are still being made or archived, or could not be ({code} {status}).",
    todo="次の夜に続けます。同じ数が続くときは、担任に Teams のライセンスがあるか、アプリの権限"
    "(docs/deploy.ja.md の 1)が足りているかを確かめてください。",
    todo_en="The next night goes on; if the number stays, see whether the homeroom teachers have a"
    " licence for Teams, and whether the app has its permissions (docs/deploy.md, 1).",
    causes="Microsoft 365 makes a Team only once the class's group is everywhere, up to a quarter"
    " of an hour later, and works on it after it has answered.",
)
TEAM_BY_HAND = Rule(
    "M081",
    Effect.NOTE,
    ja="同じ名前のチームがすでにあるため、クラスのチームを作らなかった学級が {count} 個あります。",
    en="{count} classes got no Team of ours, because somebody has made a Team of that name.",
    todo="そのチームを使うなら、することはありません。架け橋に任せるなら、Teams でその名前を"
    "変えてください。次の夜に作ります。",
    todo_en="To go on with that Team, nothing. To have it kept in step, rename it in Teams; the"
    " next night makes ours.",
    causes="A Team without our mark is somebody's own work and is never taken over by its name.",
)
CLASS_WITHOUT_TEACHER = Rule(
    "M082",
    Effect.NOTE,
    ja="担任がまだ分からないため、チームを作っていない学級が {count} 個あります。",
    en="{count} classes have no Team yet, because nobody is known to be their homeroom teacher.",
    todo="担任を名簿か教職員名簿に入れると、次の夜に作ります。",
    todo_en="Enter the homeroom teacher in the roster or the list of staff; the next night makes"
    " it.",
    causes="Microsoft 365 makes no Team without an owner.",
)
TEAMS_TOMORROW = Rule(
    "M083",
    Effect.NOTE,
    ja="今夜は手を付けなかったクラスのチームが {count} 個あります。",
    en="{count} class Teams were left to the next night.",
    todo="することはありません。毎晩 staff.class_teams.a_night 個までずつ進みます。",
    todo_en="Nothing to do; each night goes on by at most staff.class_teams.a_night.",
    causes="Teams are made slowly and in the background: a whole city in one night would be"
    " throttled.",
)
TEAMS_HIDDEN = Rule(
    "M084",
    Effect.NOTE,
    ja="メンバーを読めないクラスのチームが {count} 個あります。出入りを反映していません。",
    en="The members of {count} class Teams cannot be read; nobody was added or taken out.",
    todo="アプリに Member.Read.Hidden を許可し、管理者の同意を与えてください"
    "(docs/deploy.ja.md の 1)。",
    todo_en="Grant the app Member.Read.Hidden, with admin consent (docs/deploy.md, 1).",
    causes="The membership of a class is hidden; without that permission it looks empty.",
)
NO_TEAMS_HERE = Rule(
    "M085",
    Effect.NOTE,
    ja="このディレクトリにはクラスのチームがありません。staff.class_teams は効いていません。",
    en="This directory has no class Teams; staff.class_teams has no effect.",
    todo="市の規則から staff.class_teams を消してください。",
    todo_en="Take staff.class_teams out of the city's rules.",
)
TEAMS_REHEARSED = Rule(
    "M086",
    Effect.NOTE,
    ja="この名簿で実行すると、その夜に作るクラスのチームは {made} 個、アーカイブするチームは"
    " {archived} 個、アーカイブを解くチームは {reopened} 個です"
    "(次の夜以降に回るもの: {later} 個)。",
    en="Run with this roster, the night would make {made} class Teams, archive {archived}"
    " and open {reopened} again ({later} more on later nights).",
    todo="することはありません。予行では何も作りません。",
    todo_en="Nothing to do; a rehearsal makes nothing.",
)
