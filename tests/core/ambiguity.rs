//! A template that can be read in two ways does not compile, and the message shows such a path.

use crate::fixtures::configs;
use crate::test;
use signpost::config::ProblemCode;
use signpost::request::Request;
use signpost::values::{PathTemplate, Piece};
use signpost_rows::SmallConfig;

/// A path, and the text of a segment that has two readings, if there is one.
const PATHS: &[(&str, Option<&str>)] = &[
    ("/{a:segment}", None),
    ("/x{a:segment}", None),
    ("/{a:segment}.gem", None),
    ("/{name:crate}-{version:semver}.crate", None),
    ("/{a:segment}-{b:semver}", Some("a-0.0.0-0.0.0")),
    ("/{a:segment}-{b:segment}", Some("a--a")),
    ("/{a:lower}.{b:digits}", None),
    ("/{a:digits}.{b:lower}", None),
    ("/{a:digits}-{b:digits}-{c:digits}-{d:digits}", None),
    ("/{n:digits}-{n}-{n}-{n}-{n}", None),
    ("/{a:semver}-{b:digits}", None),
    ("/{a:semver}-{b:crate}", Some("0.0.0-a-a")),
    ("/{a:semver}_{b:semver}", None),
    ("/{a:hex(2)}0{b:segment}", None),
    ("/{a:segment}0{b:hex(2)}", None),
    ("/{a:sha1}-{b:sha1}", None),
    ("/{a:digits}0{b:digits}", Some("0000")),
    ("/{file:segment}.{ext:zip|mod|info}", None),
    ("/{file:segment}.{ext:whl|tar.gz|zip}", None),
    ("/{file:segment}.{ext:gz|tar.gz}", Some("a.tar.gz")),
    (
        "/{module:path}/@v/v{version:semver}.{ext:zip|mod|info}",
        None,
    ),
    // A value that is known from another segment is a literal.
    ("/{name:segment}/-/{name}-{version:semver}.tgz", None),
    ("/{a:segment}/{v:segment}/{a}-{v}.{ext:segment}", None),
    ("/{a:segment}/{a}-{b:segment}-{c:digits}", None),
    (
        "/{a:segment}/{a}-{b:segment}-{c:crate}",
        Some("serde-a-a-a"),
    ),
    ("/{n:digits}/{b:digits}-{n}-{c:digits}", None),
    // A word may begin another.
    ("/{a:gz|gz-x}-{b:x-y|y}", Some("gz-x-y")),
    ("/{a:gz-x|gz}-{b:y|x-y}", Some("gz-x-y")),
    ("/{a:tar|tar.gz}.{b:zip|xz}", None),
    // A part has as many characters as it always has.
    ("/{d:sha256}/{d.first(2)}x{b:segment}", None),
    ("/{d:sha256}-{d.first(2)}-{b:segment}", None),
    // A segment that cannot be read by itself makes nothing known.
    ("/{name:segment}-{v:segment}/{name}-{v}.tgz", Some("a--a")),
    ("/x/{a:segment}-{b:segment}/{a}-{c:segment}", Some("a--a")),
    ("/x/{a:crate}.{b:segment}/{a}-{c:segment}", None),
    // A known value that is like the literals beside it.
    (
        "/{k:segment}/{x:zipq|zip}q{k}q{y:segment}",
        Some("zipqqqqa"),
    ),
];

/// Paths with a segment that is read as if a repeated capture were another one, or that has many captures.
const UNCERTAIN: &[&str] = &[
    "/f/{b:lower}-{a.first(2)}-{a:lower}",
    "/f/{a:lower}-{b:digits}-{a}",
    "/f/{a:digits}.{b:digits}.{c:digits}.{d:digits}.{e:digits}",
];

#[test]
fn a_path_that_cannot_be_read_for_certain_does_not_compile() {
    for path in UNCERTAIN {
        let found = problems(path, &plain_location(path));
        let [(ProblemCode::PathAmbiguous, message)] = found.as_slice() else {
            panic!("{path}: {found:?}");
        };
        assert!(
            message.contains("cannot be read for certain"),
            "{path}: {message}"
        );
    }
}

#[track_caller]
fn problems(path: &str, location: &str) -> Vec<(ProblemCode, String)> {
    let text = SmallConfig::new("hosts = [\"registry.example\"]")
        .target("cdn", "cdn.example", "")
        .route("file", path, location)
        .to_string();
    let problems = configs::problems_of(&text);
    let of = [ProblemCode::PathAmbiguous, ProblemCode::LocationUnprovable];
    let found = problems.iter().filter(|it| of.contains(&it.code()));
    found
        .map(|it| (it.code(), it.message().to_owned()))
        .collect()
}

