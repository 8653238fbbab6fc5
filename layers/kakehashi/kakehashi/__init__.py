"""Kakehashi: from a school roster in OneRoster CSV to every pupil's accounts.

Floors, from the ground up: ``roster``, ``findings``, ``city``, ``catalogue`` → ``oneroster`` →
``preprocess`` → ``diff`` → ``provision``, ``deliver``, ``report`` → ``edges``. Only ``edges``
knows AWS, Microsoft and the network.
"""
