"""Rules about whose account it is (S110–S129): names and accounts that change hands."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_OR_WRONG = "違うなら「誤り」と書き、C4th を直してください。それまで昨日のままです。"
_OR_WRONG_EN = "else 'wrong', and correct C4th; until then everything stays as yesterday."
_SAME_OR_TWO = (
    "同じ児童生徒なら「連携」(今のアカウントを引き継ぎます。削除されていれば、戻すか"
    "新しく作ります)、別の 2 人なら「誤り」(新しく作ります)としてください。それまで昨日のままです。"
)
_SAME_OR_TWO_EN = (
    "Decide 'link' if it is the same child, who then keeps the present account (one that was"
    " deleted is had back or made anew); 'wrong' if they are two children, and an account is made."
    " Until then everything stays as yesterday."
)

ANOTHER_NAME = Rule(
    "S110",
    Effect.HOLD_PUPIL,
    ja="在籍中の児童生徒の姓・名・読みがすべて、一度に別のものに変わっています。",
    en="Family name, given name and readings of an enrolled pupil have all changed at once.",
    todo="本人の改名なら「改名」、" + _OR_WRONG,
    todo_en="Decide 'rename' if the child has a new name; " + _OR_WRONG_EN,
    causes="The row of one child with the id and the account of another: applied as a rename, the"
    " other child would open this one's mail.",
)
RETURNS_AS_ANOTHER = Rule(
    "S111",
    Effect.HOLD_PUPIL,
    ja="利用停止中のアカウントが、まったく別の氏名と読みで名簿に戻っています。",
    en="A suspended account comes back in the roster under quite another name and reading.",
    todo="本人が改名して戻ったなら「改名」、" + _OR_WRONG,
    todo_en="Decide 'rename' if the child is back under a new name; " + _OR_WRONG_EN,
    causes="An id or an account that was used again for another child.",
)
NAMES_EXCHANGED = Rule(
    "S112",
    Effect.HOLD_PUPIL,
    ja="児童生徒 {count} 人の氏名が、たがいに入れ替わっています(相手は {others})。",
    en="{count} pupils have exchanged their names with each other (the others: {others}).",
    todo="入れ替わりが正しければ、そのうち 1 人に「正しい」、" + _OR_WRONG,
    todo_en="Decide 'right' on any one of them if it is so; " + _OR_WRONG_EN,
    causes="Two rows whose ids and accounts were exchanged by sorting a column: each child would"
    " open the other's mail.",
)
ACCOUNTS_EXCHANGED = Rule(
    "S113",
    Effect.HOLD_PUPIL,
    ja="児童生徒 {count} 人のサインイン名が、たがいに入れ替わっています(相手は {others})。",
    en="{count} pupils have exchanged their sign-in names with each other (the others: {others}).",
    todo="入れ替わりが正しければ、そのうち 1 人に「正しい」、" + _OR_WRONG + "Microsoft 365 で"
    "手作業で入れ替えたときは、何も書かなくても次の夜に済みます。",
    todo_en="Decide 'right' on any one of them if it is so; "
    + _OR_WRONG_EN
    + " Exchanged by hand in Microsoft 365, it settles by itself next night.",
    causes="Two accounts typed the wrong way round in C4th, and corrected there.",
)
SAME_CHILD = Rule(
    "S114",
    Effect.HOLD_PUPIL,
    ja="名簿にいない児童生徒 {old} と、氏名・読み・学校・学年・学級が同じ児童生徒が、"
    "新しい userMasterIdentifier と新しいアカウントで名簿にいます(生年月日は比べていません)。",
    en="A pupil with a new userMasterIdentifier and a new account has the name, reading, school,"
    " grade and class of {old}, who is missing (dates of birth are not compared).",
    todo=_SAME_OR_TWO,
    todo_en=_SAME_OR_TWO_EN,
    causes="The child was registered anew in C4th. The roster does not bring dates of birth.",
)
NAME_OF_A_LEAVER = Rule(
    "S181",
    Effect.HOLD_PUPIL,
    ja="在籍中の児童生徒の行に、名簿にいない児童生徒のサインイン名があります"
    "(関係する {count} 人。相手は {others})。",
    en="A pupil's row has the sign-in name of a pupil who is not in the roster ({count} pupils in"
    " all; the others: {others}).",
    todo="C4th のとおりなら、そのうち 1 人に「正しい」(サインイン名を入れ替えます。名簿にいない"
    "児童生徒のアカウントは中身も状態もそのままで、空いた名前になります)、" + _OR_WRONG,
    todo_en="Decide 'right' on any one of them if C4th is right: the sign-in names are exchanged,"
    " and the account of the pupil who is not there keeps everything else; " + _OR_WRONG_EN,
    causes="Two accounts typed the wrong way round and corrected in C4th, when one of the two"
    " pupils had already left.",
)
SAME_NAME = Rule(
    "S182",
    Effect.HOLD_PUPIL,
    ja="名簿にいなくなった児童生徒 {old} と氏名も読みも同じで、学年も合う児童生徒が、新しい"
    " userMasterIdentifier と新しいアカウントで名簿にいます(学校・学年・学級のどれかが違います)。",
    en="A pupil with a new userMasterIdentifier and a new account has the name and the reading of"
    " {old}, who is missing, and a grade that fits; school, grade or class is another.",
    todo=_SAME_OR_TWO,
    todo_en=_SAME_OR_TWO_EN,
    causes="A child who moved to another school of the city over a holiday was registered anew.",
)
SAME_SEAT = Rule(
    "S183",
    Effect.HOLD_PUPIL,
    ja="名簿にいなくなった児童生徒 {old} と名・読み・学校・学年・学級・出席番号が同じで姓の違う"
    "児童生徒が、新しい userMasterIdentifier と新しいアカウントで名簿にいます。",
    en="A pupil with a new userMasterIdentifier and a new account has the given name, its reading,"
    " the class and the number of {old}, who is missing, and another family name.",
    todo=_SAME_OR_TWO,
    todo_en=_SAME_OR_TWO_EN,
    causes="A parent has married, or parents have parted, and the child was registered anew.",
)
SAID_WRONG = Rule(
    "S115",
    Effect.HOLD_PUPIL,
    ja="「誤り」と決められた名簿の記載が、そのまま続いています(児童生徒 {count} 人)。",
    en="What was decided to be wrong still stands in the roster ({count} pupils).",
    todo="C4th を直してください。直るまで昨日のままです。正しいと分かったときは、決め直せます。",
    todo_en="Correct C4th; until then everything stays as yesterday. It can be decided anew.",
)
CONTRADICTED = Rule(
    "S116",
    Effect.NOTE,
    ja="1 つの入れ替わりの児童生徒 {count} 人に、違う決定が書かれています。どれも行いません。",
    en="The {count} pupils of one exchange have different decisions; none is followed.",
    todo="全員に同じ決定を書くか、1 人だけに書いて、もう一度アップロードしてください。",
    todo_en="Decide the same on all of them, or on one alone, and upload the list again.",
)
