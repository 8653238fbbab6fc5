"""Generated names: plausible Japanese family and given names with kana, of nobody in particular.

Every name has the form in which the school keeps it (the name of record) and an external form
without 外字. The two differ only for the entries of ``GAIJI_FAMILIES`` and ``GAIJI_GIVEN``.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

FAMILIES = """
佐藤 サトウ/鈴木 スズキ/高橋 タカハシ/田中 タナカ/伊藤 イトウ/渡辺 ワタナベ
山本 ヤマモト/中村 ナカムラ/小林 コバヤシ/加藤 カトウ/吉田 ヨシダ/山田 ヤマダ
佐々木 ササキ/山口 ヤマグチ/松本 マツモト/井上 イノウエ/木村 キムラ/林 ハヤシ
斎藤 サイトウ/清水 シミズ/山崎 ヤマザキ/森 モリ/池田 イケダ/橋本 ハシモト
阿部 アベ/石川 イシカワ/山下 ヤマシタ/中島 ナカジマ/石井 イシイ/小川 オガワ
前田 マエダ/岡田 オカダ/長谷川 ハセガワ/藤田 フジタ/後藤 ゴトウ/近藤 コンドウ
村上 ムラカミ/遠藤 エンドウ/青木 アオキ/坂本 サカモト/福田 フクダ/太田 オオタ
西村 ニシムラ/藤井 フジイ/金子 カネコ/岡本 オカモト/藤原 フジワラ/中野 ナカノ
三浦 ミウラ/原田 ハラダ/中川 ナカガワ/松田 マツダ/竹内 タケウチ/小野 オノ
田村 タムラ/中山 ナカヤマ/和田 ワダ/石田 イシダ/森田 モリタ/上田 ウエダ
原 ハラ/内田 ウチダ/柴田 シバタ/酒井 サカイ/宮崎 ミヤザキ/横山 ヨコヤマ
高木 タカギ/安藤 アンドウ/宮本 ミヤモト/大野 オオノ/小島 コジマ/谷口 タニグチ
今井 イマイ/工藤 クドウ/高田 タカダ/増田 マスダ/丸山 マルヤマ/杉山 スギヤマ
村田 ムラタ/大塚 オオツカ/新井 アライ/藤本 フジモト/小山 コヤマ/平野 ヒラノ
河野 コウノ/上野 ウエノ/武田 タケダ/野口 ノグチ/松井 マツイ/千葉 チバ
菅原 スガワラ/岩崎 イワサキ/久保 クボ/木下 キノシタ/佐野 サノ/野村 ノムラ
渡邉 ワタナベ/渡邊 ワタナベ/齋藤 サイトウ/齊藤 サイトウ/濱田 ハマダ/辻 ツジ
長嶋 ナガシマ/桑原 クワバラ/飯塚 イイヅカ/染谷 ソメヤ/倉持 クラモチ/沼尻 ヌマジリ
根本 ネモト/塚本 ツカモト/小室 コムロ/豊島 トヨシマ
"""

GIVEN = """
蓮 レン/湊 ミナト/大翔 ヒロト/陽翔 ハルト/蒼 アオイ/樹 イツキ
悠真 ユウマ/陽太 ヨウタ/朝陽 アサヒ/律 リツ/颯真 ソウマ/大和 ヤマト
結翔 ユイト/奏太 ソウタ/健太 ケンタ/直樹 ナオキ/拓海 タクミ/翔太 ショウタ
駿 シュン/海斗 カイト/隼人 ハヤト/一輝 カズキ/光 ヒカル/誠 マコト
航 ワタル/慧 ケイ/涼太 リョウタ/智也 トモヤ/優斗 ユウト/新 アラタ
碧 アオ/旭 アサヒ/暖 ダン/晴 ハル/凪 ナギ/千隼 チハヤ
仁 ジン/岳 ガク/創 ソウ/聡 サトシ/陽葵 ヒマリ/凜 リン
結菜 ユイナ/葵 アオイ/莉子 リコ/芽依 メイ/美月 ミヅキ/咲良 サクラ
心春 コハル/結衣 ユイ/杏 アン/紬 ツムギ/楓 カエデ/花 ハナ
美咲 ミサキ/七海 ナナミ/優奈 ユウナ/彩花 アヤカ/真央 マオ/千尋 チヒロ
琴音 コトネ/栞 シオリ/詩 ウタ/澪 ミオ/柚希 ユズキ/茉莉 マリ
愛梨 アイリ/日和 ヒヨリ/環奈 カンナ/文香 フミカ/さくら サクラ/ひなた ヒナタ
あかり アカリ/みのり ミノリ/つばさ ツバサ/ひかり ヒカリ/エマ エマ/ユーリ ユーリ
"""

GAIJI_FAMILIES = (  # name of record, external form, kana
    ("髙橋", "高橋", "タカハシ"),
    ("髙木", "高木", "タカギ"),
    ("𠮷田", "吉田", "ヨシダ"),
    ("𠮷川", "吉川", "ヨシカワ"),
    ("山﨑", "山崎", "ヤマザキ"),
    ("岩﨑", "岩崎", "イワサキ"),
    ("葛\U000e0100城", "葛城", "カツラギ"),
    ("辻\U000e0101", "辻", "ツジ"),
    ("渡\ue021", "渡辺", "ワタナベ"),
)
GAIJI_GIVEN = (
    ("\ufa12人", "晴人", "ハルト"),
    ("祥\U000e0100子", "祥子", "ショウコ"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """One half of a name: as recorded, as it may leave the school, and in katakana."""

    record: str
    external: str
    kana: str


def _plain(text: str) -> tuple[Name, ...]:
    pairs = (pair.split() for pair in re.split(r"[/\n]", text.strip()))
    return tuple(Name(kanji, kanji, kana) for kanji, kana in pairs)


_FAMILIES = _plain(FAMILIES)
_GIVEN = _plain(GIVEN)
_GAIJI_FAMILIES = tuple(Name(*name) for name in GAIJI_FAMILIES)
_GAIJI_GIVEN = tuple(Name(*name) for name in GAIJI_GIVEN)


def family(rng: random.Random, gaiji: bool = False) -> Name:
    """A family name; the first of the list are the frequent ones, as in life."""
    if gaiji:
        return rng.choice(_GAIJI_FAMILIES)
    return _FAMILIES[min(rng.randrange(len(_FAMILIES)), rng.randrange(len(_FAMILIES)))]


def given(rng: random.Random, gaiji: bool = False) -> Name:
    return rng.choice(_GAIJI_GIVEN if gaiji else _GIVEN)


def external(family: str, given: str) -> tuple[str, str]:
    """The form in which this family and given name may leave the school."""
    return (
        next((name.external for name in _GAIJI_FAMILIES if name.record == family), family),
        next((name.external for name in _GAIJI_GIVEN if name.record == given), given),
    )


def has_gaiji(text: str) -> bool:
    """Whether ``text`` leaves the repertoire of JIS X 0213."""
    try:
        text.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return True
    return False
