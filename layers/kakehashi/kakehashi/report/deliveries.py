"""What staff must know of a delivery beyond its rows."""

from __future__ import annotations

from collections.abc import Iterator

from kakehashi.report.words import Word


def remarks(
    *, staff: int = 0, still_signed_in: int = 0, unconfirmed: bool = False, follows: str = ""
) -> Iterator[Word]:
    """What is said of each, where there is anything to say."""
    if follows:  # the run may have ended red after that, and its report have told nobody
        yield Word(
            f"今回渡すものはありません。最後に渡したのは、実行 {follows} です。",
            f"Nothing to give this time; what was given last was given in run {follows}.",
        )
    if staff:
        yield Word(
            f"このツールには、教職員 {staff:,} 人も登録されています。",
            f"{staff:,} members of staff are registered here, too.",
        )
    if count := still_signed_in:
        yield Word(
            f"停止・削除した {count:,} 人は、このファイルではツールの利用停止になりません。"
            "ツールの画面か利用者 CSV で止めてください。",
            f"{count:,} whose account is off keep their sign-in here: switch them off on the tool's"
            " screen or with its user CSV.",
        )
    if unconfirmed:
        yield Word(
            "このツールが名簿ファイルを受け取るという公開の情報はありません(未確認)。",
            "Nothing public says that this tool takes such a file (unconfirmed).",
        )
