//! Prepares a run from the command line.

use std::num::NonZeroUsize;

use signpost::sides::Sides;

use crate::file::{self, Loaded};
use crate::output::Failure;
use crate::smoke::Arguments;
use crate::smoke::ask::client::{Client, Options};
use crate::smoke::ask::token::Token;
use crate::smoke::gather::crates::Gathered;
use crate::smoke::gather::probes::{Kind, Sources};
use crate::smoke::gather::sums::Sums;

impl Arguments {
    pub(super) async fn client(&self) -> Result<Client, Failure> {
        let mut detours = self.resolve.clone();
        for connect_to in &self.connect_to {
            detours.push(connect_to.look_up().await.map_err(Failure::new)?);
        }
        let token = self
            .token_env
            .as_deref()
            .map(Token::from_variable)
            .transpose()?;
        if token.is_some() && self.edge.sends_in_the_clear(&detours) {
            return Err(Failure::new(format!(
                "a token would be sent to {} in the clear; use https",
                self.edge
            )));
        }
        Client::new(Options {
            edge: self.edge.clone(),
            token,
            detours,
            authorities: &self.ca,
            rate: self.rate,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
        })
    }

    /// The configuration, and the crates and files that the command line names or lists.
    pub(super) fn read(&self) -> Result<(Loaded, Gathered), Failure> {
        let files = self.files.as_deref();
        file::ensure_one_dash(files.into_iter().chain([&*self.config]))?;
        let loaded = Loaded::read(&self.config)?;
        let named = self.crates.iter().cloned();
        let mut gathered = Gathered {
            packages: named.map(|package| (Kind::Crate, package)).collect(),
            ..Gathered::default()
        };
        if let Some(file) = &self.files {
            gathered.sums = Sums::read(file)?;
        }
        if let Some(file) = &self.from_lockfile {
            let sample = self.sample.map(|size| (size.get(), self.seed));
            gathered.add_lock_file(file, self.index.as_ref(), sample)?;
        }
        Ok((loaded, gathered))
    }

    /// Whether there are probes that the index names.
    pub(super) fn reads_index(&self) -> bool {
        self.index.is_some() || self.latest.is_some()
    }

    /// Adds what the index says to the lists.
    pub(super) async fn gather(
        &self,
        client: &Client,
        loaded: &Loaded,
        lists: &Gathered,
    ) -> Result<Gathered, Failure> {
        let mut gathered = lists.clone();
        let default = || "https://index.crates.io".parse().map_err(Failure::new);
        let index = match (&self.index, self.latest) {
            (Some(index), _) => index.clone(),
            (None, Some(_)) => default()?,
            (None, None) => return Ok(gathered),
        };
        let sources = self.sources(loaded, &gathered);
        let examples = loaded.examples().iter();
        let known: Vec<_> = examples
            .filter_map(|example| {
                let path = sources.path_at_host(Some(example.route()), example.request());
                sources.package_at(path?)
            })
            .chain(self.crates.iter().cloned())
            .collect();
        if known.is_empty() {
            return Err(Failure::new(
                "the index is read for the crates that examples and --crate name, and none is named: add --crate NAME@VERSION",
            ));
        }
        let latest = self.latest.map_or(0, NonZeroUsize::get);
        gathered.add_index(client, &index, &known, latest).await?;
        Ok(gathered)
    }

    /// The configuration of the entry `next`, if the command line names it.
    pub(super) fn read_next(&self) -> Result<Option<Loaded>, Failure> {
        let files = [&self.files, &self.next].into_iter().flatten();
        file::ensure_one_dash(files.map(|file| &**file).chain([&*self.config]))?;
        self.next.as_deref().map(Loaded::read).transpose()
    }

    /// The sources of the probes, while one configuration is in force.
    pub(super) fn sources<'a>(&'a self, loaded: &'a Loaded, gathered: &'a Gathered) -> Sources<'a> {
        self.sources_of(loaded, None, gathered)
    }

    /// The sources of the probes.
    pub(super) fn sources_of<'a>(
        &'a self,
        loaded: &'a Loaded,
        next: Option<&'a Loaded>,
        gathered: &'a Gathered,
    ) -> Sources<'a> {
        Sources {
            loaded,
            sides: Sides::new(loaded.config(), next.map(Loaded::config)),
            next,
            switch: self.switch,
            edge: &self.edge,
            routes: &self.routes,
            packages: &gathered.packages,
            checksums: &gathered.checksums,
            sums: &gathered.sums,
            missing: &self.missing,
            not_at_origin: &self.not_at_origin,
            ask_targets: self.targets,
            quick: self.quick,
        }
    }
}
