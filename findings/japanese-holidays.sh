#!/usr/bin/env bash
# School days of the next years by five libraries of Japanese holidays.
#
# Guess: the law is short and old; five libraries agree on the holidays of 2026 to 2035.
# Seen:  jpholiday, holidays and japanese-holidays agree. workalendar lacks every substitute holiday
#        (振替休日) and every day between two holidays (国民の休日): 18 days in ten years, five of
#        them in Golden Week. date-holidays has the day between
#        two holidays of 2026-09-22 and lacks the next one, 2032-09-21.
# So:    a calendar that says when no export is to be expected counts with a library that knows both
#        rules, or with the Cabinet Office's list.
set -euo pipefail
JPHOLIDAY=1.0.3 HOLIDAYS=0.109 WORKALENDAR=17.0.0 JAPANESE=1.0.10 DATE_HOLIDAYS=3.37.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check \
  "jpholiday==$JPHOLIDAY" "holidays==$HOLIDAYS" "workalendar==$WORKALENDAR"
npm init -y >/dev/null
npm install --silent "japanese-holidays@$JAPANESE" "date-holidays@$DATE_HOLIDAYS" >/dev/null
cat >ask.py <<'PY'
import holidays, jpholiday
from workalendar.asia import Japan

YEARS = range(2026, 2036)
law = {str(day)[:10] for year in YEARS for day, _ in jpholiday.year_holidays(year)}
for name, days in (("holidays", set(holidays.Japan(years=YEARS))),
                   ("workalendar", {day for y in YEARS for day, _ in Japan().holidays(y)})):
    found = {str(day) for day in days}
    print(name, "lacks", *(sorted(law - found) or "-"), "and adds", *(sorted(found - law) or "-"))
open("law.txt", "w").write("\n".join(sorted(law)))
PY
cat >ask.mjs <<'JS'
import japanese from "japanese-holidays";
import Holidays from "date-holidays";
import { readFileSync } from "node:fs";
const law = readFileSync("law.txt", "utf8").split("\n");
const two = (n) => String(n).padStart(2, "0");
const years = Array.from({ length: 10 }, (_, i) => 2026 + i);
const known = {
  "japanese-holidays": years.flatMap((y) => japanese.getHolidaysOf(y, true)
    .map((h) => `${y}-${two(h.month)}-${two(h.date)}`)),
  "date-holidays": years.flatMap((y) => new Holidays("JP").getHolidays(y)
    .filter((h) => h.type === "public").map((h) => h.date.slice(0, 10))),
};
for (const [name, days] of Object.entries(known)) {
  const lacks = law.filter((d) => !days.includes(d)), adds = days.filter((d) => !law.includes(d));
  console.log(name, "lacks", lacks.join(" ") || "-", "and adds", adds.join(" ") || "-");
}
JS
{ v/bin/python ask.py; TZ=Asia/Tokyo node ask.mjs; } >seen.txt
cat >known.txt <<'TXT'
holidays lacks - and adds -
workalendar lacks 2026-05-06 2026-09-22 2027-03-22 2029-02-12 2029-04-30 2029-09-24 2030-05-06 2030-08-12 2030-11-04 2031-02-24 2031-05-06 2031-11-24 2032-09-21 2033-03-21 2034-01-02 2035-02-12 2035-04-30 2035-09-24 and adds -
japanese-holidays lacks - and adds -
date-holidays lacks 2032-09-21 and adds -
TXT
echo "jpholiday $JPHOLIDAY, holidays $HOLIDAYS, workalendar $WORKALENDAR," \
  "japanese-holidays $JAPANESE, date-holidays $DATE_HOLIDAYS"
echo "guess: none lacks or adds a day beside jpholiday"
cat seen.txt
diff known.txt seen.txt
