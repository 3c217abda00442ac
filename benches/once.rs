//! The edge function with one request a sandbox, for `cargo xtask bench`: each request is the first one.

#![forbid(unsafe_code)]

#[path = "../src/edge/mod.rs"]
mod edge;

fn main() {
    edge::serve(1);
}
