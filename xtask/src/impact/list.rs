use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

/// Where the list is, from the root of the workspace.
pub(crate) const LIST: &str = ".github/impact.toml";

/// Which files are of high impact, and who reviews a change of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) owner: String,
    /// Files that are not of high impact, unless an area names them too.
    pub(crate) ordinary: Vec<Pattern>,
    pub(crate) areas: Vec<Area>,
}

/// Files that can break the same thing.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    pub(crate) name: String,
    #[serde(skip_serializing)]
    pub(crate) paths: Vec<Pattern>,
    pub(crate) breaks: String,
    pub(crate) checks: Vec<String>,
}

/// A path from the root, with `*` for a part of a name and `**` at the end for all below a folder:
/// only what this tool and GitHub's CODEOWNERS read alike.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl List {
    /// Reads the list of the workspace at `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(LIST);
        let text = fs::read_to_string(&path);
        let list = text.map_err(Into::into).and_then(|text| Self::parse(&text));
        list.with_context(|| format!("cannot use {}", path.display()))
    }

    /// Reads a list from its text.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let list: Self = toml::from_str(text)?;
        let owner = &list.owner;
        let is_team = owner.starts_with('@') && owner.matches('/').count() == 1;
        ensure!(
            is_team
                && !owner.contains([' ', '\n'])
                && !owner.starts_with("@/")
                && !owner.ends_with('/'),
            "the owner `{owner}` is not a team: write `@organisation/team`"
        );
        let (mut names, mut patterns) = (BTreeSet::new(), BTreeSet::new());
        for area in &list.areas {
            let name = &area.name;
            ensure!(names.insert(name), "two areas have the name `{name}`");
            ensure!(!area.paths.is_empty(), "the area `{name}` has no paths");
            ensure!(!area.checks.is_empty(), "the area `{name}` has no checks");
            for text in area.checks.iter().chain([name, &area.breaks]) {
                // A line end or a `|` would break the table of docs/reviewing.md.
                ensure!(
                    !text.trim().is_empty() && !text.contains(['\n', '|']),
                    "the text `{text}` of the area `{name}` must be one line with words, without `|`"
                );
            }
        }
        let in_areas = list.areas.iter().flat_map(|area| &area.paths);
        for pattern in list.ordinary.iter().chain(in_areas) {
            let is_new = patterns.insert(&pattern.text);
            ensure!(is_new, "the pattern `{pattern}` is there twice: keep one");
        }
        Ok(list)
    }
}

impl Area {
    /// Whether one of its patterns names a file.
    pub(crate) fn names(&self, file: &str) -> bool {
        self.paths.iter().any(|pattern| pattern.matches(file))
    }
}

impl Pattern {
    /// Whether the pattern names a file, whose path is written from the root with `/`.
    pub(crate) fn matches(&self, file: &str) -> bool {
        self.matcher.is_match(file)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-*/".contains(letter);
        let path = text.strip_suffix("/**").unwrap_or(&text);
        let is_path = !path.contains("**") && !path.split('/').any(str::is_empty);
        if !(is_path && text.chars().all(is_plain)) {
            return Err(format!(
                "the pattern `{text}` is not a path from the root, such as `src/main.rs`, \
                 `config/*.toml` or `src/**`: write letters, digits, `.`, `_`, `-` and `*`, with \
                 `**` only at the end"
            ));
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        let matcher = glob.map_err(|error| error.to_string())?.compile_matcher();
        Ok(Self { text, matcher })
    }
}
