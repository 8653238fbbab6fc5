#!/usr/bin/env bash
# What a page asks the network for that Material for MkDocs has built with its plugin "offline".
#
# Guess: a site built to be read without a network asks for nothing.
# Seen:  every page loads https://unpkg.com/iframe-worker/shim, at no fixed version: it is what lets
#        the search work in a page opened from a disk, and it is fetched when the page is read.
#        Without the plugin, and with `font: false`, a page asks nobody.
# So:    the docs site here is built without it; the plugin "privacy" would take a copy at build time.
set -euo pipefail
MATERIAL=9.8.2
export NO_MKDOCS_2_WARNING=1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "mkdocs-material==$MATERIAL"
mkdir docs
echo "# A page" >docs/index.md
for plugins in "[search]" "[search, offline]"; do
  printf 'site_name: x\ntheme: {name: material, font: false}\nplugins: %s\n' "$plugins" >mkdocs.yml
  v/bin/mkdocs build -q -d site
  echo "$plugins $(grep -oE '(src|href)="https?://[^"]*"' site/index.html | grep -vE 'squidfunk|mkdocs' | tr '\n' ' ')"
done | sed 's/ *$//' >seen.txt
cat >known.txt <<'TXT'
[search]
[search, offline] src="https://unpkg.com/iframe-worker/shim"
TXT
echo "mkdocs-material $MATERIAL"
echo "guess: neither asks for anything"
cat seen.txt
diff known.txt seen.txt
