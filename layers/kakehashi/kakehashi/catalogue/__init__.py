"""Every message Kakehashi can give, declared once, in the module of the stage that gives it.

Letters: F file · H header · R row and cell · X references · D duplicates · N names (外字) ·
P preprocessing · S safety · M Microsoft 365 · T tool files · L launches (LTI) · I our own fault.
Codes are never renumbered; a retired code goes to ``index.RETIRED`` and does not come back.
"""
