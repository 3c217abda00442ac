//! `signpost smoke`: requests real files from a deployment, and follows each redirect to the file.

mod announce;
mod arguments;
mod ask;
mod every;
mod gather;
mod judge;
mod parity;
mod prepare;
#[cfg(unix)]
mod repeat;
mod report;
mod run;
mod steps;

#[cfg(test)]
pub(crate) use self::every::tests::every;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;

pub(crate) use self::arguments::Arguments;

use self::ask::client::Client;
use self::ask::connect::ensure_used;
use self::ask::settle::Settle;
use self::ask::ways::host_of;
use self::gather::addresses::Addresses;
use self::gather::crates::Gathered;
use self::gather::probes::AskTargets;
use self::gather::probes::once_more::ColdQuery;
use self::judge::certificate::certificate;
use self::judge::verdict::Verdict;
use self::report::Report;
use self::run::Runner;
use self::steps::Steps;
use crate::file::{Loaded, in_words, is_dash};
use crate::output::{Failure, Format, Outcome, json_text, print, print_error};

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    arguments.check()?;
    if let Some(every) = arguments.every.every {
        return repeat(arguments, every);
    }
    let (report, outcome) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?
        .block_on(test(arguments))?;
    print(report)?;
    outcome
}

#[cfg(unix)]
fn repeat(arguments: &Arguments, every: Duration) -> Result<Outcome, Failure> {
    arguments.repeat(every)
}

#[cfg(not(unix))]
fn repeat(_: &Arguments, _: Duration) -> Result<Outcome, Failure> {
    Err(Failure::new(
        "--every needs Unix, where a signal can end it in order",
    ))
}

/// Runs the smoke test; returns the report as it is printed, and the outcome.
pub(crate) async fn test(
    arguments: &Arguments,
) -> Result<(String, Result<Outcome, Failure>), Failure> {
    let (loaded, lists) = arguments.read()?;
    if arguments.parity {
        return arguments.compare_targets(&loaded, &lists).await;
    }
    let (report, unused) = arguments.test(&loaded, &lists, true).await?;
    // Written first: a program that waits for the file may not read the output. The report is printed
    // even if this fails.
    let written = match &arguments.junit {
        Some(file) => write_junit(&report, file),
        None => Ok(()),
    };
    let outcome = written
        .and_then(|()| ensure_used(&unused))
        .map(|()| Outcome::found(report.totals().failed > 0));
    let text = match arguments.format {
        Format::Text => report.to_string(),
        Format::Json => json_text(&report::json::json(&report))?,
    };
    Ok((text, outcome))
}

/// Refuses the arguments of a test that a release runs several times, if only the first could run.
pub(crate) fn check_repeatable(arguments: &Arguments) -> Result<(), Failure> {
    arguments.check()?;
    if arguments.files.as_deref().is_some_and(is_dash) {
        return Err(Failure::new(
            "in the smoke test, `--files -` reads standard input, which only the first test of a \
             release could; name a file",
        ));
    }
    Ok(())
}

fn write_junit(report: &Report, file: &Path) -> Result<(), Failure> {
    report::junit::junit(report)
        .and_then(|xml| std::fs::write(file, xml).map_err(|error| in_words(&error)))
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))
}

impl Arguments {
    /// The report, and the detours that no request took. Says before what will be sent, if it should.
    async fn test(
        &self,
        loaded: &Loaded,
        lists: &Gathered,
        announces: bool,
    ) -> Result<(Report, Vec<String>), Failure> {
        let next = self.read_next()?;
        let client = self.client().await?;
        let gathered = self.gather(&client, loaded, lists).await?;
        let sources = self.sources_of(loaded, next.as_ref(), &gathered);
        let probes = sources.probes()?;
        let mut locations = sources.locations(&probes);
        locations.extend(
            sources
                .of_next()
                .iter()
                .flat_map(|it| it.locations(&probes)),
        );
        let mut notes = gathered.notes.clone();
        notes.extend(sources.left_out());
        if self.targets == AskTargets::Only {
            notes.push("the edge was not asked, as --targets says".to_owned());
        }
        let targets = sources.targets();
        let addresses = if sources.asks_targets() && !self.quick {
            Addresses::look_up(client.ways(), &locations).await
        } else {
            Addresses::default()
        };
        notes.extend(addresses.notes.iter().cloned());
        let at_edge = self.edge.at("/");
        let hosts: BTreeSet<_> = locations.iter().chain(&at_edge).map(host_of).collect();
        let steps = Steps {
            sources: &sources,
            targets: &targets,
            at_next: sources.at_targets_of_next(),
            addresses: &addresses,
            hosts: &hosts,
            cold: self.cold_query.as_deref().map(|name| ColdQuery {
                name,
                value: client.user_agent().run(),
            }),
            cors: loaded.config().response().cors,
        };
        if announces {
            let announcement = steps.announce(&probes, self.rate, self.settle);
            print_error(format!("{announcement}\n"));
        }
        if let Some(limit) = self.settle {
            let settle = Settle {
                limit,
                at_most: self.rate as usize,
                at_once: self.concurrency,
            };
            notes.push(settle.wait(&client, &probes).await);
        }
        let runner = Runner {
            client: &client,
            max_bytes: self.max_bytes,
            at_once: self.concurrency,
            hosts: &hosts,
        };
        let mut verdicts = steps.run(&runner, probes).await;
        verdicts.extend(self.certificates(&client));
        let report = Report {
            edge: self.edge.to_string(),
            revision: loaded.config().revision().to_owned(),
            switch: self.switch.to_string(),
            detours: client.ways().detours(),
            user_agent: client.user_agent().as_str().to_owned(),
            requests: client.sent(),
            notes,
            targets,
            verdicts,
            certificates: client.certificates().by_host(),
        };
        Ok((report, client.ways().unused_detours(&locations)))
    }

    /// A verdict on the certificate of each host that was asked over TLS.
    fn certificates(&self, client: &Client) -> Vec<Verdict> {
        let now = OffsetDateTime::now_utc();
        let shown = client.certificates().by_host().into_iter();
        let judge =
            |(host, shown): (String, _)| certificate(&host, &shown, self.certificate_days, now);
        shown.map(judge).collect()
    }
}
