use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use crate::cdn::StandInCdn;
use crate::package::Crate;

/// The index of a crate registry, served over cargo's sparse protocol.
///
/// It serves no crate files: cargo asks for those at the URL that `dl` names.
#[derive(Debug)]
pub struct Registry {
    index: StandInCdn,
    crates: Vec<Crate>,
}

impl Registry {
    /// Starts to serve the index of `crates`, whose files cargo is to download by `dl`.
    ///
    /// `dl` is cargo's template: it may hold `{crate}`, `{version}`, `{prefix}`, `{lowerprefix}`
    /// and `{sha256-checksum}`, and without any of these cargo appends
    /// `/{crate}/{version}/download`.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound.
    pub async fn start(dl: &str, crates: &[Crate]) -> Result<Self> {
        Ok(Self {
            index: StandInCdn::start(index_files(dl, crates)).await?,
            crates: crates.to_vec(),
        })
    }

    /// The URL by which cargo's configuration names it: `sparse+http://127.0.0.1:PORT/`.
    pub fn index_url(&self) -> String {
        format!("sparse+{}/", self.index.url())
    }

    /// The crates it lists.
    pub fn crates(&self) -> &[Crate] {
        &self.crates
    }
}

/// The files of an index by their paths, for cargo's sparse protocol. `dl` is that of
/// [`Registry::start`].
pub fn index_files(dl: &str, crates: &[Crate]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::<_, String>::new();
    files.insert("/config.json".to_owned(), json!({ "dl": dl }).to_string());
    // The versions of one crate are the lines of one file.
    for item in crates {
        let line = json!({
            "name": item.name,
            "vers": item.version,
            "deps": [],
            "cksum": item.sha256,
            "features": {},
            "yanked": false,
        });
        let file = files.entry(index_path(&item.name)).or_default();
        file.push_str(&line.to_string());
        file.push('\n');
    }
    files
}

/// Where cargo looks for the index file of a crate.
fn index_path(name: &str) -> String {
    let name = name.to_lowercase();
    match name.len() {
        1 | 2 => format!("/{}/{name}", name.len()),
        3 => format!("/3/{}/{name}", &name[..1]),
        _ => format!("/{}/{}/{name}", &name[..2], &name[2..4]),
    }
}

#[cfg(test)]
mod tests {
    use super::index_path;

    #[test]
    fn index_paths_follow_the_length_of_the_name() {
        for (name, path) in [
            ("a", "/1/a"),
            ("Cc", "/2/cc"),
            ("log", "/3/l/log"),
            ("Serde", "/se/rd/serde"),
            ("rand_core", "/ra/nd/rand_core"),
        ] {
            assert_eq!(index_path(name), path);
        }
    }
}
