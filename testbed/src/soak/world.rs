//! What is right in a phase, worked out from docs/request-handling.md without the library.

use std::cmp::Ordering;

use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use signpost_rows::CrateFile;

/// What is in force in a phase.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) switch: Switch,
    /// The targets of downloads in the entry `config`.
    pub(super) targets: [Target; 2],
    /// The share of `next`, and its targets of downloads.
    pub(super) next: Option<(u8, [Target; 2])>,
    /// The targets that are unhealthy.
    pub(super) sick: &'static [&'static str],
    pub(super) has_retry: bool,
}

/// The position of the switch, whose share is in percent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Switch {
    Enforce(u8),
    Shadow,
    Off,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) base: &'static str,
    pub(super) weight: u16,
}

/// A route of production's configuration. Only downloads have two targets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    Download,
    Readme,
    CdnDownload,
}

/// How a client asks for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Redirect,
    Json,
    Preflight,
}

/// Which answers to a request are right.
#[derive(Clone, Debug, Default)]
pub(super) struct Right {
    /// Those of the edge itself, any of which is right.
    pub(super) own: Vec<Own>,
    /// With this decision, the origin's answer is right.
    pub(super) origin: Option<String>,
    /// What is right where the origin fails. Without any, an answer that says so.
    pub(super) instead: Vec<Own>,
    /// The platform answers, or closes the connection: the module does not see the request.
    pub(super) is_platforms: bool,
}

/// An answer of the edge itself.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) status: u16,
    /// Every header, but for the length, the date, and the decision if it is left open.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// The only target of production's other routes.
const STATIC: Target = Target {
    name: "static",
    base: "https://static.crates.io",
    weight: 1,
};

impl World {
    /// What is right for a file that is asked for by this path.
    pub(super) fn file(&self, route: Route, file: &CrateFile, path: &str, form: Form) -> Right {
        let (targets, by) = self.side(path);
        let order = route.order(file, targets);
        let healthy = order.iter().find(|one| !self.sick.contains(&one.name));
        let (Some(first), Some(chosen)) = (order.first(), healthy.or(order.first())) else {
            return Right::default();
        };
        let because = (first.name != chosen.name).then_some("target-unhealthy");
        let own = |because| vec![Own::at(route, chosen, file, form, because, by)];
        let reason = match self.switch {
            Switch::Enforce(share) if is_in_share(share, file) => {
                return Right {
                    own: own(because),
                    ..Right::default()
                };
            }
            Switch::Enforce(_) => "not-in-rollout",
            Switch::Shadow => "switch-shadow",
            Switch::Off => "switch-off",
        };
        let instead = match self.switch {
            Switch::Off => Vec::new(),
            _ => own(Some("origin-down")),
        };
        Right {
            origin: Some(format!("origin;reason=\"{reason}\"{by}")),
            instead,
            ..Right::default()
        }
    }

    /// What is right for a client that was already sent to this many places for the download.
    pub(super) fn attempt(&self, file: &CrateFile, path: &str, earlier: usize) -> Right {
        let route = Route::Download;
        let (targets, by) = self.side(path);
        let order = route.order(file, targets);
        let at = |target, because| Own::at(route, target, file, Form::Redirect, because, by);
        let all = |because| order.iter().map(|target| at(target, because)).collect();
        match (earlier, order.get(earlier)) {
            (0, Some(target)) => Right::own(at(target, None)),
            (_, Some(target)) => Right::own(at(target, Some("second-try"))),
            (..4, None) => Right {
                origin: Some(format!("origin;reason=\"retried\"{by}")),
                instead: all(Some("origin-down")),
                ..Right::default()
            },
            // A farm goes round the targets.
            (_, None) => Right {
                own: [all(None), all(Some("second-try"))].concat(),
                ..Right::default()
            },
        }
    }

    /// What is right for a request that no position of the switch redirects.
    pub(super) fn origins(&self, reason: &str, path: &str) -> Right {
        // A path that cannot be decoded is on no side.
        let by = match reason {
            "path-malformed" => "",
            _ => self.side(path).1,
        };
        Right::origin(format!("origin;reason=\"{reason}\"{by}"))
    }

    /// The targets of the side that a path is on, and what the decision says of it.
    fn side(&self, path: &str) -> (&[Target; 2], &'static str) {
        let Some((share, targets)) = &self.next else {
            return (&self.targets, "");
        };
        let segments = path.split('/').skip(1);
        let segments = segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy());
        let segments: Vec<_> = segments.collect();
        if *share == 100 || hundredth("next", segments.iter().map(AsRef::as_ref)) < *share {
            (targets, ";by=\"next\"")
        } else {
            (&self.targets, "")
        }
    }
}

