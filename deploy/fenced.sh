#!/bin/sh
# Prints what it reads as a block of Markdown, which nothing in the text can end: the fence is longer
# than any row of backticks in it. What a comment has no room for is left out, and it says so.
#
#   signpost plan OLD NEW | deploy/fenced.sh [LANGUAGE]
set -eu

room=30000
text=$(mktemp)
trap 'rm -f "$text" "$text.cut"' EXIT
cat > "$text"
head -c "$room" "$text" > "$text.cut"

longest=$(tr -c '`' '\n' < "$text.cut" | awk 'length > most { most = length } END { print most + 0 }')
fence=$(awk -v count="$((longest + 8))" 'BEGIN { while (count-- > 0) printf "`" }')

printf '%s%s\n' "$fence" "${1:-}"
cat "$text.cut"
printf '\n%s\n' "$fence"
if [ "$(wc -c < "$text")" -gt "$room" ]; then
  printf '\nThis is cut: run the command yourself to see all of it.\n'
fi
