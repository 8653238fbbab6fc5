"""Rules about sums over several nights (S)."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule


def _sum(code: str, ja: str, en: str) -> Rule:
    return Rule(
        code,
        Effect.AWAIT_APPROVAL,
        ja=f"この {{nights}} 晩を合わせて、{ja}が {{count}} 人です(承認なしの上限 {{bound}} 人)。",
        en=f"Over {{nights}} nights {{count}} pupils {en} (at most {{bound}} pass unasked).",
        todo="夜ごとの上限の内でも、続けば大きな変化です。これまでの報告も見て、正しければこのコードを"
        "承認してください(合計は 0 から数え直します)。誤りなら C4th を直し、出し直してください。",
        todo_en="Each night was within its limits. Look at the reports of these nights too; accept"
        " this code if all is right (the sum begins anew), else correct C4th and export again.",
        causes="A slip that goes on, a few pupils each night. What the calendar explains, what a"
        " person accepted and what was undone is not in the sum.",
    )


NEW = _sum("S143", "新しい児童生徒", "were new")
MOVED = _sum("S144", "学校を移った児童生徒", "changed school")
RENAMED = _sum("S145", "氏名または読みの変わった児童生徒", "changed their name")
ACCOUNTS = _sum("S146", "サインイン名の変わった児童生徒", "changed their sign-in name")
GRADE = _sum("S147", "年次更新では説明できない学年の児童生徒", "changed grade out of season")
CLASS_CHANGED = _sum("S148", "学級の変わった児童生徒", "changed class")
UNCLASSED = _sum("S149", "ホームクラスのなくなった児童生徒", "lost their home class")
RETURNED = _sum("S150", "利用停止から復帰した児童生徒", "returned from suspension")
