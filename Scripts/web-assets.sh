#!/usr/bin/env bash
# Puts the web app together in .build/web: the files of Web/, the charts and the fonts, each with a
# compressed twin. Charts and fonts are fetched once, into .build/web-vendor; without a network the app
# goes without them and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'web: %s\n' "$*" >&2; }

vendor=.build/web-vendor
app=.build/web
mkdir -p "$vendor"

# environment: a virtual environment with the minifier and the font tools.
environment() {
    if cmp -s Web/requirements.txt .venv-web/installed-requirements.txt; then
        return 0
    fi
    rm -rf .venv-web
    python3 -m venv .venv-web &&
        .venv-web/bin/python -m pip install --quiet --disable-pip-version-check \
            -r Web/requirements.txt >&2 &&
        cp Web/requirements.txt .venv-web/installed-requirements.txt
}

# Lightweight Charts 5.2.0 of TradingView, Apache-2.0, as a Python package carries it.
charts() {
    local folder
    folder=$(mktemp -d)
    .venv-web/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$folder" python-lightweight-charts==1.3.0 >&2 || return 1
    .venv-web/bin/python - "$folder" "$vendor" <<'PYTHON' || return 1
import pathlib, sys

import minify

source, target = map(pathlib.Path, sys.argv[1:])
text = (source / "lightweight_charts/js/lightweight-charts.standalone.development.js").read_text()
assert "Lightweight Charts™ v5.2.0" in text[:300], text[:300]
(target / "charts.js").write_text(minify.string("application/javascript", text))
PYTHON
    rm -rf "$folder"
}

# Latin letters, digits and the signs that the app uses, of two fonts of Debian, OFL-1.1.
fonts() {
    command -v apt-get >/dev/null 2>&1 || return 1
    local folder here=$PWD
    folder=$(mktemp -d)
    (cd "$folder" && chmod 755 . && apt-get download -qq fonts-inter-variable \
        fonts-jetbrains-mono >&2) || return 1
    local package
    for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder/x" || return 1; done
    local signs="U+0020-007E,U+00A0-00FF,U+2009,U+200A,U+2010-2015,U+2018-201D,U+2022,U+2026,"
    signs+="U+20AC,U+20BF,U+2190-2195,U+2192,U+2212,U+2248,U+2260,U+2264,U+2265,U+25B2,U+25BC,"
    signs+="U+25CB,U+25CF,U+00D7,U+00F7,U+2713,U+2717,U+221A,U+2211,U+2032"
    local inter mono
    inter=$(find "$folder/x" -iname 'Inter*.ttf' ! -iname '*italic*' | sort | head -n 1)
    mono=$(find "$folder/x" -name 'JetBrainsMono-Regular.ttf' | head -n 1)
    [ -n "$inter" ] && [ -n "$mono" ] || return 1
    .venv-web/bin/pyftsubset "$inter" --unicodes="$signs" --flavor=woff2 \
        --layout-features='kern,liga,calt,tnum,ss01,cv11,zero,case' \
        --output-file="$here/$vendor/inter.woff2" || return 1
    .venv-web/bin/pyftsubset "$mono" --unicodes="$signs" --flavor=woff2 \
        --layout-features='kern,zero' --output-file="$here/$vendor/mono.woff2" || return 1
    cp "$folder/x/usr/share/doc/fonts-inter-variable/copyright" "$vendor/inter-licence.txt"
    cp "$folder/x/usr/share/doc/fonts-jetbrains-mono/copyright" "$vendor/mono-licence.txt"
    rm -rf "$folder"
}

if [ ! -s "$vendor/charts.js" ] || [ ! -s "$vendor/inter.woff2" ] || [ ! -s "$vendor/mono.woff2" ]
then
    if command -v python3 >/dev/null 2>&1 && environment; then
        if [ ! -s "$vendor/charts.js" ]; then
            say "fetching the charts"
            charts || say "no charts: PyPI is out of reach. The app shows its figures without them."
        fi
        if [ ! -s "$vendor/inter.woff2" ] || [ ! -s "$vendor/mono.woff2" ]; then
            say "fetching the fonts"
            fonts || say "no fonts: Debian's archive is out of reach. The system's own are used."
        fi
    else
        say "no Python with venv here: the app goes without charts and fonts."
    fi
fi

rm -rf "$app.new"
mkdir -p "$app.new/vendor"
cp -R Web/. "$app.new/"
rm -f "$app.new/requirements.txt" "$app.new/page.html"

# page TITLE FOLDER [PATH]: the frame of a page, whose content its script builds.
page() {
    sed -e "s|{title}|$1|" -e "s|{page}|$2|g" Web/page.html >"$app.new/${3-$2/}index.html"
}
page Start start ""
page Trade trade
page Receipts receipt
page Market market
page Control control
page Bots bots
page Ops ops
for file in charts.js inter.woff2 mono.woff2 inter-licence.txt mono-licence.txt; do
    if [ -s "$vendor/$file" ]; then cp "$vendor/$file" "$app.new/vendor/"; fi
done
cp LICENSE "$app.new/vendor/LICENSE.txt"
# A page without charts asks for them once, and finds nothing: an empty file says it kindly.
[ -e "$app.new/vendor/charts.js" ] || : >"$app.new/vendor/charts.js"
find "$app.new" -type f \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' \
    -o -name '*.txt' \) -exec gzip -9 -n -k {} +
rm -rf "$app"
mv "$app.new" "$app"
