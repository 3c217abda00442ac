//! Clients beside the cargos: so many that the watch of the log can judge.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http::header::{LOCATION, USER_AGENT};
use http::{Request, StatusCode};
use signpost_testbed::{Crate, client};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, sleep};
use url::Url;

use crate::configs::DEAD_HOST;
use crate::path;

/// First requests a second.
const RATE: u32 = 150;

const PAGE: &str = "/pages/";

/// In a hundred requests: those for pages, which the origin answers, and those for popular files.
const PAGES: u32 = 10;
const OF_POPULAR: u32 = 70;

/// How long a cargo waits before each further attempt.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_millis(3_500),
    Duration::from_millis(6_500),
];

/// Requests that come at a steady rate, each from a client of its own.
#[derive(Debug)]
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    requests: JoinHandle<Loaded>,
}

/// What became of the downloads.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) downloads: usize,
    /// Those that were led to the dead host in each attempt.
    pub(crate) lost: usize,
}

/// What a client got.
enum Got {
    Page,
    File,
    Nothing,
}

impl Load {
    /// Begins to ask this edge for these files and for pages.
    pub(crate) fn start(edge: SocketAddr, files: &[Crate], popular: &[Crate]) -> Self {
        let [files, popular] = [files, popular].map(|files| files.iter().map(path).collect());
        let is_over = Arc::new(AtomicBool::new(false));
        let requests = ask(edge, files, popular, Arc::clone(&is_over));
        Self {
            is_over,
            requests: tokio::spawn(requests),
        }
    }

    /// Ends it, once every client has got what it wants or has made its last attempt.
    pub(crate) async fn end(self) -> Loaded {
        self.is_over.store(true, Ordering::Relaxed);
        self.requests.await.unwrap()
    }
}

/// The path of a page.
pub(crate) fn page(number: usize) -> String {
    format!("{PAGE}{number}")
}

pub(crate) fn is_page(path: &str) -> bool {
    path.starts_with(PAGE)
}

async fn ask(
    edge: SocketAddr,
    files: Vec<String>,
    popular: Vec<String>,
    is_over: Arc<AtomicBool>,
) -> Loaded {
    let mut random = Rng::with_seed(20_230_720);
    let mut clients = JoinSet::new();
    let mut loaded = Loaded::default();
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let mut pages = 0;
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        ticks.tick().await;
        let path = match random.u32(..100) {
            ..PAGES => {
                pages += 1;
                page(pages)
            }
            part if part < PAGES + OF_POPULAR => random.choice(&popular).unwrap().clone(),
            _ => random.choice(&files).unwrap().clone(),
        };
        clients.spawn(get(edge, path, number));
        while let Some(got) = clients.try_join_next() {
            loaded.add(&got.unwrap());
        }
    }
    for got in clients.join_all().await {
        loaded.add(&got);
    }
    loaded
}

/// Asks until it is led to a host that exists, as often as a cargo does.
#[expect(
    clippy::disallowed_methods,
    reason = "a cargo waits so long before it asks again"
)]
async fn get(edge: SocketAddr, path: String, number: usize) -> Got {
    for wait in [None].into_iter().chain(WAITS.map(Some)) {
        if let Some(wait) = wait {
            sleep(wait).await;
        }
        let request = Request::get(&path).header(USER_AGENT, format!("load/{number}"));
        let answer = client::send(edge, request.body(Bytes::new()).unwrap()).await;
        let answer = answer.unwrap();
        let Some(location) = answer.headers().get(LOCATION) else {
            // The origin has no pages.
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}: {answer:?}");
            return Got::Page;
        };
        let location = Url::parse(location.to_str().unwrap()).unwrap();
        if location.host_str() != Some(DEAD_HOST) {
            return Got::File;
        }
    }
    Got::Nothing
}

impl Loaded {
    fn add(&mut self, got: &Got) {
        self.downloads += usize::from(!matches!(got, Got::Page));
        self.lost += usize::from(matches!(got, Got::Nothing));
    }
}
