#!/bin/sh
# Runs a test program for cargo-mutants: the slow tests last, and only until one fails. A mutant may loop or
# allocate for ever, so what takes too much time or memory has failed too.
set -eu
export SIGNPOST_PROVE_CASES=20000
ulimit -v 8000000

slow="every_location_one_byte_away within_the_share shares_are_within a_changed_weight_moves
  the_side_of_a_file_is_stable a_larger_share_holds no_line_is_longer each_answer_counts_as a_target_that_goes
  a_path_costs presets::every_row_holds a_location_reads_back a_trace_agrees"

until_one_fails() {
  # shellcheck disable=SC2016 # The inner shell expands them.
  sh -c 'echo $$; exec "$@"' sh "$@" 2>&1 | awk '
    NR == 1 { process = $1; next }
    { print }
    /^test result: ok/ { passed = 1 }
    /^test .* FAILED$/ { system("kill " process); exit }
    END { exit !passed }'
}

skipped=$(printf -- '--skip %s ' $slow)
# In seconds of the processor, and far above what they take without a change.
(ulimit -t 60 && PROPTEST_CASES=16 && export PROPTEST_CASES && until_one_fails "$@" $skipped)
# The first run leaves the slow tests to the last.
[ "${SIGNPOST_MUTANTS:-}" = first ] && exit
(ulimit -t 400 && until_one_fails "$@" $slow properties)
