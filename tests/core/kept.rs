//! For how long caches answer in the edge's place, by status and `Cache-Control`.

use crate::test;
use std::time::Duration;

use signpost::authoring::Kept;

use Kept::{Never, Unlimited};

const fn seconds(seconds: u64) -> Kept {
    Kept::For(Duration::from_secs(seconds))
}

/// A `Cache-Control`, and how long a 302 and a 301 with it are kept.
const ROWS: &[(&str, Kept, Kept)] = &[
    ("max-age=60", seconds(60), seconds(60)),
    ("private, max-age=60", seconds(60), seconds(60)),
    ("max-age=60, immutable", seconds(60), seconds(60)),
    ("max-age=60, must-revalidate", seconds(60), seconds(60)),
    ("max-age=60, s-maxage=90", seconds(90), seconds(90)),
    (
        "max-age=60, stale-while-revalidate=30",
        seconds(90),
        seconds(90),
    ),
    (
        "max-age=60, stale-while-revalidate=30, stale-if-error=40",
        seconds(100),
        seconds(100),
    ),
    (
        "max-age=0, stale-while-revalidate=30",
        seconds(30),
        seconds(30),
    ),
    ("max-age=0", Never, Never),
    // Only a shared cache keeps such a 302, and a client's own cache keeps any 301.
    ("s-maxage=60", seconds(60), Unlimited),
    ("public, s-maxage=60", Unlimited, Unlimited),
    ("public", Unlimited, Unlimited),
    ("private", Unlimited, Unlimited),
    ("immutable", Never, Unlimited),
    ("must-revalidate", Never, Unlimited),
    ("stale-while-revalidate=60", Never, Unlimited),
    ("no-transform", Never, Unlimited),
    ("no-store", Never, Never),
    ("no-store, private", Never, Never),
    ("no-cache", Never, Never),
    ("no-cache=\"x\"", Never, Unlimited),
    ("no-store, must-understand", Never, Unlimited),
    (
        "must-understand, no-store, max-age=60",
        seconds(60),
        seconds(60),
    ),
    // Caches differ in what they make of these.
    ("max-age: 60", Unlimited, Unlimited),
    ("no_store", Unlimited, Unlimited),
];

#[test]
fn caches_keep_an_answer_for_as_long_as_they_are_allowed_to() {
    for (cache_control, of_302, of_301) in ROWS {
        for (status, expected) in [
            (302, of_302),
            (303, of_302),
            (307, of_302),
            (301, of_301),
            (308, of_301),
            (200, of_301),
        ] {
            let found = Kept::of(status, Some(cache_control));
            assert_eq!(found, *expected, "{status} with {cache_control}");
        }
    }
    for (status, expected) in [
        (302, Never),
        (303, Never),
        (307, Never),
        (204, Never),
        (301, Unlimited),
        (308, Unlimited),
    ] {
        assert_eq!(Kept::of(status, None), expected, "{status}");
    }
}
