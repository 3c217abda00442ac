//! What is checked of a configuration that the edge could read, one file for each check.

mod allowed_hosts;
mod ambiguous;
mod backends;
mod broad_routes;
mod entry_size;
mod examples;
mod failing;
mod headers;
mod log_endpoints;
mod log_fields;
mod origin_examples;
mod overlaps;
mod permanent_routes;
mod probes;
mod public_suffixes;
mod retry_routes;
mod route_keys;
mod same_bases;
mod unused_targets;

use super::draft::{Draft, Report};

/// Every check, in the order in which they run.
const CHECKS: &[fn(&Draft<'_>, &mut Report)] = &[
    backends::check,
    allowed_hosts::check,
    public_suffixes::check,
    headers::check,
    route_keys::check,
    unused_targets::check,
    retry_routes::check,
    permanent_routes::check,
    same_bases::check,
    log_endpoints::check,
    log_fields::check,
    entry_size::check,
    ambiguous::check,
    overlaps::check,
    probes::check,
    examples::check,
    origin_examples::check,
    // Last, because what is wrong comes before what is doubtful.
    broad_routes::check,
];

/// Runs every check.
pub(super) fn run(draft: &Draft<'_>, report: &mut Report) {
    for check in CHECKS {
        check(draft, report);
    }
}
