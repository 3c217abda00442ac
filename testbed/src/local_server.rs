mod backend;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

pub use self::backend::Backend;

/// What Viceroy is configured with: a `fastly.toml` as it stands, with the changes of one test.
///
/// Everything that is not changed here is read from the file, so that tests run what is
/// deployed. Log endpoints cannot be taken away: Viceroy reads none from the manifest and takes
/// any name but `stdout`, `stderr` and those that begin with `fst_managed_`, which it refuses as
/// the platform does. A test of an endpoint that is not there names one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalServer {
    manifest: PathBuf,
    backends: BTreeMap<String, Option<Backend>>,
    entries: BTreeMap<&'static str, Option<String>>,
    without_store: bool,
    has_store_file: bool,
}

/// The Config Store that the edge function reads.
const STORE: &str = "signpost";

impl LocalServer {
    /// The configuration in the file `manifest`, a `fastly.toml`, which is read at each start.
    pub fn from_file(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            backends: BTreeMap::new(),
            entries: BTreeMap::new(),
            without_store: false,
            has_store_file: false,
        }
    }

    /// The configuration in this workspace's own `fastly.toml`.
    pub fn of_workspace() -> Self {
        Self::from_file(concat!(env!("CARGO_MANIFEST_DIR"), "/../fastly.toml"))
    }

    /// Sets the backend `name`, replacing the one the file has.
    #[must_use]
    pub fn backend(mut self, name: &str, backend: impl Into<Backend>) -> Self {
        self.backends.insert(name.to_owned(), Some(backend.into()));
        self
    }

    /// Adds the backend `name` at the address of the backend `origin`, which tells the two apart by the `Host`: this
    /// one is asked with its own name.
    ///
    /// # Panics
    ///
    /// When no backend `origin` was set.
    #[must_use]
    pub fn also_at_origin(self, name: &str) -> Self {
        let origin = self.backends.get("origin").cloned().flatten();
        let origin = origin.expect("a backend `origin`");
        self.backend(name, origin.override_host(name))
    }

    /// Removes the backend `name`.
    #[must_use]
    pub fn without_backend(mut self, name: &str) -> Self {
        self.backends.insert(name.to_owned(), None);
        self
    }

    /// Sets the entry `config` of the Config Store to this text, right or wrong.
    #[must_use]
    pub fn config(self, text: &str) -> Self {
        self.entry("config", Some(text))
    }

    /// Removes the entry `config`.
    #[must_use]
    pub fn without_config(self) -> Self {
        self.entry("config", None)
    }

    /// Sets the entry `next` of the Config Store to this text, right or wrong.
    #[must_use]
    pub fn next(self, text: &str) -> Self {
        self.entry("next", Some(text))
    }

    /// Sets the entry `switch` of the Config Store to this text, right or wrong.
    #[must_use]
    pub fn switch(self, text: &str) -> Self {
        self.entry("switch", Some(text))
    }

    /// Removes the entry `switch`.
    #[must_use]
    pub fn without_switch(self) -> Self {
        self.entry("switch", None)
    }

    /// Removes the Config Store with all its entries.
    #[must_use]
    pub fn without_store(mut self) -> Self {
        self.without_store = true;
        self
    }

    /// Has Viceroy read the Config Store from a file of its own, so that `Viceroy::take` and `Viceroy::write` can
    /// change the entries. It also prints when a sandbox starts and ends.
    #[must_use]
    pub(crate) fn with_store_file(mut self) -> Self {
        self.has_store_file = true;
        self
    }

    /// Sets the entries `config`, `next` and `switch` to these, and removes those of the three that are
    /// not among them.
    #[must_use]
    pub fn entries(self, entries: &BTreeMap<String, String>) -> Self {
        ["config", "next", "switch"]
            .into_iter()
            .fold(self, |server, key| {
                server.entry(key, entries.get(key).map(String::as_str))
            })
    }

    fn entry(mut self, key: &'static str, text: Option<&str>) -> Self {
        self.entries.insert(key, text.map(str::to_owned));
        self
    }

    /// The manifest, as TOML.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, or has something other than a table in the place of one.
    pub fn manifest(&self) -> Result<String> {
        let file = self.manifest.display();
        let text =
            fs::read_to_string(&self.manifest).with_context(|| format!("cannot read {file}"))?;
        self.change(&text)
            .with_context(|| format!("cannot use {file} as the manifest of a local server"))
    }

    /// Whether everything but the entries is the same, and those are in a file, which can be written again.
    pub(crate) fn is_alike_but_for_entries(&self, other: &Self) -> bool {
        let without_entries = |server: &Self| Self {
            entries: BTreeMap::new(),
            ..server.clone()
        };
        self.has_store_file() && without_entries(self) == without_entries(other)
    }

    pub(crate) fn has_store_file(&self) -> bool {
        self.has_store_file && !self.without_store
    }

    /// Writes the manifest into the directory `into`, with the file of the store if it has one, and says where.
    pub(crate) fn write(&self, into: &Path) -> Result<PathBuf> {
        let mut manifest = self.manifest()?;
        if self.has_store_file() {
            manifest = store_in_a_file(&manifest, &into.join("store.json"))?;
        }
        let path = into.join("fastly.toml");
        fs::write(&path, manifest).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    fn change(&self, text: &str) -> Result<String> {
        let mut document: DocumentMut = text.parse()?;
        let local_server = table(document.as_table_mut(), "local_server")?;

        let backends = table(local_server, "backends")?;
        for (name, backend) in &self.backends {
            match backend {
                Some(backend) => backends.insert(name, Item::Table(backend.table())),
                None => backends.remove(name),
            };
        }

        let stores = table(local_server, "config_stores")?;
        if self.without_store {
            stores.remove(STORE);
            return Ok(document.to_string());
        }
        let store = table(stores, STORE)?;
        store.entry("format").or_insert(value("inline-toml"));
        let contents = table(store, "contents")?;
        for (key, text) in &self.entries {
            match text {
                Some(text) => contents.insert(key, value(text)),
                None => contents.remove(key),
            };
        }
        Ok(document.to_string())
    }
}

