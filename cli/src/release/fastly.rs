//! The words of the Fastly CLI.

/// A Compute service, and the Fastly CLI that changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) fastly: String,
    pub(crate) id: String,
}

/// A Config Store, and the Fastly CLI that changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Store {
    pub(crate) fastly: String,
    pub(crate) id: String,
}

impl Service {
    /// Lists the versions.
    pub(crate) fn list(&self) -> Vec<String> {
        self.call("service version list", &["--json"])
    }

    /// Clones this version.
    pub(super) fn clone_version(&self, version: &str) -> Vec<String> {
        self.call("service version clone", &["--version", version, "--json"])
    }

    /// Puts the package into this version.
    pub(super) fn upload(&self, version: &str, package: &str) -> Vec<String> {
        let options = ["--version", version, "--package", package];
        self.call("compute update", &options)
    }

    /// Does this to a version: `validate`, `activate` or `stage`.
    pub(super) fn version(&self, verb: &str, version: &str) -> Vec<String> {
        let command = format!("service version {verb}");
        self.call(&command, &["--version", version])
    }

    fn call(&self, command: &str, options: &[&str]) -> Vec<String> {
        let place = ["--service-id", &self.id];
        words(&self.fastly, command, &[&place, options])
    }
}

impl Store {
    /// Lists the entries.
    pub(crate) fn list(&self) -> Vec<String> {
        let place = ["--store-id", &self.id, "--json"];
        words(&self.fastly, "config-store-entry list", &[&place])
    }

    /// Sets an entry to this text.
    pub(super) fn set(&self, key: &str, value: &str) -> Vec<String> {
        self.call("update", key, &["--upsert", "--value", value])
    }

    /// Sets an entry to what the command reads: it may be too long for an argument.
    pub(super) fn set_to_input(&self, key: &str) -> Vec<String> {
        self.call("update", key, &["--upsert", "--stdin"])
    }

    /// Removes an entry.
    pub(super) fn delete(&self, key: &str) -> Vec<String> {
        self.call("delete", key, &[])
    }

    fn call(&self, command: &str, key: &str, options: &[&str]) -> Vec<String> {
        let command = format!("config-store-entry {command}");
        let place = ["--store-id", &self.id, "--key", key];
        words(&self.fastly, &command, &[&place, options])
    }
}

/// A program, its command and the options of that.
pub(super) fn words(program: &str, command: &str, options: &[&[&str]]) -> Vec<String> {
    let options = options.concat();
    let all = [program]
        .into_iter()
        .chain(command.split(' '))
        .chain(options);
    all.map(str::to_owned).collect()
}
