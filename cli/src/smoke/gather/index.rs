//! A registry's sparse index.

use std::str::FromStr;

use serde::Deserialize;
use url::Url;

use crate::crate_index::prefix;
use crate::smoke::gather::package::Checksum;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    url: Url,
}

/// A line of an index file, as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Release {
    #[serde(rename = "vers")]
    pub(crate) version: String,
    #[serde(rename = "cksum")]
    pub(crate) checksum: Checksum,
    #[serde(default)]
    pub(crate) yanked: bool,
}

impl Index {
    pub(crate) fn file_of(&self, name: &str) -> String {
        let name = name.to_ascii_lowercase();
        format!("{}{}/{name}", self.url, prefix(&name))
    }

    /// The registry's name in lock files.
    pub(crate) fn source(&self) -> String {
        format!("sparse+{}", self.url)
    }
}

/// A URL, with or without `sparse+`.
impl FromStr for Index {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = "write the URL of a sparse index, such as sparse+https://index.crates.io/";
        let bare = text.strip_prefix("sparse+").unwrap_or(text);
        let with_slash = format!("{}/", bare.trim_end_matches('/'));
        let url = Url::parse(&with_slash).map_err(|error| format!("{error}; {words}"))?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        is_plain.then_some(Self { url }).ok_or(words.to_owned())
    }
}

/// Reads the file of one crate: a line of JSON for each version, the newest last.
pub(crate) fn releases(text: &str) -> Result<Vec<Release>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}, in {line}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::{Index, releases};

    #[test]
    fn the_path_of_a_file_follows_the_length_of_the_name() {
        for [index, name, file] in rows(
            "
            sparse+https://index.crates.io/ | a     | https://index.crates.io/1/a
            https://index.crates.io         | Cc    | https://index.crates.io/2/cc
            http://127.0.0.1:1/index//      | log   | http://127.0.0.1:1/index/3/l/log
            https://index.crates.io         | Serde | https://index.crates.io/se/rd/serde
            ",
        ) {
            let index: Index = index.parse().unwrap();
            assert_eq!(index.file_of(name), file);
        }
        for text in [
            "",
            "index.crates.io",
            "git+https://x/",
            "ftp://x.y",
            "https://x.y/?q",
            "https://user:word@x.y/",
        ] {
            assert!(text.parse::<Index>().is_err(), "{text}");
        }
    }

    #[test]
    fn lines_are_read_and_other_text_is_refused() {
        let sum = "a".repeat(64);
        let text = format!(
            "{{\"name\":\"a\",\"vers\":\"1.0.0\",\"cksum\":\"{sum}\",\"yanked\":true}}\n\
             {{\"name\":\"a\",\"vers\":\"1.0.1\",\"cksum\":\"{sum}\"}}\n"
        );
        let found = releases(&text).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.version.as_str(), one.yanked))
            .collect();
        assert_eq!(found, [("1.0.0", true), ("1.0.1", false)]);
        assert!(releases("<html>").is_err());
        assert!(releases(&text.replace("aaaa", "")).is_err());
    }
}
