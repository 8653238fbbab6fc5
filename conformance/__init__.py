"""A corpus of OneRoster packages for whoever writes an import or an export: one right package, and
for each rule of `kakehashi check` the smallest wrong one. All of it is invented and made by code.

    make conformance                 writes dist/conformance: zips, expected.json, a README
    make conformance SETS=FOLDER     runs official test sets that somebody has put into FOLDER
"""
