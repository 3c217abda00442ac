//! The builder writes a location by its template, and the proof reads it back in one way or not at all.

use crate::test;
use std::borrow::Cow;

use signpost::values::{Capture, CaptureType, PathTemplate, Unencoded};

#[track_caller]
fn template(pattern: &str, location: &str) -> PathTemplate {
    let pattern = PathTemplate::path(pattern).unwrap_or_else(|error| panic!("{error}"));
    PathTemplate::location(location, pattern.captures())
        .unwrap_or_else(|error| panic!("{location}: {error}"))
}

/// A pattern, a location template, the captured values, and the path that is written from them.
type Written = (
    &'static str,
    &'static str,
    &'static [(CaptureType, &'static str)],
    &'static str,
);

const WRITTEN: &[Written] = &[
    ("/a", "/literal", &[], "/literal"),
    (
        "/{name:crate}/{version:semver}",
        "/crates/{name}/{name}-{version}.crate",
        &[
            (CaptureType::Crate, "a-1"),
            (CaptureType::Semver, "1.0.0-rc.1+b"),
        ],
        "/crates/a-1/a-1-1.0.0-rc.1%2Bb.crate",
    ),
    (
        "/{file:segment}",
        "/{file}",
        &[(CaptureType::Segment, "!$&'()*+,;=:@~-._\"<>[]^`{|}")],
        "/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40~-._%22%3C%3E%5B%5D%5E%60%7B%7C%7D",
    ),
    (
        "/{rest:path}",
        "/all/{rest}/end",
        &[(CaptureType::Path, "a/b@c/~d")],
        "/all/a/b%40c/~d/end",
    ),
];

#[test]
fn captures_are_written_strictly_encoded() {
    for (pattern, location, captures, path) in WRITTEN {
        let captures: Option<Vec<Capture<'_>>> = captures
            .iter()
            .map(|(kind, text)| kind.parse(*text))
            .collect();
        let template = template(pattern, location);
        let mut written = String::new();
        let captures = captures.expect("each text is of its type");
        template.write(&mut written, &captures, &Unencoded::default());
        assert_eq!(written, *path, "{location}");
        assert_eq!(template.to_string(), *location);
    }
}

/// A pattern, a location template, a path below the base, and the captures that are read from it.
type Read = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static [&'static str]>,
);

const CRATE: (&str, &str) = (
    "/{name:crate}/{version:semver}",
    "/{name}/{name}-{version}.crate",
);
const TWO_FILES: (&str, &str) = ("/{a:segment}/{b:segment}", "/{a}-{b}");
const TWO_DOTS: (&str, &str) = ("/{a:segment}/{b:segment}", "/{a}..{b}.x");
const TWO_PATHS: (&str, &str) = ("/{file:segment}/{rest:path}", "/{rest}/{file}/{rest}");

