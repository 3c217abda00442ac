#!/bin/sh
# Prints the commit that was deployed last to an environment, as GitHub recorded it; nothing if none
# was. A deployment that failed went back, so it does not count.
#
#   deploy/deployed-commit.sh production
#
# GH_TOKEN needs the right `deployments: read`, and GITHUB_REPOSITORY names the repository.
set -eu

deployments="repos/$GITHUB_REPOSITORY/deployments"
all=$(gh api --paginate "$deployments?environment=$1&per_page=100" --jq '.[] | "\(.id) \(.sha)"')
printf '%s\n' "$all" | while read -r id commit; do
  [ -n "$id" ] || continue
  states=$(gh api --paginate "$deployments/$id/statuses?per_page=100" --jq '.[].state') || exit 1
  if printf '%s\n' "$states" | grep -qx success; then
    echo "$commit"
    break
  fi
done
