use std::borrow::Cow;

use super::PathTemplate;
use crate::values::CaptureType;

/// The path and the location of a route; and the segments of a location, which may have a slash inside.
const ROWS: &[(&str, &str, &[&str])] = &[
    (
        "/{a:crate}/{b:semver}",
        "/{a}/{a}-{b}.crate",
        &["x", "x-1.0.0.crate"],
    ),
    (
        "/{a:crate}/{b:semver}",
        "/{a}/{a}-{b}.crate",
        &["x", "y-1.0.0.crate"],
    ),
    (
        "/{a:crate}/{b:semver}",
        "/{a}/{a}-{b}.crate",
        &["x", "x-1.0.0.crate.crate"],
    ),
    (
        "/{a:crate}/{b:semver}",
        "/{a}/{a}-{b}.crate",
        &["x", "x-1.0.crate"],
    ),
    ("/{a:crate}/{b:semver}", "/{a}/{a}-{b}.crate", &["x"]),
    (
        "/{a:crate}/{b:semver}",
        "/{a}/{a}-{b}.crate",
        &["x", "x-1.0.0.crate", "x"],
    ),
    ("/{a:segment}/{b:segment}", "/{a}-{b}", &["x-y"]),
    ("/{a:segment}/{b:segment}", "/{a}-{b}", &["x-y-z"]),
    ("/{a:segment}/{b:digits}", "/{a}-{b}", &["x-1-2"]),
    ("/{a:sha256}", "/{a.first(2)}/{a}", &["ab", "ab"]),
    ("/{a:hex(4)}", "/{a.first(2)}/{a}", &["ab", "abcd"]),
    ("/{a:hex(4)}", "/{a.first(2)}/{a}", &["ac", "abcd"]),
    (
        "/{a:crate}",
        "/{a.index-prefix}/{a}",
        &["se", "rd", "serde"],
    ),
    ("/{a:crate}", "/{a.index-prefix}/{a}", &["se/rd", "serde"]),
    ("/{a:crate}", "/{a.index-prefix}/{a}", &["1", "s"]),
    ("/{a:path}", "/x/{a}", &["x", "y", "z"]),
    ("/{a:path}", "/x/{a}", &["x", "y/z"]),
    ("/{a:path}", "/x/{a}/{a}", &["x", "y", "z", "y", "z"]),
    ("/{a:path}", "/x/{a}/{a}", &["x", "y", "z", "y", "w"]),
    ("/{a:segment}", "/{a}", &["y/z"]),
];

#[test]
fn what_reads_back_is_what_is_read() {
    for (path, location, segments) in ROWS {
        let path = PathTemplate::path(path).expect(path);
        let location = PathTemplate::location(location, path.captures()).expect(location);
        let segments: Vec<_> = segments.iter().copied().map(Cow::Borrowed).collect();
        let read = location.read(&segments);
        // The captures that were read, and others near to them.
        let texts = ["x", "y", "y/z", "1.0.0", "1", "abcd", "serde", "x-y"];
        let of_type = |kind: &CaptureType| {
            texts
                .iter()
                .filter_map(|text| kind.parse(*text))
                .collect::<Vec<_>>()
        };
        let kinds = path.captures().iter().map(|slot| of_type(slot.kind()));
        let mut all = kinds.fold(vec![Vec::new()], |before, next| {
            let with = |captures: &Vec<_>| {
                let captures = captures.clone();
                next.iter()
                    .map(move |capture| [captures.clone(), vec![capture.clone()]].concat())
            };
            before.iter().flat_map(with).collect()
        });
        all.extend(read.clone().ok());
        for captures in all {
            let expected = read.as_ref().is_ok_and(|read| *read == captures);
            let found = location.reads_back_to(&segments, &captures);
            assert_eq!(found, expected, "{location} of {segments:?}: {captures:?}");
        }
    }
}
