//! `signpost smoke` as the process that operators and scripts run: green against the real module
//! under Viceroy with a CDN over TLS, and red for each way of being wrong.
//!
//! `cargo xtask test viceroy` builds the module and runs these tests.

mod addresses;
mod bed;
mod before_the_edge;
mod certificates;
mod chains;
mod cold;
mod every;
mod every_refused;
mod listed;
mod left_to_the_origin;
mod options;
mod parity;
mod presets;
mod requests;
mod shares;
mod sides;
mod stale;
mod retried;
mod sources;
mod targets;
mod two_targets;
mod wrong_at_the_cdn;
mod wrong_at_the_edge;
