//! Derives the probes from the configuration.

mod at_targets;
mod hosts;
mod in_share;
mod listed;
mod of_next;
pub(crate) mod once_more;
mod probe;
mod required;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use clap::ValueEnum;
use signpost::config::{Route, RouteName};
use signpost::route;
use signpost::sides::Sides;
use signpost::values::{CaptureSlot, CaptureType, Position, Share, Switch};
use url::Url;

pub(crate) use self::probe::{Kind, Probe};

use crate::file::Loaded;
use crate::output::Failure;
use crate::smoke::ask::edge_url::EdgeUrl;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::negative;
use crate::smoke::gather::package::{Checksum, Checksums, Package};
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::gather::sums::Sums;

/// When targets are asked for files themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AskTargets {
    /// While the switch sends redirects to them
    #[default]
    WhenSent,
    /// Also while it sends none: they must be ready before it does
    Always,
    /// Always, and the edge never: for a CDN in reserve, which need not be in the deployed configuration.
    /// Of --edge, only the host counts
    Only,
}

/// What probes are derived from.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// The configuration from which the probes are derived.
    pub(crate) loaded: &'a Loaded,
    /// Those in force, which answer.
    pub(crate) sides: Sides<'a>,
    /// The configuration of the entry `next`, from which probes are derived too.
    pub(crate) next: Option<&'a Loaded>,
    pub(crate) switch: Switch,
    /// Where the requests are sent.
    pub(crate) edge: &'a EdgeUrl,
    /// The routes for crates; empty for those that lead to `.crate` files.
    pub(crate) routes: &'a [String],
    pub(crate) packages: &'a [(Kind, Package)],
    pub(crate) checksums: &'a Checksums,
    /// The files of a list, of any registry.
    pub(crate) sums: &'a Sums,
    /// Parts of the paths whose files may be missing.
    pub(crate) missing: &'a [String],
    /// The routes that the origin does not serve by itself.
    pub(crate) not_at_origin: &'a [String],
    pub(crate) ask_targets: AskTargets,
    /// Whether one file of each target is enough.
    pub(crate) quick: bool,
}

