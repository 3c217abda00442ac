//! What `signpost check` finds.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;

use super::download_url::DownloadUrl;
use super::entry::Entry;
use super::place;
use crate::differences::{self, Difference};
use crate::file::{Loaded, Text};
use crate::findings::{Code, Finding};
use crate::output::Failure;

/// The findings in each file and the differences between them, in the order of the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    pub(super) files: Vec<FileReport>,
    /// The keys in which the later files differ from the first.
    pub(super) differences: Vec<Compared>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct FileReport {
    /// The file as it was named.
    pub(super) file: String,
    pub(super) revision: Option<String>,
    pub(super) entry: Option<Entry>,
    pub(super) problems: Vec<Finding>,
    /// What does not keep the edge from using the file.
    pub(super) warnings: Vec<Finding>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Failure>,
    /// The range of its own differences in the report.
    #[serde(skip)]
    pub(super) differences: Range<usize>,
    #[serde(skip)]
    pub(super) text: Text,
    #[serde(skip)]
    pub(super) loaded: Option<Loaded>,
}

/// A difference between the first file and a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Compared {
    pub(super) file: String,
    #[serde(flatten)]
    pub(super) difference: Difference,
    pub(super) allowed: bool,
}

/// A file as it was named, and its text, or why it could not be read.
pub(super) type Input = (String, Result<Text, Failure>);

impl Report {
    /// Checks each file, requests each `dl`, and compares the later files with the first.
    pub(super) fn of(inputs: Vec<Input>, dls: &[DownloadUrl], may_differ: &[String]) -> Self {
        let mut files: Vec<_> = inputs
            .into_iter()
            .map(|(file, text)| match text {
                Ok(text) => FileReport::of(file, text, dls),
                Err(error) => FileReport {
                    file,
                    error: Some(error),
                    ..FileReport::default()
                },
            })
            .collect();
        let mut differences = Vec::new();
        if let Some((first, later)) = files.split_first_mut() {
            for file in later {
                let begin = differences.len();
                differences.extend(file.compare(first, may_differ));
                file.differences = begin..differences.len();
            }
        }
        Self { files, differences }
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &Failure> {
        self.files.iter().filter_map(|file| file.error.as_ref())
    }

    /// Every key that the files could have, unless a file has problems.
    pub(super) fn keys(&self) -> Option<BTreeSet<String>> {
        let loaded = self.files.iter().map(|file| file.loaded.as_ref());
        let loaded: Vec<_> = loaded.collect::<Option<_>>()?;
        Some(loaded.into_iter().flat_map(differences::keys).collect())
    }

    pub(super) fn has_problems(&self) -> bool {
        self.files.iter().any(|file| !file.problems.is_empty())
    }

    pub(super) fn has_warnings(&self) -> bool {
        self.files.iter().any(|file| !file.warnings.is_empty())
    }
}

impl FileReport {
    fn of(file: String, text: Text, dls: &[DownloadUrl]) -> Self {
        let (loaded, findings): (_, Vec<_>) = match Loaded::from_text(text.as_str()) {
            Err(problems) => (None, Finding::all_of(&problems)),
            Ok(loaded) => {
                let warnings = loaded.warnings().iter().map(Finding::from);
                let of_dls = dls.iter().flat_map(|dl| dl.findings(loaded.config()));
                let findings = warnings.chain(of_dls).collect();
                (Some(loaded), findings)
            }
        };
        let (problems, warnings) = findings
            .into_iter()
            .map(|finding| finding.behind(text.skipped()))
            .partition(Finding::is_problem);
        let config = loaded.as_ref().map(Loaded::config);
        Self {
            file,
            revision: config.map(|config| config.revision().to_owned()),
            entry: config.map(Entry::of),
            problems,
            warnings,
            error: None,
            differences: 0..0,
            text,
            loaded,
        }
    }

    /// Compares the file with the first one. Forbidden differences become problems.
    fn compare(&mut self, first: &Self, may_differ: &[String]) -> Vec<Compared> {
        let (Some(old), Some(new)) = (&first.loaded, &self.loaded) else {
            return Vec::new();
        };
        let mut compared = Vec::new();
        for difference in differences::between(old, new) {
            let mut patterns = may_differ.iter();
            let allowed = patterns.any(|pattern| difference.is_named_by(pattern));
            if !allowed {
                let place = place::of_difference(self.text.as_str(), &difference);
                let message = message(&difference, &first.file);
                let finding = Finding::new(Code::Differs, &difference.key, message);
                let finding = finding.at(place).behind(self.text.skipped());
                self.problems.push(finding);
            }
            compared.push(Compared {
                file: self.file.clone(),
                difference,
                allowed,
            });
        }
        compared
    }
}

fn message(difference: &Difference, first: &str) -> String {
    let Difference { key, old, new } = difference;
    let said = |value: &Option<String>| match value {
        Some(value) => format!("`{value}`"),
        None => "left out or the default".to_owned(),
    };
    format!(
        "`{key}` is {}, and {} in {first}; make them the same, or name the key in --may-differ",
        said(new),
        said(old)
    )
}
