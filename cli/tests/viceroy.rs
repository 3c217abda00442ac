//! What needs the real module under Viceroy. `cargo xtask test viceroy` builds it and runs these tests.
//!
//! They are one program because the longest test, of `chain`, waits for most of its time.

mod chain;
mod smoke;
