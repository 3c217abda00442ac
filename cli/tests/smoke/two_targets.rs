//! Production's configuration at this machine, whose downloads two targets serve, and a CDN for each of them.

use std::path::PathBuf;

use signpost::config::Config;
use signpost_rows::{changed, with_second_target};
use signpost_testbed::{
    LocalServer, Protocol, REFUSED, TlsCdn, Validity, add_hosts, stand_in_file,
};
use tokio::process::Command;

use crate::bed::{Files, Module, Smoke, contents};

/// The host of the second target.
pub(crate) const OTHER_HOST: &str = "cloudfront.example";

/// The path of the file that an example leads to at the second target.
pub(crate) const EXAMPLE_AT_OTHER: &str = "/crates/a/a-1.0.0.crate";

/// What a configuration says of its two targets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    /// The weights of the two.
    pub(crate) weights: [u16; 2],
    /// Whether each has a backend for its health, of its own name.
    pub(crate) health: bool,
    /// Whether there is `[retry]`.
    pub(crate) retry: bool,
}

/// Both targets serve, each its half.
pub(crate) const BOTH: Written = Written {
    weights: [1, 1],
    health: true,
    retry: true,
};

/// Hardly any file has the second target.
pub(crate) const HARDLY_THE_SECOND: Written = Written {
    weights: [1000, 1],
    ..BOTH
};

impl Written {
    pub(crate) fn toml(self) -> String {
        let health = if self.health {
            [
                "health_backend = \"static\"",
                "health_backend = \"cloudfront\"",
            ]
        } else {
            [""; 2]
        };
        let text = with_second_target("cloudfront", self.weights, health);
        let retry = if self.retry {
            "[retry]\nwindow = \"1m\"\n\n"
        } else {
            ""
        };
        let text = changed(&text, "[response]", &format!("{retry}[response]"));
        // To a client that accepts JSON it is answered as to any other: GET is asked twice.
        let readme = "name     = \"readme\"";
        let text = changed(&text, readme, &format!("{readme}\njson     = false"));
        add_hosts(&text, &["127.0.0.1"]).unwrap()
    }

    pub(crate) fn config(self) -> Config {
        signpost::authoring::from_toml(&self.toml()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// The real module with this configuration, which finds both targets healthy.
    pub(crate) async fn module(self, switch: &str) -> Module {
        self.module_with(|server| server.switch(switch)).await
    }

    /// The same, with changes of its own.
    pub(crate) async fn module_with(self, change: impl Fn(LocalServer) -> LocalServer) -> Module {
        Module::start_with(&self.config(), |server| {
            let server = change(server);
            let targets = ["static", "cloudfront"].into_iter();
            targets
                .filter(|_| self.health)
                // The module reads the health of these backends, and sends them no request.
                .fold(server, |server, name| server.backend(name, REFUSED.url()))
        })
        .await
    }
}

/// The two CDNs, each with every file.
pub(crate) struct TwoCdns {
    pub(crate) files: Files,
    pub(crate) other: TlsCdn,
    authority: PathBuf,
}

impl TwoCdns {
    pub(crate) async fn start() -> Self {
        Self::start_with([Validity::Valid; 2]).await
    }

    /// The same, with these certificates.
    pub(crate) async fn start_with([first, second]: [Validity; 2]) -> Self {
        let files = Files::start(first).await;
        let other = TlsCdn::start(OTHER_HOST, second, Protocol::Http2, contents())
            .await
            .unwrap();
        for cdn in [&files.cdn, &other] {
            cdn.insert(EXAMPLE_AT_OTHER, stand_in_file(EXAMPLE_AT_OTHER));
        }
        let authority = files.directory.path().join("other-authority.pem");
        std::fs::write(&authority, other.authority()).unwrap();
        Self {
            files,
            other,
            authority,
        }
    }

    /// The CDN of a target.
    pub(crate) fn at(&self, target: &str) -> &TlsCdn {
        match target {
            "static" => &self.files.cdn,
            _ => &self.other,
        }
    }

    /// Smoke-tests `edge` with the configuration and the lock file.
    pub(crate) async fn smoke(&self, written: Written, edge: &str, more: &[&str]) -> Smoke {
        let address = self.other.address().to_string();
        self.smoke_where_other_is_at(&address, written, edge, more)
            .await
    }

    /// The same, with the second target at another address.
    pub(crate) async fn smoke_where_other_is_at(
        &self,
        address: &str,
        written: Written,
        edge: &str,
        more: &[&str],
    ) -> Smoke {
        let more = self.with_lock_file(more);
        let mut command = self.command_where_other_is_at(address, written, edge, &more);
        Smoke::of(&command.output().await.unwrap())
    }

    /// The same, without the lock file.
    pub(crate) async fn smoke_without_lock_file(
        &self,
        written: Written,
        edge: &str,
        more: &[&str],
    ) -> Smoke {
        let address = self.other.address().to_string();
        let mut command = self.command_where_other_is_at(&address, written, edge, more);
        Smoke::of(&command.output().await.unwrap())
    }

    /// The command of such a test.
    pub(crate) fn command(&self, written: Written, edge: &str, more: &[&str]) -> Command {
        let address = self.other.address().to_string();
        self.command_where_other_is_at(&address, written, edge, &self.with_lock_file(more))
    }

    fn with_lock_file<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let lock_file = self.files.lock_file.to_str().unwrap();
        [&["--from-lockfile", lock_file], more].concat()
    }

    fn command_where_other_is_at(
        &self,
        address: &str,
        written: Written,
        edge: &str,
        more: &[&str],
    ) -> Command {
        let config = self.files.directory.path().join("two-targets.toml");
        std::fs::write(&config, written.toml()).unwrap();
        let detour = format!("{OTHER_HOST}:443:{address}");
        let authority = self.authority.to_str().unwrap();
        let arguments = ["--ca", authority, "--connect-to", &detour];
        let arguments = [&arguments, more].concat();
        self.files.command(&config, edge, &arguments)
    }
}
