//! `--parity`: compares the targets of each route with each other. The edge is not asked.

mod announce;
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

use self::announce::announcement;
use self::ask::Asker;
use self::certificates::certificates;
use self::files::files;
use self::report::Report;
use crate::file::Loaded;
use crate::output::{Failure, Format, Outcome, json_text, print_error};
use crate::smoke::Arguments;
use crate::smoke::ask::connect::ensure_used;

impl Arguments {
    /// Compares the targets; returns the report as it is printed, and the outcome.
    pub(super) async fn compare_targets(
        &self,
        loaded: &Loaded,
    ) -> Result<(String, Result<Outcome, Failure>), Failure> {
        let client = self.client().await?;
        let gathered = self.gather(&client, loaded).await?;
        let sources = self.sources(loaded, &gathered);
        let found = files(&sources)?;
        let mut notes = gathered.notes.clone();
        notes.extend(sources.left_out());
        notes.extend(found.left_out);
        print_error(announcement(&found.files, self.rate));
        let asker = Asker {
            client: &client,
            max_bytes: self.max_bytes,
        };
        let report = Report {
            edge: self.edge.to_string(),
            revision: loaded.config().revision().to_owned(),
            detours: client.detours(),
            user_agent: client.user_agent().to_owned(),
            notes,
            files: asker.compare(found.files, self.concurrency).await,
            certificates: certificates(&client, self.certificate_days),
        };
        let is_different = !report.differences().is_empty();
        let outcome =
            ensure_used(&client.unused_detours(&[])).map(|()| Outcome::found(is_different));
        let text = match self.format {
            Format::Text => report.to_string(),
            Format::Json => json_text(&json::json(&report))?,
        };
        Ok((text, outcome))
    }
}
