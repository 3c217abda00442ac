//! What holds of Signpost for any bytes.
//!
//! Each property is a function of bytes that panics where it does not hold. `fuzz/` hands them to libFuzzer,
//! and `tests/corpora.rs` asks them again about every input in `fuzz/corpus`. A property says nothing about
//! how a thing is done: it holds what the pages in `docs/` promise.

mod generator;

macro_rules! properties {
    ($($name:ident $holds:literal,)+) => {
        $(
            mod $name;

            #[doc = $holds]
            pub fn $name(bytes: &[u8]) {
                $name::check(bytes);
            }
        )+

        /// Every property by its name, which its target and its corpus have too.
        pub const ALL: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name),)+];
    };
}

properties! {
    accept "What a client accepts does not depend on how its `Accept` is spelled.",
    answer "A request gets an answer that is within the bounds of its configuration, and a log line.",
    authoring "TOML compiles to JSON that is read as the same configuration, or its problems say what and where.",
    base "A base has one spelling, which clients read as it is.",
    compiled "A compiled configuration is read as it stands, and can be used.",
    log "A log tells the same however it arrives, and of each line what it asks or why it cannot be read.",
    log_formats "A request is told alike in every form in which logs are stored.",
    route "A route that compiles sends each of its requests to one location.",
    switch "A switch is read in one way, and whatever else an entry holds is `off`.",
    template "What is written with a template is read as the same captures, or not at all.",
}

/// The text, if it is one.
fn text(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok()
}
