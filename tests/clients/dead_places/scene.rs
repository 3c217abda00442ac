//! One row, set up with Signpost or without, and what is seen when a real cargo fetches the file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use signpost_testbed::{
    Backend, Crate, Fetched, Lent, REFUSED, Registry, StandInCdn, StandInOrigin, Viceroy,
    cargo_fetch, cargo_fetch_trusting, package,
};
use tokio::sync::OnceCell;

use crate::dead_places::cdn::{DeadCdn, Visits};
use crate::dead_places::config::{HEALTH, config, is_first};
use crate::dead_places::outcome::Run;
use crate::dead_places::row::{Cdns, Origin, Row};

/// The file that every row is about.
static FILE: OnceCell<Crate> = OnceCell::const_new();

/// How long a line of the log may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What was seen of a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How each run of cargo ended.
    pub(crate) runs: Vec<Run>,
    /// What has come to the dead CDN.
    pub(crate) dead: Visits,
    /// How many requests came to the CDN that is alive.
    pub(crate) alive: usize,
    /// How many requests came to the origin.
    pub(crate) origin: usize,
    /// The attempts in the log of Signpost, in their order.
    pub(crate) attempts: Vec<u64>,
}

/// The places of a row. Each ends when this value is dropped.
struct Scene {
    dead: Option<DeadCdn>,
    alive: Option<StandInCdn>,
    front: Front,
    /// What came to the dead CDN before cargo did.
    earlier: Visits,
}

/// What cargo asks for the file.
enum Front {
    Signpost(Box<Lent>),
    /// The origin, as before there was Signpost.
    Origin(StandInOrigin),
    /// An origin that refuses connections.
    Refused,
}

/// Sets a row up, with Signpost or without, and runs cargo that many times. Also gives what cargo
/// printed.
pub(crate) async fn play(row: &Row, is_with: bool, runs: usize) -> (Seen, String) {
    let file = FILE.get_or_init(pack).await;
    let scene = Scene::start(row, is_with, file).await;
    let dl = format!("{}/api/v1/crates", scene.front.url());
    let registry = Registry::start(&dl, std::slice::from_ref(file));
    let registry = registry.await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut ended = Vec::new();
    let mut printed = String::new();
    for _ in 0..runs {
        let fetched = scene.fetch(directory.path(), &registry).await;
        ended.push(Run {
            is_success: fetched.status.success(),
            more_attempts: fetched.stderr.matches("tries remaining").count()
                + fetched.stderr.matches("try remaining").count(),
        });
        printed.push_str(&fetched.stderr);
    }
    let viceroy = scene.front.viceroy();
    if let (Some(viceroy), Some(last)) = (viceroy, row.with.attempts.last()) {
        // A line may still be on its way when cargo has ended. If it never comes, the check below fails.
        let last = format!("\"attempt\":{last},");
        let is_last = |line: &str| line.contains(&last);
        let _ = viceroy.wait_for_line(is_last, LIMIT).await;
    }
    let lines = viceroy.map(Viceroy::lines);
    let lines = lines.unwrap_or_default().join("\n");
    let seen = scene.seen(ended, attempts(&lines));
    (seen, format!("{printed}\n{lines}"))
}

impl Scene {
    async fn start(row: &Row, is_with: bool, file: &Crate) -> Self {
        let (death, is_alive) = match row.cdns {
            Cdns::OneAlive => (None, true),
            Cdns::OneDead(death) => (Some(death), false),
            Cdns::FirstOfTwoDead(death) | Cdns::FirstOfTwoUnhealthy(death) => (Some(death), true),
        };
        let mut scene = Self {
            dead: None,
            alive: None,
            front: Front::Refused,
            earlier: Visits::default(),
        };
        if let Some(death) = death {
            scene.dead = Some(DeadCdn::start(death).await);
        }
        if is_alive {
            let cdn = StandInCdn::start([(on_cdn(file), file.bytes.clone())]);
            scene.alive = Some(cdn.await.unwrap());
        }
        let answer = answer_of(row.origin, is_with, &scene.bases()[0], file);
        if is_with {
            scene.front = Front::Signpost(Box::new(scene.signpost(row, answer).await));
            // Viceroy itself asks every backend for `/` before it listens.
            scene.earlier = scene.visits();
        } else if let Some(answer) = answer {
            let origin = StandInOrigin::start_with(move |_| answer.clone());
            scene.front = Front::Origin(origin.await.unwrap());
        }
        scene
    }

