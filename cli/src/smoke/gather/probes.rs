//! What is asked, derived from the configuration.

mod at_targets;
mod in_share;
mod required;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use serde::Serialize;
use signpost::capture::CaptureType;
use signpost::request::Request;
use signpost::route::{self, CaptureSlot, Route};
use signpost::switch::{Share, Switch};
use strum::IntoStaticStr;
use url::Url;

use crate::file::Loaded;
use crate::output::Failure;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::negative;
use crate::smoke::gather::package::{Checksum, Checksums, Package};
use crate::smoke::gather::redirect::Redirect;

/// A request to the edge, and all that is expected of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// What it was derived from.
    pub(crate) kind: Kind,
    /// The route that it tries.
    pub(crate) route: String,
    /// The path that is asked for; for a file at a target, its location.
    pub(crate) request: String,
    /// The answer.
    pub(crate) expected: Expected,
    /// The SHA-256 of the file at the location, if anybody said it.
    pub(crate) checksum: Option<Checksum>,
    /// Another SHA-256 that somebody said.
    pub(crate) other_checksum: Option<Checksum>,
    /// Whether the route leads to `.crate` files, of which none is empty.
    pub(crate) is_of_crate: bool,
    /// Whether the location may answer that there is no such file.
    pub(crate) may_be_missing: bool,
    /// Whether the origin serves the route by itself.
    pub(crate) is_at_origin: bool,
}

/// What a probe was derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Kind {
    /// An example of the configuration.
    Example,
    /// `--crate`.
    Crate,
    /// `--from-lockfile`.
    #[strum(serialize = "lock file")]
    LockFile,
    /// `--latest`.
    Latest,
    /// A crate that the share of the switch includes, where few of the others are in it.
    #[strum(serialize = "in share")]
    InShare,
    /// A path near a route's own, which must not be redirected.
    Negative,
    /// A file at a target that no other probe led to. The edge is not asked.
    Target,
}

/// What probes are derived from.
pub(crate) struct Sources<'a> {
    /// The configuration.
    pub(crate) loaded: &'a Loaded,
    /// The position in which the edge's switch is.
    pub(crate) switch: Switch,
    /// The `Host` that the edge is asked with.
    pub(crate) host: &'a str,
    /// The routes that crates are asked for on; empty for those that lead to `.crate` files.
    pub(crate) routes: &'a [String],
    /// The crates that are asked for.
    pub(crate) packages: &'a [(Kind, Package)],
    /// What is known of their files.
    pub(crate) checksums: &'a Checksums,
    /// Parts of the paths whose files may be missing.
    pub(crate) missing: &'a [String],
    /// The routes that the origin does not serve by itself.
    pub(crate) not_at_origin: &'a [String],
}

impl Kind {
    /// The word for it in the table.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

impl Sources<'_> {
    /// Every probe, each path once, in the order: examples, crates, negative ones.
    pub(crate) fn probes(&self) -> Result<Vec<Probe>, Failure> {
        let mut probes = self.examples()?;
        probes.extend(self.crates()?);
        self.add_in_share(&mut probes);
        let mut seen = BTreeSet::new();
        probes.retain(|probe| seen.insert(probe.request.clone()));
        self.must_try_something(&probes)?;
        self.must_use_what_is_named(&probes)?;
        probes.extend(self.negative());
        probes.retain({
            let mut seen = BTreeSet::new();
            move |probe| seen.insert(probe.request.clone())
        });
        Ok(probes)
    }

    /// Where the probes lead when every redirect is sent, to whichever target.
    pub(crate) fn locations(&self, probes: &[Probe]) -> Vec<Url> {
        let probes = probes.iter().filter(|probe| probe.kind != Kind::Negative);
        let redirects = probes.filter_map(|probe| self.enforced(&probe.request));
        let urls = redirects.flat_map(|redirect| {
            let targets = redirect.targets();
            let urls = targets.filter_map(|at| Url::parse(&at.location).ok());
            urls.collect::<Vec<_>>()
        });
        urls.collect()
    }

    /// The name and version that a path asks for, where its route leads to files of crates.
    pub(crate) fn package_at(&self, path: &str) -> Option<Package> {
        let request = Request::new("GET", self.host, path);
        let found = route::find(self.loaded.config().routes(), &request).ok()?;
        let of = |kind: CaptureType| {
            let mut captures = found.captures().iter();
            captures.find(|capture| capture.kind() == kind)
        };
        let (name, version) = (of(CaptureType::Crate)?, of(CaptureType::Semver)?);
        self.is_of_crates(found.route())
            .then(|| Package::new(name.as_str(), version.as_str()).ok())?
    }

