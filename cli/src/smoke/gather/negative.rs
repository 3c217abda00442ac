//! Paths near a route's own that must not be redirected.

use signpost::config::Route;
use signpost::values::CaptureType;

/// A plausible text for each type of capture.
const fn usual(kind: CaptureType) -> &'static str {
    match kind {
        CaptureType::Crate => "signpost",
        CaptureType::Semver => "1.0.0",
        CaptureType::Segment | CaptureType::Path => "file",
        CaptureType::Sha256 => "0000000000000000000000000000000000000000000000000000000000000000",
    }
}

/// A text that no capture of each type accepts.
const fn wrong(kind: CaptureType) -> &'static str {
    match kind {
        CaptureType::Crate => "0-is-no-letter",
        CaptureType::Semver => "1.0",
        CaptureType::Segment | CaptureType::Path => "%2E%2E%2Ffile",
        CaptureType::Sha256 => "0123",
    }
}

/// Paths near the route's own. Some may be on another route, or on this one if its last capture
/// takes any path: the configuration decides.
pub(crate) fn paths(route: &Route) -> Vec<String> {
    let good = filled(route, |_, kind| usual(kind).to_owned());
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
                        usual(kind).to_owned()
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
pub(crate) fn filled(route: &Route, value: impl Fn(&str, CaptureType) -> String) -> String {
    let pattern = route.path();
    let captures = pattern.captures().iter();
    captures.fold(pattern.to_string(), |path, slot| {
        let (name, kind) = (slot.name(), slot.kind());
        path.replace(&format!("{{{name}:{}}}", kind.name()), &value(name, kind))
    })
}

#[cfg(test)]
mod tests {
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
                let expected = Expected::of(loaded.config(), Switch::ENFORCE, "crates.io", &path);
                assert_eq!(expected.location(), None, "{path}");
            }
        }
    }
}
