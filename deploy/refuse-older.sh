#!/bin/sh
# Ends with 1 unless the commit that is checked out is the deployed one or comes after it: an approval
# that comes late must not bring back what was replaced since.
#
#   deploy/refuse-older.sh DEPLOYED_COMMIT
#
# Without a commit nothing was deployed yet, and nothing is refused.
set -eu

deployed=${1:-}
if [ -z "$deployed" ]; then
  echo "nothing was deployed yet"
  exit 0
fi
# A commit that is not in the history is no ancestor either.
if git merge-base --is-ancestor "$deployed" HEAD 2> /dev/null; then
  echo "$(git rev-parse HEAD) comes after the deployed $deployed"
  exit 0
fi
echo "$(git rev-parse HEAD) does not come after $deployed, which is deployed: run the workflow again" \
  "for the last commit of the branch. To go back, use \`signpost release rollback\`" >&2
exit 1
