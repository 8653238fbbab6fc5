"""Preprocess: an opened drop becomes the pupils the city wants, and the rows that must wait.

    cleaned = preprocess(package, findings, city, as_of, password_files)

What is done to it, in which order, is ``steps.STEPS``: schools are unified, classes read and
renamed, special-needs classes masked, titles spelled and told apart; then one row is chosen per
pupil and one pupil per account, and what is left is assembled. Pure and deterministic; independent
of row order and of sourcedIds, which C4th draws anew for every export.
"""
