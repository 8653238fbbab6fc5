"""What readers that others wrote make of our deliveries: `make judge JUDGES=FOLDER`.

Nothing is fetched: the readers lie in a folder, each in one of its own.

    FOLDER/<reader>/reader.toml     command = ["…"], run there with a zip and our dialect's name
    FOLDER/<reader>/meibo.gemspec   the Ruby library meibo (ruby, rubyzip, zeitwerk)
    FOLDER/<reader>/package.json    @longsightgroup/oneroster, built (node)
    FOLDER/<reader>/validate_oneroster_csv.py   the importer sample of tomoLinks of 2023 (K社 of
                                    1EdTechJapan/DA2022; python with pandera < 0.20, in .venv)
    FOLDER/…/*valid*.zip, *invalid*.zip   official reference sets, which judge our own reader

A reader accepts with exit status 0, was not asked with 3, and refuses with any other, the reason in
its first line. What is expected to differ stands in expected.toml, with why.
"""
