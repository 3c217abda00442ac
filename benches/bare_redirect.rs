//! The least that a Fastly Compute function can do: `Serve` and a fixed redirect. The edge function's
//! throughput is measured against it.

#![forbid(unsafe_code)]

use fastly::Response;
use fastly::http::serve::Serve;

const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

fn main() {
    let served = Serve::new().run(|_| Response::from_status(302).with_header("location", LOCATION));
    let Ok(()) = served.into_result();
}
