"""What waits for a person: the work of a morning, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.report.words import Word
from kakehashi.staff.viewer import Permission


@dataclass(frozen=True, slots=True)
class Ask:
    """``until`` is an ISO day, "" without a deadline; ``idle`` is what happens if nobody acts."""

    action: Permission
    title: Word
    count: int
    href: str
    idle: Word
    until: str = ""
    urgent: bool = False


def plan_waits(run_id: str, limits: int, until: str) -> Ask:
    return Ask(
        Permission.APPROVE,
        Word("いつもより大きな変更を承認するか", "A plan larger than usual: approve it?"),
        limits,
        f"/approve/{run_id}",
        Word(
            "何も反映されず、今は昨日のままです。次の夜の名簿で計画を作り直します。",
            "Nothing is applied; all stays as yesterday. The next roster makes a new plan.",
        ),
        until,
        urgent=True,
    )


def pupils_wait(count: int) -> Ask:
    return Ask(
        Permission.DECIDE,
        Word("1 人ずつ決めること", "Pupils to decide about"),
        count,
        "/decide",
        Word(
            "その人は今のままで、毎朝ここに載り続けます。期限はありません。",
            "They stay as they are, and on this list. There is no deadline.",
        ),
    )


def passwords_wait(count: int) -> Ask:
    return Ask(
        Permission.PASSWORDS,
        Word("初期パスワードを待っている児童生徒", "Pupils who wait for an initial password"),
        count,
        "/passwords",
        Word("アカウントは作られません。", "No account is made for them."),
    )


def staff_plan_waits(limits: int) -> Ask:
    return Ask(
        Permission.APPROVE,
        Word("教職員の計画を承認するか", "The staff's plan: accept its limits?"),
        limits,
        "/staff",
        Word(
            "教職員のアカウントは今のままです。児童生徒の処理は進みます。",
            "Accounts of staff stay as they are. Pupils are not held up.",
        ),
        urgent=True,
    )


def staff_wait(count: int) -> Ask:
    return Ask(
        Permission.DECIDE,
        Word("教職員について 1 人ずつ決めること", "Members of staff to decide about"),
        count,
        "/staff",
        Word(
            "その人は今のままで、毎朝ここに載り続けます。期限はありません。",
            "They stay as they are, and on this list. There is no deadline.",
        ),
    )


def staff_passwords_wait(count: int) -> Ask:
    return Ask(
        Permission.PASSWORDS,
        Word("初期パスワードを待っている教職員", "Staff who wait for a first password"),
        count,
        "/passwords",
        Word("アカウントは作られません。", "No account is made for them."),
    )


def letters_wait(count: int) -> Ask:
    return Ask(
        Permission.OPERATE,
        Word("失敗して、やり直しを待っていること", "Failures that wait to be tried again"),
        count,
        "/operate",
        Word(
            "次の夜に同じことが成功すれば、ひとりでに片づきます。",
            "They go by themselves once a later night has done the same.",
        ),
        urgent=True,
    )


_AS_YESTERDAY = Word(
    "アカウントも学習ツールも今のままです。壊れてはいません。",
    "Accounts and tools stay as they are. Nothing is broken.",
)


def _of_the_roster(title: Word) -> Ask:
    return Ask(Permission.UPLOAD, title, 1, "/arrived", _AS_YESTERDAY, urgent=True)


def roster_missing() -> Ask:
    return _of_the_roster(Word("今日の名簿が届いていません", "Today's roster has not arrived"))


def roster_refused() -> Ask:
    return _of_the_roster(
        Word("名簿を直して、もう一度送る", "The roster was refused: mend it and send it again")
    )


def roster_again() -> Ask:
    return _of_the_roster(
        Word("前の名簿がもう一度届いた。今日のものを送る", "An old roster came: send today's")
    )


def run_again(run_id: str) -> Ask:
    return Ask(
        Permission.RERUN,
        Word("止まった夜をもう一度", "Run the stopped night again"),
        1,
        f"/nights/{run_id}",
        Word(
            "反映していない分は昨日のままで、次の夜の名簿で続きから行います。",
            "What was not applied stays as yesterday; the next night goes on from there.",
        ),
        urgent=True,
    )
