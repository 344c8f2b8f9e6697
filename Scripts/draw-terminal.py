#!/usr/bin/env python3
"""Draws what a program printed as a picture of a terminal.

    plimsoll demo | Scripts/draw-terminal.py '$ plimsoll demo' > Documentation/demo.svg

Text only: each line becomes one line of the picture, in a font of fixed width.
"""

import sys
import unicodedata
from html import escape

SIZE, LINE, COLUMN, EDGE, BAR = 14, 20, 8.43, 24, 36
BACKGROUND, TEXT, QUIET, LOSS, GAIN = "#12181f", "#d7dee6", "#7b8794", "#ef8a7f", "#8fcfa5"


def width(text):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def colour(line):
    """The tone of a line: titles and rules are quiet, all else is plain text."""
    bare = line.strip()
    if not bare or set(bare) <= set("─-=━═ "):
        return QUIET
    return TEXT


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else "plimsoll"
    lines = [line.rstrip() for line in sys.stdin.read().splitlines()]
    columns = max(map(width, lines + [title]))
    wide = round(columns * COLUMN + 2 * EDGE)
    high = BAR + EDGE + LINE * len(lines) + EDGE // 2
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(title)}">'
    )
    print(f'<rect width="{wide}" height="{high}" rx="8" fill="{BACKGROUND}"/>')
    for index, dot in enumerate((LOSS, "#e3c078", GAIN)):
        print(f'<circle cx="{EDGE + index * 18}" cy="{BAR / 2}" r="5" fill="{dot}"/>')
    print(
        '<g font-family="ui-monospace, \'DejaVu Sans Mono\', Menlo, Consolas, monospace" '
        f'font-size="{SIZE}" xml:space="preserve">'
    )
    print(f'<text x="{EDGE + 64}" y="{BAR / 2 + 5}" fill="{QUIET}">{escape(title)}</text>')
    for index, line in enumerate(lines):
        if line:
            y = BAR + EDGE + index * LINE
            length = f'textLength="{width(line) * COLUMN:.1f}" lengthAdjust="spacing"'
            print(f'<text x="{EDGE}" y="{y}" {length} fill="{colour(line)}">{escape(line)}</text>')
    print("</g>\n</svg>")


if __name__ == "__main__":
    main()
