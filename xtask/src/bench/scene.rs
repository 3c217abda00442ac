use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use signpost::config::Config;
use signpost_testbed::{LocalServer, StandInOrigin, add_hosts};

use crate::compile;
use crate::workspace::Workspace;

/// What makes a configuration remember attempts.
pub(super) const RETRY: &str = "\n[retry]\nwindow = \"30s\"\n";

/// A configuration, and what Viceroy needs to serve it.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) config: Config,
    /// For a Viceroy whose output is read.
    pub(super) local_server: LocalServer,
    /// The same in a file, for a Viceroy that is measured.
    pub(super) manifest: PathBuf,
}

impl Scene {
    /// The configuration in a file of the workspace, with `more` written below it, at this machine. The switch
    /// may give a share to `next`, which differs from it in a header.
    pub(super) fn new(
        workspace: &Workspace,
        origin: &StandInOrigin,
        name: &'static str,
        file: &str,
        more: &str,
        switch: &str,
    ) -> Result<Self> {
        let text = fs::read_to_string(workspace.root().join(file))
            .with_context(|| format!("cannot read {file}"))?;
        let text = add_hosts(&(text + more), &["127.0.0.1"])?;
        let authored =
            compile::compile(&text).with_context(|| format!("{file} does not compile"))?;
        let config = authored.config().clone();
        let next = compile::compile(&text.replace("max-age=31536000", "max-age=63072000"))?;
        let local_server = LocalServer::from_file(workspace.root().join("fastly.toml"))
            .backend("origin", origin.url())
            .config(config.to_json())
            .next(next.config().to_json())
            .switch(switch);
        let directory = workspace.target().join("bench").join(name);
        let manifest = directory.join("fastly.toml");
        let written = local_server.manifest()?;
        fs::create_dir_all(&directory)
            .and_then(|()| fs::write(&manifest, written))
            .with_context(|| format!("cannot write {}", manifest.display()))?;
        Ok(Self {
            name,
            config,
            local_server,
            manifest,
        })
    }
}
