//! A real cargo downloads real crate files through the module under Viceroy.

use bytes::Bytes;
use http::Response;
use percent_encoding::percent_decode_str;
use signpost::config::Config;
use signpost_testbed::{
    Crate, Lent, LocalServer, Registry, StandInCdn, add_hosts, cargo_fetch, package,
};
use tempfile::TempDir;

/// Names and versions that cargo and a CDN may understand differently.
const PACKAGES: [(&str, &str); 4] = [
    ("alpha", "1.0.0"),
    ("b", "0.4.0-rc.1"),
    ("Gamma_delta", "0.1.0+build.5"),
    ("eps-ilon", "2.3.4-beta.1+20260101"),
];

/// A registry whose downloads go through Signpost to a CDN, and an origin that has the files too.
struct Scene {
    directory: TempDir,
    crates: Vec<Crate>,
    cdn: StandInCdn,
    lent: Lent,
    registry: Registry,
}

impl Scene {
    /// An origin that serves downloads by itself, as crates.io did before it had a CDN.
    async fn start(change: impl Fn(LocalServer) -> LocalServer) -> Self {
        Self::start_with(file_of, "", change).await
    }

    /// An origin that answers as `reply` says, and more lines in the table `[origin]`.
    async fn start_with(
        reply: fn(&[Crate], &str) -> Response<Bytes>,
        origin_lines: &str,
        change: impl Fn(LocalServer) -> LocalServer,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut crates = Vec::new();
        for (name, version) in PACKAGES {
            crates.push(package(name, version, directory.path()).await.unwrap());
        }
        let cdn = StandInCdn::start(crates.iter().map(|item| (on_cdn(item), item.bytes.clone())))
            .await
            .unwrap();
        let served = crates.clone();
        let config = config(&cdn, origin_lines);
        let lent = Lent::start(
            move |request| reply(&served, &request.target),
            |server| change(server.config(config.to_json()).switch("enforce")),
        );
        let lent = lent.await.unwrap();
        // Without a marker cargo appends `/{crate}/{version}/download`, as for crates.io.
        let dl = format!("{}/api/v1/crates", lent.viceroy.url());
        let registry = Registry::start(&dl, &crates).await.unwrap();
        Self {
            directory,
            crates,
            cdn,
            lent,
            registry,
        }
    }

    async fn fetch(&self) {
        let project = self.directory.path().join("project");
        let cargo_home = self.directory.path().join("home");
        let fetched = cargo_fetch(&project, &cargo_home, &self.registry, 0)
            .await
            .unwrap();
        assert!(
            fetched.status.success(),
            "{}\n{}",
            fetched.stderr,
            self.lent.viceroy.lines().join("\n")
        );
    }
}

#[tokio::test]
async fn cargo_downloads_each_file_once_from_the_cdn() {
    let scene = Scene::start(|server| server).await;
    // Cargo has checked every file against the checksum in the index.
    scene.fetch().await;
    let expected = scene.crates.iter().map(|item| (on_cdn(item), 1)).collect();
    assert_eq!(scene.cdn.hits(), expected);
    assert!(scene.lent.origin.requests().is_empty());
}

#[tokio::test]
async fn cargo_downloads_from_the_origin_when_nothing_may_be_redirected() {
    type Change = fn(LocalServer) -> LocalServer;
    let rows: [(&str, Change); 4] = [
        ("config missing", LocalServer::without_config),
        ("config broken", |server| server.config("{\"routes\":")),
        ("switch off", |server| server.switch("off")),
        ("switch unreadable", |server| server.switch("enforce 110%")),
    ];
    for (name, change) in rows {
        let scene = Scene::start(change).await;
        scene.fetch().await;
        assert!(scene.cdn.hits().is_empty(), "{name}: the CDN was asked");
        assert_eq!(
            scene.lent.origin.requests().len(),
            scene.crates.len(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_dl_with_markers_leads_to_the_old_path_of_the_cdn() {
    let mut scene = Scene::start(|server| server).await;
    let dl = format!(
        "{}/crates/{{crate}}/{{version}}/download",
        scene.lent.viceroy.url()
    );
    scene.registry = Registry::start(&dl, &scene.crates).await.unwrap();
    scene.fetch().await;
    let expected = scene.crates.iter().map(|item| (on_cdn(item), 1)).collect();
    assert_eq!(scene.cdn.hits(), expected);
}

/// The incident of 2023-07-20: the origin joins the CDN and each path without a slash. That every
/// download fails if nothing is repaired is a row of `tests/clients/dead_places`.
#[tokio::test]
async fn the_incident_in_full_is_repaired_at_the_edge() {
    let scene = Scene::start_with(
        |crates, target| {
            let file = requested(crates, target).map(on_cdn).unwrap_or_default();
            let location = format!("https://static.crates.io{}", file.trim_start_matches('/'));
            let redirect = Response::builder().status(302).header("location", location);
            redirect.body(Bytes::new()).unwrap()
        },
        "check_redirects = \"repair\"",
        |server| server.switch("shadow"),
    )
    .await;
    scene.fetch().await;
    // It was the origin that answered, once for each file.
    assert_eq!(scene.lent.origin.requests().len(), scene.crates.len());
    let expected = scene.crates.iter().map(|item| (on_cdn(item), 1)).collect();
    assert_eq!(scene.cdn.hits(), expected);
}

/// Production's own configuration at this machine, with the stand-in in the place of the CDN.
#[track_caller]
fn config(cdn: &StandInCdn, origin_lines: &str) -> Config {
    let backends = "backends = [\"origin\"]";
    let toml = signpost_rows::PRODUCTION
        .replace(backends, &format!("{backends}\n{origin_lines}"))
        .replace(
            "allowed_hosts = [\"static.crates.io\"]",
            "allowed_hosts = [\"127.0.0.1\"]",
        )
        .replace("https://static.crates.io", &cdn.url());
    let toml = add_hosts(&toml, &["127.0.0.1"]).unwrap();
    signpost::authoring::from_toml(&toml).unwrap_or_else(|problems| panic!("{problems}"))
}

fn file_of(crates: &[Crate], target: &str) -> Response<Bytes> {
    match requested(crates, target) {
        Some(item) => Response::new(item.bytes.clone()),
        None => Response::builder().status(404).body(Bytes::new()).unwrap(),
    }
}

fn requested<'c>(crates: &'c [Crate], target: &str) -> Option<&'c Crate> {
    let target = percent_decode_str(target).decode_utf8_lossy();
    crates.iter().find(|item| {
        let download = format!("/api/v1/crates/{}/{}/download", item.name, item.version);
        target == download
    })
}

fn on_cdn(item: &Crate) -> String {
    format!("/crates/{0}/{0}-{1}.crate", item.name, item.version)
}