const READ: &[Read] = &[
    (
        CRATE.0,
        CRATE.1,
        "libc/libc-0.2.147.crate",
        Some(&["libc", "0.2.147"]),
    ),
    (
        CRATE.0,
        CRATE.1,
        "a-1/a-1-1.0.0-rc.1+b.crate",
        Some(&["a-1", "1.0.0-rc.1+b"]),
    ),
    (
        CRATE.0,
        CRATE.1,
        "a/a-1.0.0-x.crate.crate",
        Some(&["a", "1.0.0-x.crate"]),
    ),
    (CRATE.0, CRATE.1, "a/b-1.0.0.crate", None),
    (CRATE.0, CRATE.1, "a/A-1.0.0.crate", None),
    (CRATE.0, CRATE.1, "a/a-1.0.crate", None),
    (CRATE.0, CRATE.1, "a/a-1.0.0", None),
    (CRATE.0, CRATE.1, "a/a-1.0.0.crate.", None),
    (CRATE.0, CRATE.1, "a/a.crate", None),
    (CRATE.0, CRATE.1, "1a/1a-1.0.0.crate", None),
    (CRATE.0, CRATE.1, "a", None),
    (CRATE.0, CRATE.1, "a/a-1.0.0.crate/b", None),
    (CRATE.0, CRATE.1, "", None),
    // The literal between two captures stands there once; otherwise the end of the first is in doubt.
    (TWO_FILES.0, TWO_FILES.1, "x-y", Some(&["x", "y"])),
    (TWO_FILES.0, TWO_FILES.1, "x-y-z", None),
    (TWO_FILES.0, TWO_FILES.1, "x--z", None),
    (TWO_FILES.0, TWO_FILES.1, "-y", None),
    (TWO_FILES.0, TWO_FILES.1, "x-", None),
    (TWO_FILES.0, TWO_FILES.1, "--", None),
    // A literal may overlap with itself, and every place counts.
    (TWO_DOTS.0, TWO_DOTS.1, "a..b.x", Some(&["a", "b"])),
    (TWO_DOTS.0, TWO_DOTS.1, "a...b.x", None),
    (TWO_DOTS.0, TWO_DOTS.1, "a..b.x.x", Some(&["a", "b.x"])),
    (TWO_DOTS.0, TWO_DOTS.1, "....x", None),
    (TWO_DOTS.0, TWO_DOTS.1, ".....x", None),
    // Types tell apart what literals do not.
    ("/{v:semver}/{n:crate}", "/{v}-{n}", "1.0.0-rc-a", None),
    (
        "/{v:semver}/{n:crate}",
        "/{n}-{v}",
        "a-b-1.0.0-c",
        Some(&["1.0.0-c", "a-b"]),
    ),
    (
        "/{v:semver}/{n:crate}",
        "/{n}-{v}",
        "a-b-1.0.0-1.0.0",
        Some(&["1.0.0-1.0.0", "a-b"]),
    ),
    // A segment with one unknown capture is read before one with two, wherever it stands.
    (
        TWO_FILES.0,
        "/{a}-{b}/{b}.x",
        "x-y-z/z.x",
        Some(&["x-y", "z"]),
    ),
    (TWO_FILES.0, "/{a}-{b}/{b}.x", "x-y-z/y.x", None),
    (
        TWO_FILES.0,
        "/{a}-{b}/{b}-{a}",
        "x-y/y-x",
        Some(&["x", "y"]),
    ),
    (TWO_FILES.0, "/{a}-{b}/{b}-{a}", "x-y/x-y", None),
    (
        "/{n:crate}/{a:segment}/{b:segment}",
        "/{a}-{b}.x/{n}-{a}/{n}",
        "x-y-z.x/c-x-y/c",
        Some(&["c", "x-y", "z"]),
    ),
    // A path capture takes whole segments; a repeated one takes the same segments again.
    ("/{rest:path}", "/all/{rest}", "all/a/b", Some(&["a/b"])),
    ("/{rest:path}", "/all/{rest}", "all", None),
    ("/{rest:path}", "/all/{rest}", "a/b", None),
    ("/{rest:path}", "/{rest}/end", "a/end/end", Some(&["a/end"])),
    ("/{rest:path}", "/{rest}/end", "a/b", None),
    (TWO_PATHS.0, TWO_PATHS.1, "a/b/f/a/b", Some(&["f", "a/b"])),
    (TWO_PATHS.0, TWO_PATHS.1, "a/f/b", None),
    (TWO_PATHS.0, TWO_PATHS.1, "a/a/a", Some(&["a", "a"])),
    // A capture ends before the text that follows it.
    (
        "/{file:segment}/{rest:path}",
        "/{rest}/x/{file}",
        "x/x/x",
        Some(&["x", "x"]),
    ),
    (
        "/{file:segment}/{rest:path}",
        "/{rest}/x/{file}",
        "a/x/x/x",
        Some(&["x", "a/x"]),
    ),
    // A capture that stands twice has one value.
    ("/{a:segment}", "/{a}-{a}", "x-y-x-y", Some(&["x-y"])),
    ("/{a:segment}", "/{a}-{a}", "x-y-y-x", None),
    // A literal alone.
    ("/a", "/literal", "literal", Some(&[])),
    ("/a", "/literal", "literal.", None),
    ("/a", "/literal", "lit", None),
];

#[test]
fn a_path_is_read_back_in_one_way_or_not_at_all() {
    for (pattern, location, path, expected) in READ {
        let template = template(pattern, location);
        let path: Vec<Cow<'_, str>> = path.split('/').map(Cow::Borrowed).collect();
        let captures = template.read(&path).ok();
        let captures = captures
            .as_ref()
            .map(|captures| captures.iter().map(Capture::as_str).collect::<Vec<_>>());
        assert_eq!(
            captures,
            expected.map(<[_]>::to_vec),
            "{location} of {path:?}"
        );
    }
}

#[test]
fn no_path_at_all_is_read_as_nothing() {
    assert_eq!(template(CRATE.0, CRATE.1).read(&[]).ok(), None);
}

