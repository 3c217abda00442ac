//! The edge function: the library's pipeline on Fastly Compute.

#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod edge;

/// The platform documents 50 ms of CPU an execution and not how they count across requests. A
/// redirect was measured to take some 50 µs with all host calls, so this many stay well within.
const REQUESTS: usize = 500;

fn main() {
    edge::serve(REQUESTS);
}
