//! The files that are compared.

use std::collections::{BTreeMap, BTreeSet};

use signpost::config::Route;
use signpost_logs::text::counted;

use crate::output::Failure;
use crate::smoke::gather::probes::{Kind, Probe, Sources};
use crate::smoke::gather::redirect::AtTarget;

/// A file, and each target of its route in the order of the configuration.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) probe: Probe,
    pub(crate) targets: Vec<AtTarget>,
}

#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) files: Vec<File>,
    /// Notes on what is not compared.
    pub(crate) left_out: Vec<String>,
}

/// Each file of a route with several targets, once, whichever requests lead to it.
pub(crate) fn files(sources: &Sources<'_>) -> Result<Found, Failure> {
    let routes = sources.loaded.config().routes();
    let routes = routes
        .iter()
        .filter(|route| route.targets().only().is_none());
    let routes: BTreeMap<_, _> = routes.map(|route| (route.name().as_str(), route)).collect();
    if routes.is_empty() {
        return Err(Failure::new(
            "every route has one target, so there are no two to compare: add the other CDN as a target, and name both in a route, as in targets = [\"one\", \"two\"]; --parity does not ask the edge, so a copy of its configuration will do",
        ));
    }
    let mut files: Vec<File> = Vec::new();
    let mut places = BTreeMap::new();
    let mut of_one: BTreeMap<String, u64> = BTreeMap::new();
    let mut repeated = 0_u64;
    let probes = sources.probes()?.into_iter();
    for probe in probes.filter(|probe| probe.kind != Kind::Negative) {
        let Some(route) = routes.get(probe.route.as_str()) else {
            *of_one.entry(probe.route).or_default() += 1;
            continue;
        };
        let targets = targets(&probe, route);
        let locations: BTreeSet<_> = targets.iter().map(|at| at.location.clone()).collect();
        let place = *places.entry(locations).or_insert(files.len());
        match files.get_mut(place) {
            None => files.push(File { probe, targets }),
            Some(file) => {
                repeated += 1;
                file.know(&probe)?;
            }
        }
    }
    if files.is_empty() {
        let names: Vec<_> = routes.keys().map(|name| format!("`{name}`")).collect();
        return Err(Failure::new(format!(
            "there is no file of a route with several targets ({}): name files with --files, or crates with --crate or --from-lockfile",
            names.join(", ")
        )));
    }
    for file in &files {
        file.check()?;
    }
    let of_one = of_one.into_iter().map(|(route, number)| {
        let files = counted(number, "file");
        format!("left out: {files} of the route `{route}`, which has one target")
    });
    let mut left_out: Vec<_> = of_one.collect();
    if repeated > 0 {
        let requests = counted(repeated, "request");
        left_out.push(format!(
            "left out: {requests} for a file that another one asks for too"
        ));
    }
    Ok(Found { files, left_out })
}

impl File {
    /// Takes what another request of this file knows.
    fn know(&mut self, other: &Probe) -> Result<(), Failure> {
        let probe = &mut self.probe;
        for checksum in [&other.checksum, &other.other_checksum]
            .into_iter()
            .flatten()
        {
            match &probe.checksum {
                None => probe.checksum = Some(checksum.clone()),
                Some(known) if known != checksum => {
                    probe.other_checksum = Some(checksum.clone());
                }
                Some(_) => {}
            }
        }
        probe.may_be_missing |= other.may_be_missing;
        probe.may_be_missing &= probe.checksum.is_none();
        self.check()
    }

    /// With two checksums, every target would be wrong.
    fn check(&self) -> Result<(), Failure> {
        let Probe {
            checksum: Some(checksum),
            other_checksum: Some(other),
            request,
            ..
        } = &self.probe
        else {
            return Ok(());
        };
        Err(Failure::new(format!(
            "two of --files, the lock file and the index have different SHA-256 for {request}, so no target could be right: {} and {}; correct one",
            checksum.as_str(),
            other.as_str()
        )))
    }
}

