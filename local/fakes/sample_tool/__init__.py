"""A learning tool on this machine, for trying the launcher: what it was told stands on its pages.

LTI 1.3 is done by pylti1p3next, which others wrote; ours are the storage that lets a state and a
nonce count once (``lti``) and the pages (``app``). Run
``python -m local.fakes.sample_tool --platform URL``
"""

ADDRESS = "http://127.0.0.1:8099"
"""Where cities/demo.toml says that the tool is; the stack writes its real address instead."""
CLIENTS = tuple(
    f"demo.{tool}" for tool in ("sample", "sample_junior", "tsubasa_book", "mirai_school_platform")
)
