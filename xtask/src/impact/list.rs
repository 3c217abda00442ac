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
    owner: Owner,
    ordinary: Vec<Pattern>,
    areas: Vec<Area>,
}

/// Files that can break the same thing.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    name: Words,
    #[serde(skip_serializing)]
    paths: Vec<Pattern>,
    breaks: Words,
    checks: Vec<Words>,
}

/// A path from the root, with `*` for a part of a name and `**` at the end for all below a folder.
///
/// It holds only what the tool and GitHub's CODEOWNERS read alike.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

/// A team as GitHub writes it: `@organisation/team`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Owner(String);

/// One line of text that is not empty.
#[derive(Debug, Deserialize, Serialize)]
#[serde(try_from = "String")]
struct Words(String);

impl List {
    /// Reads the list of the workspace at `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(LIST);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is at fault", path.display()))
    }

    /// Reads a list from its text.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let list: Self = toml::from_str(text)?;
        let mut names = BTreeSet::new();
        for area in &list.areas {
            let name = area.name();
            ensure!(names.insert(name), "two areas have the name `{name}`");
            ensure!(!area.paths.is_empty(), "the area `{name}` has no paths");
            ensure!(!area.checks.is_empty(), "the area `{name}` has no checks");
        }
        let mut patterns = BTreeSet::new();
        for pattern in list.patterns() {
            ensure!(
                patterns.insert(&pattern.text),
                "the pattern `{pattern}` is there twice: keep one"
            );
        }
        Ok(list)
    }

    /// Who reviews.
    pub(crate) fn owner(&self) -> &str {
        &self.owner.0
    }

    /// The areas of high impact, in the order of the list.
    pub(crate) fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The patterns of files that are not of high impact, unless an area names them too.
    pub(crate) fn ordinary(&self) -> &[Pattern] {
        &self.ordinary
    }

    /// Every pattern of the list.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let areas = self.areas.iter().flat_map(Area::paths);
        self.ordinary.iter().chain(areas)
    }

    /// The areas that name a file.
    #[cfg(test)]
    pub(crate) fn areas_of(&self, file: &str) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(move |area| area.names(file))
    }

    /// Whether `ordinary` names a file.
    pub(crate) fn is_ordinary(&self, file: &str) -> bool {
        self.ordinary.iter().any(|pattern| pattern.matches(file))
    }
}

impl Area {
    /// What the area is called.
    pub(crate) fn name(&self) -> &str {
        &self.name.0
    }

    /// The patterns of its files.
    pub(crate) fn paths(&self) -> &[Pattern] {
        &self.paths
    }

    /// What could break, and for whom.
    pub(crate) fn breaks(&self) -> &str {
        &self.breaks.0
    }

    /// What the review is to be shown.
    pub(crate) fn checks(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|check| check.0.as_str())
    }

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
        if !text.chars().all(is_plain) {
            return Err(format!(
                "the pattern `{text}` has a character that CODEOWNERS and this tool could read \
                 differently: write letters, digits, `.`, `_`, `-`, `/` and `*`"
            ));
        }
        let path = text.strip_suffix("/**").unwrap_or(&text);
        if path.contains("**") || path.split('/').any(str::is_empty) {
            return Err(format!(
                "the pattern `{text}` is none: write a path from the root without `/` before it, \
                 such as `src/main.rs`, `config/*.toml` or `src/**`"
            ));
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        let matcher = glob.map_err(|error| error.to_string())?.compile_matcher();
        Ok(Self { text, matcher })
    }
}

impl TryFrom<String> for Owner {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_name = |name: &str| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
            !name.is_empty() && name.chars().all(is_plain)
        };
        let parts = text.strip_prefix('@').and_then(|text| text.split_once('/'));
        match parts {
            Some((organisation, team)) if is_name(organisation) && is_name(team) => Ok(Self(text)),
            _ => Err(format!(
                "the owner `{text}` is no team: write `@organisation/team`"
            )),
        }
    }
}

