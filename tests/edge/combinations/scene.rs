//! One combination, set up, and a client that downloads the file.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Response, StatusCode};
use signpost_testbed::{
    DeadAddress, LocalServer, RecordedRequest, StandInCdn, client, refused_address,
};

use super::rows::{Cdn, Configuration, End, Origin, Switch};
use crate::bed::{Bed, DOWNLOAD, LOCATION, header, request, with_origin};

const CDN: &str = "https://static.crates.io";
const OF_2023: &str = "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate";

const CDN_BODY: &str = "the file, from the CDN";
const ORIGIN_BODY: &str = "the file, from the origin";

/// The module with an origin behind it, and a CDN that is alive and one that is dead.
pub(crate) struct Scene {
    bed: Bed,
    set_up_for: Origin,
    origin_does: Arc<Mutex<Origin>>,
    alive: StandInCdn,
    dead: DeadAddress,
}

impl Scene {
    /// Starts, set up for this origin.
    pub(crate) async fn start(does: Origin) -> Self {
        let origin_does = Arc::new(Mutex::new(does));
        let does_now = Arc::clone(&origin_does);
        let reply = move |_: &RecordedRequest| answer(*does_now.lock().unwrap());
        let dead = refused_address().unwrap();
        let bed = Bed::start_with(reply, |server| match does {
            Origin::Refuses => server.backend("origin", dead.url()),
            _ => server,
        });
        let path = LOCATION.strip_prefix(CDN).unwrap();
        let alive = StandInCdn::start([(path, CDN_BODY)]);
        Self {
            bed: bed.await,
            set_up_for: does,
            origin_does,
            alive: alive.await.unwrap(),
            dead,
        }
    }

    /// Takes a switch, and production's configuration or none that is good.
    pub(crate) async fn take(&mut self, switch: Switch, configuration: Configuration) {
        let does = self.set_up_for;
        let change = |server: LocalServer| {
            let server = match switch {
                Some(text) => server.switch(text),
                None => server.without_switch(),
            };
            configured(server, configuration, does)
        };
        self.bed.take(change).await;
    }

    /// Downloads the file while the origin does this, as a client does that follows redirects and to
    /// which `static.crates.io` is this CDN. Also gives the decision that the edge says it took.
    pub(crate) async fn download(&self, origin: Origin, cdn: Cdn) -> (End, String) {
        *self.origin_does.lock().unwrap() = origin;
        let answer = self.bed.get(DOWNLOAD).await;
        let decision = header(&answer, "signpost-decision").expect("a decision");
        let end = match answer.status() {
            StatusCode::OK => {
                assert_eq!(answer.body(), ORIGIN_BODY);
                End::OriginFile
            }
            StatusCode::SERVICE_UNAVAILABLE => End::Unavailable,
            StatusCode::FOUND => {
                let location = header(&answer, "location").expect("a location");
                let address = match cdn {
                    Cdn::Serves => self.alive.address(),
                    Cdn::Refuses => self.dead.address(),
                };
                follow(location, address).await
            }
            _ => panic!("{answer:?}"),
        };
        (end, decision.to_owned())
    }
}

fn configured(server: LocalServer, configuration: Configuration, does: Origin) -> LocalServer {
    match configuration {
        Configuration::Good => {
            let check = match does {
                Origin::WrongRepaired => "repair",
                _ => "report",
            };
            let lines = format!("backends = [\"origin\"]\ncheck_redirects = \"{check}\"");
            server.config(&with_origin(&lines))
        }
        Configuration::NeverThere => server.without_config(),
        Configuration::Broken => server.config("{}"),
    }
}

/// What the origin answers, if it is asked.
fn answer(does: Origin) -> Response<Bytes> {
    let location = match does {
        Origin::Serves | Origin::Refuses => return Response::new(Bytes::from(ORIGIN_BODY)),
        Origin::Redirects => LOCATION,
        Origin::WrongReported | Origin::WrongRepaired => OF_2023,
    };
    let redirect = Response::builder().status(StatusCode::FOUND);
    let redirect = redirect.header("location", location);
    redirect.body(Bytes::new()).unwrap()
}

/// Follows a redirect. The CDN is at this address, and no other host exists.
async fn follow(location: &str, cdn: SocketAddr) -> End {
    let path = location.strip_prefix(CDN);
    let Some(path) = path.filter(|path| path.starts_with('/')) else {
        assert_eq!(location, OF_2023);
        return End::NoSuchHost;
    };
    match client::send(cdn, request("GET", path)).await {
        Ok(answer) => {
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.body(), CDN_BODY);
            End::CdnFile
        }
        Err(error) => {
            let cause = error.root_cause().downcast_ref::<io::Error>();
            let kind = cause.map(io::Error::kind);
            assert_eq!(kind, Some(io::ErrorKind::ConnectionRefused), "{error:#}");
            End::CdnRefuses
        }
    }
}