/// Moves the entries of the Config Store into a file, and names that in the manifest.
fn store_in_a_file(manifest: &str, file: &Path) -> Result<String> {
    let mut document: DocumentMut = manifest.parse()?;
    let local_server = table(document.as_table_mut(), "local_server")?;
    let store = table(table(local_server, "config_stores")?, STORE)?;
    let contents = table(store, "contents")?;
    let entries = contents
        .iter()
        .filter_map(|(key, text)| Some((key, text.as_str()?)));
    let entries: BTreeMap<_, _> = entries.collect();
    // At once: Viceroy may read it at any time.
    let new = file.with_extension("new");
    fs::write(&new, serde_json::to_vec(&entries)?)
        .and_then(|()| fs::rename(&new, file))
        .with_context(|| format!("cannot write {}", file.display()))?;
    store.remove("contents");
    store.insert("format", value("json"));
    store.insert("file", value(file.to_string_lossy().into_owned()));
    Ok(document.to_string())
}

fn table<'a>(parent: &'a mut dyn TableLike, key: &str) -> Result<&'a mut dyn TableLike> {
    parent
        .entry(key)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .with_context(|| format!("`{key}` is not a table"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::{Backend, LocalServer};

    const FILE: &str = r#"
manifest_version = 3

[local_server.backends.origin]
url = "http://127.0.0.1:7677"
health = "healthy"

[local_server.config_stores.signpost]
format = "inline-toml"
contents = { config = "{}", switch = "enforce" }
"#;

    #[track_caller]
    fn check(local_server: &LocalServer, holds: &[&str], lacks: &[&str]) {
        let manifest = local_server.change(FILE).unwrap();
        for text in holds {
            assert!(manifest.contains(text), "no {text} in {manifest}");
        }
        for text in lacks {
            assert!(!manifest.contains(text), "{text} in {manifest}");
        }
    }

    #[test]
    fn each_change_is_seen_in_the_manifest_and_nothing_else_is() {
        let unchanged = LocalServer::from_file("fastly.toml");
        assert_eq!(unchanged.change(FILE).unwrap(), FILE);

        let one = unchanged.clone();
        check(
            &one.backend("origin", "http://127.0.0.1:1"),
            &["http://127.0.0.1:1", "manifest_version = 3", "enforce"],
            &["7677", "health"],
        );
        let one = unchanged.clone();
        check(&one.without_backend("origin"), &["config"], &["7677"]);
        let one = unchanged.clone();
        check(
            &one.config("{\"a\":1}").switch("off"),
            &[r#"{"a":1}"#, "off"],
            &["enforce"],
        );
        let one = unchanged.clone();
        check(&one.without_config(), &["enforce"], &["config ="]);
        let one = unchanged.clone();
        check(&one.without_switch(), &["config ="], &["enforce"]);
        check(&unchanged.without_store(), &["7677"], &["signpost"]);
    }

    #[test]
    fn the_store_moves_into_a_file_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let manifest = directory.path().join("given.toml");
        fs::write(&manifest, FILE).unwrap();
        let local_server = LocalServer::from_file(manifest).with_store_file();
        let path = local_server.switch("off").write(directory.path()).unwrap();
        let store = fs::read_to_string(directory.path().join("store.json")).unwrap();
        assert_eq!(store, r#"{"config":"{}","switch":"off"}"#);
        let manifest = fs::read_to_string(path).unwrap();
        assert!(manifest.contains(r#"format = "json""#), "{manifest}");
        assert!(manifest.contains("store.json"), "{manifest}");
        assert!(!manifest.contains("contents"), "{manifest}");
    }

    #[test]
    fn a_backend_says_its_host_and_its_time() {
        let backend = Backend::at("https://crates.io")
            .override_host("crates.io")
            .first_byte_timeout(Duration::from_millis(250))
            .unhealthy();
        check(
            &LocalServer::from_file("fastly.toml").backend("second", backend),
            &[
                "[local_server.backends.second]",
                r#"override_host = "crates.io""#,
                "first_byte_timeout_ms = 250",
                r#"health = "unhealthy""#,
            ],
            &[],
        );
    }

    #[test]
    fn a_value_in_the_place_of_a_table_is_named() {
        let local_server = LocalServer::from_file("fastly.toml").config("{}");
        let error = local_server.change("local_server = 1").unwrap_err();
        assert_eq!(error.to_string(), "`local_server` is not a table");
    }
}
