//! Paths near a route's own that must not be redirected.

use signpost::config::Route;
use signpost::values::{CaptureType, Piece};

/// A plausible text for each type of capture.
fn usual(kind: &CaptureType) -> String {
    match kind {
        CaptureType::Crate => "signpost".to_owned(),
        CaptureType::Semver => "1.0.0".to_owned(),
        CaptureType::Segment | CaptureType::Path | CaptureType::Lower => "file".to_owned(),
        CaptureType::Digits => "1".to_owned(),
        CaptureType::Hex(_) | CaptureType::Sha1 | CaptureType::Sha256 | CaptureType::Sha512 => {
            "0".repeat(kind.lengths().0)
        }
        CaptureType::OneOf(words) => words.first().cloned().unwrap_or_default(),
    }
}

/// A text that no capture of each type accepts.
const fn wrong(kind: &CaptureType) -> &'static str {
    match kind {
        CaptureType::Crate => "0-is-no-letter",
        CaptureType::Semver => "1.0",
        CaptureType::Segment | CaptureType::Path | CaptureType::Lower => "%2E%2E%2Ffile",
        CaptureType::Digits => "one",
        CaptureType::Hex(_) | CaptureType::Sha1 | CaptureType::Sha256 | CaptureType::Sha512 => "x",
        CaptureType::OneOf(_) => "%00",
    }
}

/// Paths near the route's own. Some may be on another route, or on this one if its last capture
/// takes any path: the configuration decides.
pub(crate) fn paths(route: &Route) -> Vec<String> {
    let good = filled(route, |_, kind| usual(kind));
    let mut paths: Vec<_> = route
        .path()
        .captures()
        .iter()
        .flat_map(|slot| {
            let kind = slot.kind();
            [
                wrong(kind).to_owned(),
                String::new(),
                format!("..%2F{}", usual(kind)),
                format!("{}%00", usual(kind)),
            ]
            .map(|value| {
                filled(route, |name, kind| {
                    if name == slot.name() {
                        value.clone()
                    } else {
                        usual(kind)
                    }
                })
            })
        })
        .collect();
    paths.push(format!("{good}/extra"));
    paths.push(format!("{good}/"));
    paths.push(format!("/{good}"));
    paths
}

/// The route's path with a value for each capture, by its name and type.
pub(crate) fn filled(route: &Route, value: impl Fn(&str, &CaptureType) -> String) -> String {
    let mut path = String::new();
    for segment in route.path().segments() {
        path.push('/');
        for piece in segment.pieces() {
            match piece {
                Piece::Literal(literal) => path.push_str(literal),
                Piece::Capture(_, slot) => path.push_str(&value(slot.name(), slot.kind())),
                Piece::Part(_, slot, part) => {
                    let value = value(slot.name(), slot.kind());
                    path.push_str(&part.of(&value).unwrap_or_default());
                }
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use signpost::request::Request;
    use signpost::values::Switch;

    use super::paths;
    use crate::small::production;
    use crate::smoke::gather::expected::Expected;

    #[test]
    fn no_path_near_productions_routes_is_redirected() {
        let loaded = production();
        for route in loaded.config().routes() {
            let paths = paths(route);
            assert_eq!(paths.len(), 11, "{}", route.name());
            for path in paths {
                let request = Request::new("GET", "crates.io", &path);
                let expected = Expected::of(loaded.config(), Switch::ENFORCE, &request);
                assert_eq!(expected.location(), None, "{path}");
            }
        }
    }
}