/// In how many ways a text is these pieces, a repeated capture as if it were another.
fn readings(pieces: &[Piece<'_>], text: &str) -> usize {
    let Some((first, others)) = pieces.split_first() else {
        return usize::from(text.is_empty());
    };
    let ends = 0..=text.len();
    let fits = |end: &usize| match first {
        Piece::Literal(literal) => *literal == &text[..*end],
        Piece::Capture(_, slot) => slot.kind().parse(&text[..*end]).is_some(),
        Piece::Part(..) => *end > 0,
    };
    let ways = ends.filter(fits).map(|end| readings(others, &text[end..]));
    ways.sum()
}

/// A location with each capture of the path in a segment of its own.
fn plain_location(path: &str) -> String {
    let path = PathTemplate::path(path).unwrap_or_else(|errors| panic!("{path}: {errors}"));
    let slots = path.captures().iter();
    let slots = slots.map(|slot| format!("/{{{}}}", slot.name()));
    slots.collect::<Vec<_>>().concat()
}

#[test]
fn a_path_has_one_reading_or_an_example_of_two() {
    for (path, expected) in PATHS {
        let found = problems(path, &plain_location(path));
        match (found.as_slice(), expected) {
            ([], None) => {}
            ([(ProblemCode::PathAmbiguous, message)], Some(text)) => {
                assert!(
                    message.contains("can be read in two ways: "),
                    "{path}: {message}"
                );
                let asked = message.split('`').nth(1).expect(path);
                let request = Request::new("GET", "registry.example", asked);
                let mut segments = request.segments().expect(path).iter();
                assert!(segments.any(|it| it == text), "{path}: {message}");
                let template = PathTemplate::path(path).expect(path);
                let mut mixed = template.segments().filter(|it| it.pieces().count() > 1);
                let pieces: Vec<_> = mixed.next().expect(path).pieces().collect();
                assert!(readings(&pieces, text) > 1, "{path}: {message}");
            }
            _ => panic!("{path}: {found:?}"),
        }
    }
}

#[test]
fn a_location_has_one_reading_whatever_the_number_of_captures() {
    for number in [2, 5, 6, 16, 31, 32, 40] {
        let captures = 0..number;
        let path = captures.clone().map(|it| format!("/{{c{it}:segment}}"));
        let path = path.collect::<Vec<_>>().concat();
        let before = captures.clone().skip(2).map(|it| format!("/{{c{it}}}"));
        let before = before.collect::<Vec<_>>().concat();
        let location = format!("{before}/{{c0}}-{{c1}}");
        let found = problems(&format!("/x{path}"), &location);
        let [(ProblemCode::LocationUnprovable, message)] = found.as_slice() else {
            panic!("{number}: {found:?}");
        };
        assert!(
            message.starts_with("the request `/x/"),
            "{number}: {message}"
        );
        // All in one segment.
        let names: Vec<_> = captures.map(|it| format!("{{c{it}}}")).collect();
        let found = problems(&format!("/x{path}"), &format!("/{}", names.join("-")));
        assert!(
            matches!(found.as_slice(), [(ProblemCode::LocationUnprovable, _)]),
            "{number}: {found:?}"
        );
        // The others before the two, in their segment as well.
        let again = names.iter().skip(2).chain(names.iter().take(2));
        let again = again.cloned().collect::<Vec<_>>().join("-");
        let found = problems(&format!("/x{path}"), &format!("{before}/{again}"));
        assert!(
            matches!(found.as_slice(), [(ProblemCode::LocationUnprovable, _)]),
            "{number}: {found:?}"
        );
        // The path itself.
        let plain = names.iter().map(|name| format!("/{name}"));
        let plain = plain.collect::<Vec<_>>().concat();
        let touching = path.replace("{c0:segment}/{c1", "{c0:segment}-{c1");
        let found = problems(&format!("/x{touching}"), &plain);
        assert!(
            matches!(found.as_slice(), [(ProblemCode::PathAmbiguous, _)]),
            "{number}: {found:?}"
        );
    }
}

#[test]
fn a_location_is_shown_with_a_request_that_has_all_captures() {
    let text = SmallConfig::new("hosts = [\"registry.example\"]")
        .target("cdn", "cdn.example", "")
        .route(
            "blob",
            "/v2/{image:crate}/{d:sha256}/{a:segment}/{b:segment}",
            "/{d}/{a}-{b}",
        )
        .with("unused = [\"image\"]")
        .to_string();
    let said = configs::problems_of(&text).to_string();
    assert!(said.contains("the request `/v2/serde/e3b0c44298"), "{said}");
}
