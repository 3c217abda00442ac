//! Asks each target for each file.

use std::num::NonZeroUsize;

use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::smoke::ask::client::Client;
use crate::smoke::ask::fetch::{fetch, finding};
use crate::smoke::ask::heard::Heard;
use crate::smoke::judge::chain::{self, REDIRECTED_PAGE};
use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::parity::answers::Answers;
use crate::smoke::parity::compare::{Compared, compare};
use crate::smoke::parity::copy::Copy;
use crate::smoke::parity::files::File;
use crate::smoke::run::chain::in_part;

pub(crate) struct Asker<'a> {
    pub(crate) client: &'a Client,
    pub(crate) max_bytes: u64,
}

impl Asker<'_> {
    /// Compares every file, `at_once` at a time, whatever happens to the others.
    pub(crate) async fn compare(&self, files: Vec<File>, at_once: NonZeroUsize) -> Vec<Compared> {
        // Drawn on standard error if that is a terminal.
        let bar = ProgressBar::new(files.len() as u64);
        let running = files
            .into_iter()
            .map(|file| async { (self.copies(&file).await, file) });
        // In their order, so that the report is the same each time.
        let mut running = futures_util::stream::iter(running).buffered(at_once.get());
        let mut compared = Vec::new();
        while let Some((copies, file)) = running.next().await {
            bar.inc(1);
            compared.push(compare(file.probe, copies));
        }
        bar.finish_and_clear();
        compared
    }

    async fn copies(&self, file: &File) -> Vec<Copy> {
        let mut copies = Vec::new();
        for at in &file.targets {
            let answers = self.answers(&at.location).await;
            copies.push(Copy::of(&file.probe, at, answers));
        }
        copies
    }

    /// A target without the file is not asked again.
    async fn answers(&self, location: &str) -> Answers {
        self.client.turn().await;
        let file = fetch(self.client, location, None, self.max_bytes).await;
        let served = file.as_ref().ok().map(|(received, _)| received);
        let served = served.filter(|received| received.status == 200);
        let (range, head) = match (served, Url::parse(location)) {
            (Some(received), Ok(url)) => {
                let none = HeaderMap::new();
                let range = self.range(received, &url).await;
                (range, Some(self.hear(Method::HEAD, &url, none).await))
            }
            _ => (None, None),
        };
        Answers { file, range, head }
    }

    /// The answer to a range; nothing if the file is empty.
    async fn range(&self, received: &Received, url: &Url) -> Option<Result<Heard, Finding>> {
        let part = chain::part(received)?;
        let headers = in_part(&part, Some(REDIRECTED_PAGE));
        Some(self.hear(Method::GET, url, headers).await)
    }

    async fn hear(&self, method: Method, url: &Url, headers: HeaderMap) -> Result<Heard, Finding> {
        self.client.turn().await;
        let heard = self.client.hear_target("it", method, url, headers).await;
        heard.map_err(|trouble| finding(url, &trouble))
    }
}