    fn examples(&self) -> Result<Vec<Probe>, Failure> {
        let examples = self.loaded.examples().iter();
        examples
            .map(|example| {
                let written = example.location().as_str();
                let probe = self.probe(Kind::Example, example.route().as_str(), example.request());
                // The example's own words are what is expected, not what was made of the request.
                self.must_lead_somewhere(example.request(), Some(written))?;
                Ok(probe)
            })
            .collect()
    }

    fn crates(&self) -> Result<Vec<Probe>, Failure> {
        let routes = self.routes_of_crates()?;
        let mut probes = Vec::new();
        for (kind, package) in self.packages {
            for route in &routes {
                let path = path_of(route, package);
                self.must_lead_somewhere(&path, None)?;
                probes.push(self.probe(*kind, route.name().as_str(), &path));
            }
        }
        Ok(probes)
    }

    fn negative(&self) -> Vec<Probe> {
        let routes = self.loaded.config().routes().iter();
        routes
            .flat_map(|route| {
                let paths = negative::paths(route).into_iter();
                paths.map(|path| self.probe(Kind::Negative, route.name().as_str(), &path))
            })
            .filter(|probe| self.enforced(&probe.request).is_none())
            .collect()
    }

    fn probe(&self, kind: Kind, route: &str, path: &str) -> Probe {
        let checksums = self.checksums;
        let is_of_crate = self.leads_to_crate(path);
        let package = self.package_at(path).filter(|_| is_of_crate);
        let checksum = package.as_ref().and_then(|package| checksums.of(package));
        let named = self.missing.iter().any(|part| path.contains(part.as_str()));
        Probe {
            kind,
            route: route.to_owned(),
            request: path.to_owned(),
            expected: Expected::of(self.loaded.config(), self.switch, self.host, path),
            checksum: checksum.cloned(),
            other_checksum: package
                .as_ref()
                .and_then(|package| checksums.other_of(package).cloned()),
            is_of_crate,
            may_be_missing: named && checksum.is_none(),
            is_at_origin: !self.not_at_origin.iter().any(|name| name == route),
        }
    }

    fn leads_to_crate(&self, path: &str) -> bool {
        let request = Request::new("GET", self.host, path);
        let found = route::find(self.loaded.config().routes(), &request);
        found.is_ok_and(|found| leads_to_crate(found.route()))
    }

    /// Where a path leads when every redirect is sent, whatever the switch.
    fn enforced(&self, path: &str) -> Option<Redirect> {
        let request = Request::new("GET", self.host, path);
        Redirect::of(self.loaded.config(), Switch::ENFORCE, &request)
    }

    fn routes_of_crates(&self) -> Result<Vec<&Route>, Failure> {
        let all = self.loaded.config().routes();
        for name in self.routes {
            let route = all.iter().find(|route| route.name().as_str() == name);
            let route = route.ok_or_else(|| Failure::new(format!("there is no route `{name}`")))?;
            if !takes_a_package(route) {
                return Err(Failure::new(format!(
                    "the route `{name}` does not take the name and the version of a crate alone"
                )));
            }
        }
        let found: Vec<_> = all
            .iter()
            .filter(|route| self.is_of_crates(route))
            .filter(|route| takes_a_package(route))
            .collect();
        if found.is_empty() && !self.packages.is_empty() {
            return Err(Failure::new(
                "no route leads to a `.crate` file; name the routes for crates with --route",
            ));
        }
        Ok(found)
    }

    fn is_of_crates(&self, route: &Route) -> bool {
        if self.routes.is_empty() {
            return leads_to_crate(route);
        }
        self.routes.iter().any(|name| name == route.name().as_str())
    }
}

/// Whether the switch sends any redirect at all.
fn sends_any(switch: Switch) -> bool {
    matches!(switch, Switch::Enforce(share) if Some(share) != Share::percent(0))
}

fn is_redirected(probe: &Probe) -> bool {
    probe.expected.location().is_some()
}

/// The path of a crate on a route that takes its name and version alone.
fn path_of(route: &Route, package: &Package) -> String {
    negative::filled(route, |_, kind| match kind {
        CaptureType::Crate => package.name().to_owned(),
        _ => package.version().to_owned(),
    })
}

/// Whether the files are the crates themselves, whose SHA-256 lock files and indexes have.
fn leads_to_crate(route: &Route) -> bool {
    let location = route.location().to_string();
    Path::new(&location).extension() == Some(OsStr::new("crate"))
}

fn takes_a_package(route: &Route) -> bool {
    let kinds: Vec<_> = route
        .pattern()
        .captures()
        .iter()
        .map(CaptureSlot::kind)
        .collect();
    matches!(
        kinds.as_slice(),
        [CaptureType::Crate, CaptureType::Semver] | [CaptureType::Semver, CaptureType::Crate]
    )
}

#[cfg(test)]
mod tests;