/// A pattern, a location template that does not fit it, and the error.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "/{n:crate}",
        "{n}",
        "`{n}` does not start with `/`; write `/{n}`",
    ),
    (
        "/{n:crate}",
        "https://static.crates.io/{n}",
        "`https://static.crates.io/{n}` is a URL; write the path only; the host comes from the target's base",
    ),
    (
        "/{n:crate}",
        "/",
        "the path is empty; write one such as `/files/x`",
    ),
    (
        "/{n:crate}",
        "/{n}/",
        "the path ends in a slash; leave it out",
    ),
    (
        "/{n:crate}",
        "/{n}//x",
        "two slashes stand in a row; leave one out",
    ),
    (
        "/{n:crate}",
        "/{n}/..",
        "no path of a file has the segment `..`",
    ),
    (
        "/a",
        "/a%2Fb",
        "`a%2Fb` holds `%`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/a",
        "/a?b",
        "`a?b` holds `?`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/{n:crate}",
        "/x\"{n}",
        "`x\"` holds `\"`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    ("/{n:crate}", "/{n", "the braces in `{n` do not pair up"),
    ("/{n:crate}", "/n}", "the braces in `n}` do not pair up"),
    ("/{n:crate}", "/{n}}", "the braces in `{n}}` do not pair up"),
    ("/{n:crate}", "/}{n}", "the braces in `}{n}` do not pair up"),
    (
        "/{n:crate}",
        "/{n:crate}",
        "`{n:crate}` has a type in the location; write `{n}`, because the path has the type",
    ),
    ("/{n:crate}", "/{{n}", "the braces in `{{n}` do not pair up"),
    (
        "/{n:crate}",
        "/{}",
        "`{}` does not begin with a capture name: letters, digits and `_`, the first a letter",
    ),
    (
        "/{n:crate}",
        "/{package}",
        "the path has no capture `package`",
    ),
    (
        "/{name:crate}",
        "/{nane}",
        "the path has no capture `nane`; did you mean `name`?",
    ),
    (
        "/{n:crate}/{v:semver}",
        "/{n}",
        "the capture `v` of the path is not in the location, so two requests could lead to one file; use `{v}`, or list it in `unused` if the location has a sha256 or sha512",
    ),
    (
        "/{n:crate}",
        "/a",
        "the capture `n` of the path is not in the location, so two requests could lead to one file; use `{n}`, or list it in `unused` if the location has a sha256 or sha512",
    ),
    (
        "/{n:crate}/{v:semver}",
        "/{n}{v}",
        "two captures touch in `{n}{v}`; write a literal between them, so that the end of the first is known",
    ),
    (
        "/{n:crate}",
        "/a{n}{n}",
        "two captures touch in `a{n}{n}`; write a literal between them, so that the end of the first is known",
    ),
    (
        "/{r:path}",
        "/a-{r}",
        "`r` may be several segments and must stand alone between two slashes",
    ),
    (
        "/{r:path}",
        "/{r}.x",
        "`r` may be several segments and must stand alone between two slashes",
    ),
    (
        "/{n:crate}",
        "/{n.index-prefix}",
        "`{n.index-prefix}` is only a part; write `{n}` as well, or the location does not tell which request it answers",
    ),
    (
        "/{d:sha256}",
        "/{d.first(2)}/x",
        "`{d.first(2)}` is only a part; write `{d}` as well, or the location does not tell which request it answers",
    ),
    (
        "/{n:crate}/{d:sha256}",
        "/{d.first(2)}/{d}",
        "the capture `n` of the path is not in the location, so two requests could lead to one file; use `{n}`, or list it in `unused` if the location has a sha256 or sha512",
    ),
    (
        "/{n:crate}",
        "/{n.index-prefix}/{n.index-prefix}/{n}",
        "`n` may be several segments and stands twice; use it once",
    ),
];

#[test]
fn a_template_that_cannot_be_read_says_why() {
    for (pattern, location, message) in MISTAKES {
        let pattern = PathTemplate::path(pattern).unwrap_or_else(|error| panic!("{error}"));
        let error = PathTemplate::location(location, pattern.captures())
            .expect_err(&format!("{location:?} is not a template"));
        assert_eq!(error.to_string(), *message, "{location:?}");
    }
}

#[test]
fn a_slash_inside_a_segment_is_not_one_between_two() {
    let template = template("/{rest:path}", "/{rest}");
    let apart = ["a", "b"].map(Cow::Borrowed);
    assert_eq!(template.read(&apart).unwrap()[0].as_str(), "a/b");
    assert_eq!(template.read(&[Cow::Borrowed("a/b")]).ok(), None);
}

#[test]
fn a_long_path_is_read_like_a_short_one() {
    let template = template("/{rest:path}", "/{rest}/m/{rest}");
    let path_of = |first: usize, second: usize| {
        let segment = |text, times| std::iter::repeat_n(Cow::Borrowed(text), times);
        let path = segment("a", first).chain(segment("m", 1));
        path.chain(segment("a", second)).collect::<Vec<_>>()
    };
    let path = path_of(512, 512);
    let read = template.read(&path).expect("there is one reading");
    assert_eq!(read[0].as_str(), ["a"; 512].join("/"));
    let other = path_of(512, 511);
    assert!(template.read(&other).is_err());
}

#[test]
fn of_many_readings_none_is_taken() {
    let template = template(
        "/{a:segment}/{b:segment}/{c:segment}/{d:segment}",
        "/{a}-{b}-{c}-{d}.x/{d}",
    );
    let hyphens = "-".repeat(250);
    let long = [format!("{}.x", "-".repeat(1000)), hyphens].map(Cow::Owned);
    assert_eq!(template.read(&long).ok(), None);
    let short = ["a-b-c-d.x", "d"].map(Cow::Borrowed);
    assert_eq!(template.read(&short).unwrap()[3].as_str(), "d");
}

#[test]
fn one_segment_gives_a_capture_its_type() {
    let path = PathTemplate::path("/{n.index-prefix}/{n:crate}/{n}-{v:semver}.crate").unwrap();
    let of = |name| {
        path.segments()
            .map(|segment| segment.declares(name))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("n"), [false, true, false]);
    assert_eq!(of("v"), [false, false, true]);
    assert_eq!(of("x"), [false; 3]);
}