impl TryFrom<String> for Words {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // A line end or a `|` would break the table that is written of it.
        if text.trim().is_empty() || text.contains(['\n', '|']) {
            return Err(format!(
                "the text `{text}` is to be one line, with words and without `|`"
            ));
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{List, Pattern};

    /// A list with one area, and one of its lines written differently.
    pub(super) fn with(line: &str) -> String {
        let key = line.split_once(" = ").map(|(key, _)| format!("{key} = "));
        let lines = [
            r#"owner = "@a/b""#,
            r#"ordinary = ["docs/**"]"#,
            "[[areas]]",
            r#"name = "one""#,
            r#"paths = ["src/**"]"#,
            r#"breaks = "downloads""#,
            r#"checks = ["a test"]"#,
        ];
        let is_replaced = |old: &str| key.as_ref().is_some_and(|key| old.starts_with(key));
        let lines = lines.map(|old| if is_replaced(old) { line } else { old });
        lines.join("\n") + "\n"
    }

    #[test]
    fn a_pattern_names_files_from_the_root() {
        let rows = [
            ("src/**", "src/main.rs", true),
            ("src/**", "src/edge/send.rs", true),
            ("src/**", "cli/src/main.rs", false),
            ("src/**", "src", false),
            ("config/*.toml", "config/crates-io.toml", true),
            ("config/*.toml", "config/old/crates-io.toml", false),
            ("config/*.toml", "config/notes.md", false),
            ("Cargo.toml", "Cargo.toml", true),
            ("Cargo.toml", "cli/Cargo.toml", false),
            ("LICENSE-*", "LICENSE-MIT", true),
            (".ci/**", ".ci/run", true),
            (".ci/**", "xci/run", false),
        ];
        for (pattern, file, expected) in rows {
            let parsed = Pattern::try_from(pattern.to_owned()).unwrap();
            assert_eq!(parsed.matches(file), expected, "{pattern} and {file}");
        }
    }

    #[test]
    fn a_list_at_fault_is_refused() {
        List::parse(&with("")).expect("the list that the rows change");
        let rows = [
            (r#"paths = ["/src/**"]"#, "without `/` before it"),
            (r#"paths = ["src/"]"#, "without `/` before it"),
            (r#"paths = ["src/**/a"]"#, "without `/` before it"),
            (r#"paths = ["**"]"#, "without `/` before it"),
            (r#"paths = [""]"#, "without `/` before it"),
            (r#"paths = ["src/[ab]"]"#, "has a character"),
            (r#"paths = ["!src/a"]"#, "has a character"),
            (r#"paths = ["a b"]"#, "has a character"),
            (r#"paths = ["src/{a,b}"]"#, "has a character"),
            (r#"paths = ["docs/**"]"#, "is there twice"),
            ("paths = []", "has no paths"),
            ("checks = []", "has no checks"),
            (r#"checks = ["a | b"]"#, "is to be one line"),
            (r#"breaks = " ""#, "is to be one line"),
            (r#"owner = "@a""#, "is no team"),
            (r#"owner = "a/b""#, "is no team"),
            (r#"owner = "@a/b @c/d""#, "is no team"),
            ("breaks = 1", "invalid type"),
        ];
        for (line, expected) in rows {
            let error = List::parse(&with(line)).expect_err(line);
            let message = format!("{error:#}");
            assert!(message.contains(expected), "{line}: {message}");
        }
    }

    #[test]
    fn an_area_is_named_once() {
        let area = with("paths = [\"config/**\"]");
        let (_, area) = area.split_once("[[areas]]").unwrap();
        let error = List::parse(&format!("{}[[areas]]{area}", with(""))).unwrap_err();
        assert!(error.to_string().contains("two areas"), "{error}");
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = with("").replace("breaks", "brakes");
        let error = List::parse(&text).unwrap_err();
        assert!(error.to_string().contains("brakes"), "{error}");
    }
}
