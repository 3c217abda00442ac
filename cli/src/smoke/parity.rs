//! `--parity`: compares the targets of each route with each other. The edge is not asked.

mod answers;
mod ask;
mod certificates;
mod compare;
mod copy;
mod files;
mod groups;
mod json;
mod report;
#[cfg(test)]
mod samples;

use std::collections::BTreeSet;

use url::Url;

use self::ask::Asker;
use self::certificates::certificates;
use self::files::files;
use self::report::Report;
use crate::file::Loaded;
use crate::output::{Failure, Format, Outcome, json_text, print_error};
use crate::smoke::Arguments;
use crate::smoke::announce::Announcement;
use crate::smoke::ask::connect::ensure_used;
use crate::smoke::ask::ways::host_of;
use crate::smoke::gather::crates::Gathered;

impl Arguments {
    /// Compares the targets; returns the report as it is printed, and the outcome.
    pub(super) async fn compare_targets(
        &self,
        loaded: &Loaded,
        lists: &Gathered,
    ) -> Result<(String, Result<Outcome, Failure>), Failure> {
        let client = self.client().await?;
        let gathered = self.gather(&client, loaded, lists).await?;
        let sources = self.sources(loaded, &gathered);
        let found = files(&sources)?;
        let mut notes = gathered.notes.clone();
        notes.extend(sources.left_out());
        notes.extend(found.left_out);
        let locations = found.files.iter().flat_map(|file| &file.targets);
        let urls = locations.filter_map(|at| Url::parse(&at.location).ok());
        let urls: Vec<_> = urls.collect();
        ensure_used(&client.ways().unused_detours(&urls))?;
        let announcement = Announcement {
            requests: urls.len() * WAYS,
            hosts: urls.iter().map(host_of).collect::<BTreeSet<_>>().len(),
            rate: self.rate,
            settle: None,
        };
        print_error(format!("{announcement}\n"));
        let asker = Asker {
            client: &client,
            max_bytes: self.max_bytes,
        };
        let report = Report {
            edge: self.edge.to_string(),
            revision: loaded.config().revision().to_owned(),
            detours: client.ways().detours(),
            user_agent: client.user_agent().as_str().to_owned(),
            notes,
            files: asker.compare(found.files, self.concurrency).await,
            certificates: certificates(&client, self.certificate_days),
        };
        let is_different = !report.differences().is_empty();
        let outcome = Ok(Outcome::found(is_different));
        let text = match self.format {
            Format::Text => report.to_string(),
            Format::Json => json_text(&json::json(&report))?,
        };
        Ok((text, outcome))
    }
}

/// How often a target is asked for a file: for all of it, for a range, and with HEAD.
const WAYS: usize = 3;