impl Sources<'_> {
    /// Every probe: examples, crates, files, then negative ones: the examples that go to the origin,
    /// and paths near each route. In each of these two groups, `config` comes before `next`. No path
    /// occurs twice.
    pub(crate) fn probes(&self) -> Result<Vec<Probe>, Failure> {
        let next = self.of_next();
        let mut probes = self.positive()?;
        let mut negative = self.negatives();
        if let Some(next) = &next {
            probes.extend(next.positive()?);
            next.add_on_next(&mut probes);
            negative.extend(next.negatives());
        }
        let mut seen = BTreeSet::new();
        probes.retain(|probe| seen.insert(probe.request.clone()));
        self.check_probes(&probes)?;
        self.check_options(&probes)?;
        // What one configuration leaves to the origin, the other may redirect.
        negative.retain(|probe| next.is_none() || !is_redirected(probe));
        negative.retain(|probe| seen.insert(probe.request.clone()));
        probes.extend(negative);
        Ok(probes)
    }

    fn positive(&self) -> Result<Vec<Probe>, Failure> {
        let mut probes = self.examples()?;
        probes.extend(self.crates()?);
        probes.extend(self.listed()?);
        self.add_in_share(&mut probes);
        Ok(probes)
    }

    fn negatives(&self) -> Vec<Probe> {
        let mut negative = self.origin_examples();
        negative.extend(self.negative());
        negative
    }

    /// All locations that the probes can lead to.
    pub(crate) fn locations(&self, probes: &[Probe]) -> Vec<Url> {
        let probes = probes.iter().filter(|probe| probe.kind != Kind::Negative);
        let redirects: Vec<_> = probes
            .filter_map(|probe| self.enforced(&probe.request))
            .collect();
        let targets = redirects.iter().flat_map(Redirect::targets);
        let urls = targets.filter_map(|at| Url::parse(&at.location).ok());
        urls.collect()
    }

    /// The crate that a path requests, if its route leads to files of crates.
    pub(crate) fn package_at(&self, path: &str) -> Option<Package> {
        let request = self.edge.request(path);
        let found = route::find(self.loaded.config(), &request).ok()?;
        let name = found.value_of(&CaptureType::Crate)?;
        let version = found.value_of(&CaptureType::Semver)?;
        self.is_of_crates(found.route())
            .then(|| Package::new(name, version).ok())?
    }

    fn examples(&self) -> Result<Vec<Probe>, Failure> {
        let examples = self.loaded.examples().iter();
        examples
            .filter_map(|example| {
                let path = self.path_at_host(Some(example.route()), example.request());
                Some((example, path?))
            })
            .map(|(example, path)| {
                let written = example.location().as_str();
                let probe = self.probe(Kind::Example, example.route().as_str(), path);
                // The location that the example's author wrote must be possible.
                self.check_redirected(path, Some(written))?;
                Ok(probe)
            })
            .collect()
    }

    /// The examples that must not be redirected.
    fn origin_examples(&self) -> Vec<Probe> {
        let examples = self.loaded.origin_examples().iter();
        examples
            .filter_map(|example| {
                let route = example.route();
                let path = self.path_at_host(route, example.request());
                let path = path.filter(|path| is_sent(path))?;
                let route = route.map_or("", RouteName::as_str);
                Some(self.probe(Kind::Negative, route, path))
            })
            .collect()
    }

    fn crates(&self) -> Result<Vec<Probe>, Failure> {
        let routes = self.routes_of_crates()?;
        let mut probes = Vec::new();
        for (kind, package) in self.packages {
            for route in &routes {
                let path = path_of(route, package);
                self.check_redirected(&path, None)?;
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
                let paths = paths.filter(|path| is_sent(path));
                paths.map(|path| self.probe(Kind::Negative, route.name().as_str(), &path))
            })
            .filter(|probe| self.enforced(&probe.request).is_none())
            .collect()
    }

    fn probe(&self, kind: Kind, route: &str, path: &str) -> Probe {
        let request = self.edge.request(path);
        let found = route::find(self.loaded.config(), &request);
        let is_of_crate = found.is_ok_and(|found| leads_to_crate(found.route()));
        let package = self.package_at(path).filter(|_| is_of_crate);
        let mut checksums = self.checksums_of(path, package.as_ref());
        let checksum = checksums.next();
        let file = self.enforced(path);
        let file = file.map_or_else(String::new, |file| file.first().location.clone());
        let named = self.missing.iter().any(|part| path.contains(part.as_str()));
        Probe {
            kind,
            route: route.to_owned(),
            request: path.to_owned(),
            expected: Expected::of(self.sides, self.switch, &request),
            address: None,
            checksum: checksum.cloned(),
            other_checksum: checksums.find(|other| Some(*other) != checksum).cloned(),
            extension: extension(&file),
            file,
            may_be_missing: named && checksum.is_none(),
            is_at_origin: !self.not_at_origin.iter().any(|name| name == route),
        }
    }

    /// Every checksum that is known of a file: that of the list, then those of its crate.
    fn checksums_of(
        &self,
        path: &str,
        package: Option<&Package>,
    ) -> impl Iterator<Item = &Checksum> {
        let of_crate = package.map_or(&[][..], |package| self.checksums.of(package));
        self.sums.of(path).into_iter().chain(of_crate)
    }

    /// Whether targets are asked.
    pub(crate) fn asks_targets(&self) -> bool {
        self.ask_targets != AskTargets::WhenSent || sends_any(self.switch)
    }

    /// The redirect of a path with the switch at `enforce`.
    fn enforced(&self, path: &str) -> Option<Redirect> {
        let request = self.edge.request(path);
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
            return leads_to_crate(route) && route.pattern().applies_to(self.edge.host());
        }
        self.routes.iter().any(|name| name == route.name().as_str())
    }
}

/// Whether a client sends a path as it is written. No other can be redirected.
fn is_sent(path: &str) -> bool {
    let written = format!("https://registry.example{path}");
    Url::parse(&written).is_ok_and(|url| url.as_str() == written)
}

/// The extension of the file at a location.
fn extension(location: &str) -> String {
    let url = Url::parse(location).ok();
    let path = url.as_ref().map_or("", Url::path);
    let extension = Path::new(path).extension().and_then(OsStr::to_str);
    extension.unwrap_or_default().to_ascii_lowercase()
}

fn sends_any(switch: Switch) -> bool {
    matches!(switch.position(), Position::Enforce(share) if share != Share::NONE)
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

/// Whether the files are the crates themselves. Lock files and indexes have their SHA-256.
fn leads_to_crate(route: &Route) -> bool {
    let location = route.location().to_string();
    Path::new(&location).extension() == Some(OsStr::new("crate"))
}

fn takes_a_package(route: &Route) -> bool {
    use CaptureType::{Crate, Semver};

    let captures = route.path().captures().iter();
    let kinds: Vec<_> = captures.map(CaptureSlot::kind).collect();
    matches!(kinds.as_slice(), [Crate, Semver] | [Semver, Crate])
}

#[cfg(test)]
mod tests;
