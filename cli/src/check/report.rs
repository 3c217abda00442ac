//! What `signpost check` finds, as a value.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};

use super::download_url::DownloadUrl;
use super::place;
use crate::differences::{self, Difference};
use crate::file::{Loaded, Text};
use crate::findings::{Code, Finding};
use crate::output::Failure;

/// What was found in some files, and between them; in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) files: Vec<FileReport>,
}

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct FileReport {
    /// The file, as it was named.
    pub(super) file: String,
    /// The revision, if the edge would take the file.
    pub(super) revision: Option<String>,
    /// Everything that is wrong with it.
    pub(super) problems: Vec<Finding>,
    /// Why it could not be read, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Failure>,
    /// What it says differently from the first file.
    #[serde(skip)]
    pub(super) differences: Vec<Compared>,
    #[serde(skip)]
    pub(super) text: Text,
    #[serde(skip)]
    pub(super) loaded: Option<Loaded>,
}

/// A difference between the first file and a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Compared {
    /// The later file.
    pub(super) file: String,
    /// What differs.
    #[serde(flatten)]
    pub(super) difference: Difference,
    /// Whether it may.
    pub(super) allowed: bool,
}

/// A file, as it was named, and its text, or why it could not be read.
pub(super) type Input = (String, Result<Text, Failure>);

impl Report {
    /// Checks each file, tries every `dl` on it, and compares it with the first one.
    pub(super) fn of(inputs: Vec<Input>, dls: &[DownloadUrl], may_differ: &[String]) -> Self {
        let mut files: Vec<_> = inputs
            .into_iter()
            .map(|(file, text)| match text {
                Ok(text) => FileReport::of(file, text, dls),
                Err(error) => FileReport::unread(file, error),
            })
            .collect();
        if let Some((first, later)) = files.split_first_mut() {
            for file in later {
                file.compare(first, may_differ);
            }
        }
        Self { files }
    }

    /// Why files could not be read.
    pub(super) fn errors(&self) -> impl Iterator<Item = &Failure> {
        self.files.iter().filter_map(|file| file.error.as_ref())
    }

    /// Every key that the files could have. What a file with problems would have is not known, and
    /// then there is no answer.
    pub(super) fn keys(&self) -> Option<BTreeSet<String>> {
        let loaded = self.files.iter().map(|file| file.loaded.as_ref());
        let loaded: Vec<_> = loaded.collect::<Option<_>>()?;
        Some(loaded.into_iter().flat_map(differences::keys).collect())
    }

    /// Whether something is wrong.
    pub(super) fn has_problems(&self) -> bool {
        self.files.iter().any(|file| !file.problems.is_empty())
    }
}

impl FileReport {
    fn unread(file: String, error: Failure) -> Self {
        Self {
            file,
            revision: None,
            problems: Vec::new(),
            error: Some(error),
            differences: Vec::new(),
            text: Text::default(),
            loaded: None,
        }
    }

    fn of(file: String, text: Text, dls: &[DownloadUrl]) -> Self {
        let (loaded, problems) = match Loaded::from_text(text.as_str()) {
            Err(problems) => (None, Finding::all_of(&problems)),
            Ok(loaded) => {
                let findings = dls.iter().flat_map(|dl| dl.findings(loaded.config()));
                let findings: Vec<_> = findings.collect();
                (Some(loaded), findings)
            }
        };
        let revision = loaded
            .as_ref()
            .map(|loaded| loaded.config().revision().to_owned());
        Self {
            file,
            revision,
            problems: problems
                .into_iter()
                .map(|finding| finding.behind(text.skipped()))
                .collect(),
            error: None,
            differences: Vec::new(),
            text,
            loaded,
        }
    }

    /// Compares the file with the first one, and takes what may not differ as a problem.
    fn compare(&mut self, first: &Self, may_differ: &[String]) {
        let (Some(old), Some(new)) = (&first.loaded, &self.loaded) else {
            return;
        };
        for difference in differences::between(old, new) {
            let allowed = may_differ
                .iter()
                .any(|pattern| difference.is_named_by(pattern));
            if !allowed {
                let place = place::of_difference(self.text.as_str(), &difference);
                let message = message(&difference, &first.file);
                let finding = Finding::new(Code::Differs, &difference.key, message);
                let finding = finding.at(place).behind(self.text.skipped());
                self.problems.push(finding);
            }
            self.differences.push(Compared {
                file: self.file.clone(),
                difference,
                allowed,
            });
        }
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

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { files } = self;
        let differences = files.iter().flat_map(|file| &file.differences);
        let differences: Vec<_> = differences.collect();
        let mut fields = serializer.serialize_struct("Report", 2)?;
        fields.serialize_field("files", files)?;
        fields.serialize_field("differences", &differences)?;
        fields.end()
    }
}