    /// The module before an origin that answers so, with production's configuration and these CDNs in it.
    async fn signpost(&self, row: &Row, answer: Option<Response<Bytes>>) -> Lent {
        let config = config(&self.bases(), row.check_redirects, row.origin_share);
        let is_origin_dead = answer.is_none();
        let answer = answer.unwrap_or_default();
        let lent = Lent::start(
            move |_| answer.clone(),
            |server| {
                let server = server.config(config.to_json()).switch(row.switch);
                let server = if is_origin_dead {
                    server.backend("origin", REFUSED.url())
                } else {
                    server
                };
                // A backend that the service does not have counts as healthy.
                match (&self.dead, row.cdns) {
                    (Some(dead), Cdns::FirstOfTwoUnhealthy(_)) => {
                        server.backend(HEALTH, Backend::at(dead.url()).unhealthy())
                    }
                    _ => server,
                }
            },
        );
        lent.await.unwrap()
    }

    /// The URLs of the CDNs, of which the first is the one that the file is sent to first.
    fn bases(&self) -> Vec<String> {
        let dead = self.dead.iter().map(|cdn| cdn.url().to_owned());
        dead.chain(self.alive.iter().map(StandInCdn::url)).collect()
    }

    /// Runs cargo with the retries that it has by default. It trusts the authority of the
    /// CDN, so that a certificate has only the fault that the row says.
    async fn fetch(&self, directory: &Path, registry: &Registry) -> Fetched {
        let (project, home) = (directory.join("project"), directory.join("home"));
        let fetched = match self.dead.as_ref().and_then(DeadCdn::authority) {
            None => cargo_fetch(&project, &home, registry, 3).await,
            Some(pem) => {
                let authority = directory.join("authority.pem");
                fs::write(&authority, pem).unwrap();
                cargo_fetch_trusting(&authority, &project, &home, registry).await
            }
        };
        fetched.unwrap()
    }

    fn visits(&self) -> Visits {
        self.dead.as_ref().map(DeadCdn::visits).unwrap_or_default()
    }

    fn seen(&self, runs: Vec<Run>, attempts: Vec<u64>) -> Seen {
        let hits = |cdn: &StandInCdn| cdn.hits().values().sum();
        Seen {
            runs,
            dead: self.visits().since(self.earlier),
            alive: self.alive.as_ref().map(hits).unwrap_or_default(),
            origin: match &self.front {
                Front::Signpost(lent) => lent.origin.requests().len(),
                Front::Origin(origin) => origin.requests().len(),
                Front::Refused => 0,
            },
            attempts,
        }
    }
}

impl Front {
    fn url(&self) -> String {
        match self {
            Self::Signpost(lent) => lent.viceroy.url(),
            Self::Origin(origin) => origin.url(),
            Self::Refused => REFUSED.url(),
        }
    }

    fn viceroy(&self) -> Option<&Viceroy> {
        match self {
            Self::Signpost(lent) => Some(&lent.viceroy),
            Self::Origin(_) | Self::Refused => None,
        }
    }
}

/// What the origin answers with, if it answers.
fn answer_of(origin: Origin, is_with: bool, cdn: &str, file: &Crate) -> Option<Response<Bytes>> {
    let path = on_cdn(file).replace('+', "%2B");
    let location = match origin {
        Origin::Refuses => return None,
        Origin::Serves if is_with => return Some(Response::new(file.bytes.clone())),
        Origin::Serves | Origin::Redirects => format!("{cdn}{path}"),
        Origin::RedirectsAsIn2023 => {
            format!("https://static.crates.io{}", path.trim_start_matches('/'))
        }
    };
    let redirect = Response::builder().status(StatusCode::FOUND);
    let redirect = redirect.header("location", location);
    Some(redirect.body(Bytes::new()).unwrap())
}

/// Packs a file that is sent to the first of two CDNs.
async fn pack() -> Crate {
    let is_sent_first =
        |version: &String| is_first(&format!("/api/v1/crates/alpha/{version}/download"));
    // Build metadata, because CDNs and origins understand the `+` differently.
    let mut versions = (0..64).map(|patch| format!("1.0.{patch}+build.5"));
    let version = versions.find(is_sent_first).expect("such a file");
    let directory = tempfile::tempdir().unwrap();
    package("alpha", &version, directory.path()).await.unwrap()
}

/// The attempts that the log has, in their order.
fn attempts(lines: &str) -> Vec<u64> {
    let pieces = lines.split("\"attempt\":").skip(1);
    pieces
        .filter_map(|piece| piece.split(',').next()?.parse().ok())
        .collect()
}

fn on_cdn(file: &Crate) -> String {
    format!("/crates/{0}/{0}-{1}.crate", file.name, file.version)
}