impl Route {
    /// Its name in the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Readme => "readme",
            Self::CdnDownload => "cdn-download",
        }
    }

    /// The path of a file, where the version may be spelt in another way.
    pub(super) fn path(self, name: &str, version: &str) -> String {
        match self {
            Self::Download => format!("/api/v1/crates/{name}/{version}/download"),
            Self::Readme => format!("/api/v1/crates/{name}/{version}/readme"),
            Self::CdnDownload => format!("/crates/{name}/{version}/download"),
        }
    }

    fn location(self, target: &Target, file: &CrateFile) -> String {
        let (base, name) = (target.base, file.name);
        let version = file.version.replace('+', "%2B");
        match self {
            Self::Readme => format!("{base}/readmes/{name}/{name}-{version}.html"),
            _ => format!("{base}/crates/{name}/{name}-{version}.crate"),
        }
    }

    /// The targets in the order of the file: the smallest −log₂((h + 1) / 2⁶⁴) / weight comes first.
    fn order(self, file: &CrateFile, targets: &[Target; 2]) -> Vec<Target> {
        let mut targets = match self {
            Self::Download => targets.to_vec(),
            _ => vec![STATIC],
        };
        let rank = |target: &Target| {
            let hash = Sha256::new()
                .chain_update(file.name)
                .chain_update([0])
                .chain_update(file.version)
                .chain_update([0])
                .chain_update(target.name)
                .finalize();
            let drawn = hash.iter().take(8);
            let drawn = drawn.fold(0.0, |number, byte| number * 256.0 + f64::from(*byte));
            (64.0 - (drawn + 1.0).log2()) / f64::from(target.weight)
        };
        targets.sort_by(|one, other| {
            rank(one)
                .partial_cmp(&rank(other))
                .unwrap_or(Ordering::Equal)
        });
        targets
    }
}

impl Right {
    /// One answer of the edge itself.
    pub(super) fn own(own: Own) -> Self {
        Self {
            own: vec![own],
            ..Self::default()
        }
    }

    /// The origin's answer with this decision.
    pub(super) fn origin(decision: String) -> Self {
        Self {
            origin: Some(decision),
            ..Self::default()
        }
    }
}

impl Own {
    fn at(
        route: Route,
        target: &Target,
        file: &CrateFile,
        form: Form,
        because: Option<&str>,
        by: &str,
    ) -> Self {
        let location = route.location(target, file);
        let because = because.map_or_else(String::new, |it| format!(";because=\"{it}\""));
        let what = match form {
            Form::Redirect | Form::Json => "redirect",
            Form::Preflight => "preflight",
        };
        let decision = format!("{what};route=\"{}\"{because}{by}", route.name());
        let body = match form {
            Form::Json => format!("{{\"url\":\"{location}\"}}"),
            _ => String::new(),
        };
        let (status, of_form) = match form {
            Form::Redirect => (302, vec![("location", location), ("vary", "Accept".into())]),
            Form::Json => (
                200,
                vec![
                    ("content-type", "application/json".into()),
                    ("vary", "Accept".into()),
                    ("cache-control", "no-store".into()),
                ],
            ),
            Form::Preflight => (
                204,
                vec![
                    ("access-control-allow-methods", "GET, HEAD, OPTIONS".into()),
                    ("access-control-allow-headers", "*, Authorization".into()),
                ],
            ),
        };
        let mut headers = of_form;
        headers.push(("access-control-allow-origin", "*".into()));
        headers.push(("signpost-decision", decision));
        Self {
            status,
            headers,
            body,
        }
    }

    /// A redirect of a configuration of which only the location is known, and whether it has `cors`.
    pub(super) fn redirect_to(location: &str, has_cors: bool) -> Self {
        let mut headers = vec![("location", location.to_owned())];
        if has_cors {
            headers.push(("access-control-allow-origin", "*".into()));
        }
        Self {
            status: 302,
            headers,
            body: String::new(),
        }
    }
}

fn is_in_share(share: u8, file: &CrateFile) -> bool {
    share == 100 || hundredth("", [file.name, file.version].into_iter()) < share
}

/// The SHA-256 of the texts, each followed by a NUL, modulo 100.
fn hundredth<'t>(salt: &str, texts: impl Iterator<Item = &'t str>) -> u8 {
    let hash = texts.fold(Sha256::new_with_prefix(salt), |hash, text| {
        hash.chain_update(text).chain_update([0])
    });
    let digits = hash.finalize();
    let rest = digits.iter().fold(0, |rest: u16, digit| {
        (rest * 256 % 100 + u16::from(*digit)) % 100
    });
    u8::try_from(rest).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use signpost_rows::sides::{FILE_OF_CONFIG, FILE_OF_NEXT};

    use super::hundredth;

    #[test]
    fn the_side_of_a_file_is_that_of_the_rows() {
        for (path, is_of_next) in [(FILE_OF_CONFIG, false), (FILE_OF_NEXT, true)] {
            let segments = path.split('/').skip(1);
            assert_eq!(hundredth("next", segments) < 50, is_of_next, "{path}");
        }
    }
}