/// The file at each target, in the order of the configuration: so the first is the same for all files.
fn targets(probe: &Probe, route: &Route) -> Vec<AtTarget> {
    let names = route
        .targets()
        .iter()
        .map(|weighted| weighted.target().name());
    let redirect = probe.expected.redirect();
    names
        .filter_map(|name| redirect?.targets().find(|at| at.name == name).cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use signpost::values::Switch;

    use super::{Found, files};
    use crate::file::Loaded;
    use crate::output::Failure;
    use crate::smoke::gather::package::{Checksum, Checksums};
    use crate::smoke::gather::probes::{AskTargets, Sources};
    use crate::smoke::gather::sums::Sums;

    /// Two routes to the same files at two targets, and one to a single target.
    const CONFIG: &str = r#"
allowed_hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.a.base = "https://a.example"
targets.b.base = "https://b.example"

[[routes]]
name = "download"
path = "/d/{name:crate}/{version:semver}"
targets = ["b", "a"]
location = "/{name}/{version}.crate"
examples = [
    { request = "/d/x/1.0.0", target = "a", location = "https://a.example/x/1.0.0.crate" },
    { request = "/d/y/1.0.0", target = "b", location = "https://b.example/y/1.0.0.crate" },
]

[[routes]]
name = "direct"
path = "/direct/{name:crate}/{version:semver}"
targets = ["a", "b"]
location = "/{name}/{version}.crate"
examples = [
    { request = "/direct/x/1.0.0", target = "a", location = "https://a.example/x/1.0.0.crate" },
    { request = "/direct/x/1.0.0", target = "b", location = "https://b.example/x/1.0.0.crate" },
]

[[routes]]
name = "readme"
path = "/r/{name:crate}"
target = "a"
location = "/readmes/{name}"
examples = [{ request = "/r/x", location = "https://a.example/readmes/x" }]
"#;

    fn found(loaded: &Loaded, sums: &str, missing: &[String]) -> Result<Found, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let list = directory.path().join("sums");
        std::fs::write(&list, sums).unwrap();
        let sums = if sums.is_empty() {
            Sums::default()
        } else {
            Sums::read(Path::new(&list)).unwrap()
        };
        files(&Sources {
            loaded,
            sides: loaded.config().into(),
            next: None,
            switch: Switch::ENFORCE,
            edge: &"https://registry.example".parse().unwrap(),
            routes: &[],
            packages: &[],
            checksums: &Checksums::default(),
            sums: &sums,
            missing,
            not_at_origin: &[],
            ask_targets: AskTargets::WhenSent,
            quick: false,
        })
    }

    #[test]
    fn a_file_is_compared_once_with_all_that_is_known_of_it() {
        let loaded = Loaded::of(CONFIG);
        let missing = &["/1.0.0".to_owned()];
        let (first, second) = ("1".repeat(64), "2".repeat(64));
        let rows = [
            ("nothing", String::new(), None, true),
            (
                "of the other request",
                format!("{first}  /direct/x/1.0.0\n"),
                Some(&first),
                false,
            ),
            (
                "of both",
                format!("{second}  /d/x/1.0.0\n{second}  /direct/x/1.0.0\n"),
                Some(&second),
                false,
            ),
        ];
        for (row, sums, checksum, may_be_missing) in rows {
            // One that names only files whose checksum is known is refused.
            let found =
                found(&loaded, &sums, missing).unwrap_or_else(|failure| panic!("{row}: {failure}"));
            let requests = found.files.iter().map(|file| file.probe.request.as_str());
            let requests: Vec<_> = requests.collect();
            assert_eq!(requests, ["/d/x/1.0.0", "/d/y/1.0.0"], "{row}");
            for file in &found.files {
                let names: Vec<_> = file.targets.iter().map(|at| at.name.as_str()).collect();
                assert_eq!(names, ["b", "a"], "{row}");
            }
            let probe = &found.files[0].probe;
            let known = probe.checksum.as_ref().map(Checksum::as_str);
            assert_eq!(known, checksum.map(String::as_str), "{row}");
            assert_eq!(probe.may_be_missing, may_be_missing, "{row}");
            assert_eq!(
                found.left_out,
                [
                    "left out: 1 file of the route `readme`, which has one target",
                    "left out: 1 request for a file that another one asks for too"
                ],
                "{row}"
            );
        }
        let sums = format!("{first}  /d/x/1.0.0\n{second}  /direct/x/1.0.0\n");
        let failure = found(&loaded, &sums, &[]).unwrap_err().to_string();
        let words = "have different SHA-256 for /d/x/1.0.0, so no target could be right: 1";
        assert!(failure.contains(words), "{failure}");
    }
}
