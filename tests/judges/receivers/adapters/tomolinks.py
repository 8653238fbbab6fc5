# The importer sample of tomoLinks (Python, pandera, 2023) on one of our packages:
# python tomolinks.py ZIP DIALECT. It knows the bulk of 学習eポータル標準モデル V3 alone.
import contextlib
import io
import sys

sys.path.insert(0, ".")
if sys.argv[2] not in {"lgate_v3"}:
    sys.exit(3)
with contextlib.redirect_stdout(io.StringIO()):
    from validate_oneroster_csv import validateBulk  # type: ignore[import-not-found]

    told = validateBulk(sys.argv[1])
if not told["is_success"]:
    sys.stdout.write(told["error_code"])
    sys.exit(1)
