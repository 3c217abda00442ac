#!/bin/sh
# Finds the configuration that is deployed, as people wrote it: the youngest version of FILE in the
# history that compiles to what is stored. Prints it; ends with 1 if there is none.
#
#   deploy/deployed-config.sh STORED.json config/crates-io.toml > deployed.toml
#
# SIGNPOST names the program to compile with; without it the one on PATH is taken.
set -eu

stored=$1
file=$2
candidate=$(mktemp)
trap 'rm -f "$candidate"' EXIT

for commit in $(git log --format=%H -- "$file"); do
  git show "$commit:$file" > "$candidate" 2> /dev/null || continue
  # An old version may be one that today's compiler refuses: then it is not this one.
  compiled=$("${SIGNPOST:-signpost}" compile "$candidate" 2> /dev/null) || continue
  if [ "$compiled" = "$(cat "$stored")" ]; then
    cat "$candidate"
    exit 0
  fi
done

echo "no version of $file in the history compiles to what is stored in $stored" >&2
exit 1
