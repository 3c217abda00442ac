//! Production's configuration at this machine, whose downloads two targets serve, and a CDN for each of them.

use std::path::PathBuf;

use signpost::config::Config;
use signpost_rows::{changed, with_second_target};
use signpost_testbed::{Protocol, TlsCdn, Validity, add_hosts, stand_in_file};
use tokio::process::Command;

use crate::bed::{Files, Smoke, contents};

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
        let mut command = self.command_where_other_is_at(address, written, edge, more);
        Smoke::of(&command.output().await.unwrap())
    }

    /// The command of such a test.
    pub(crate) fn command(&self, written: Written, edge: &str, more: &[&str]) -> Command {
        let address = self.other.address().to_string();
        self.command_where_other_is_at(&address, written, edge, more)
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
        let lock_file = self.files.lock_file.to_str().unwrap();
        let authority = self.authority.to_str().unwrap();
        let arguments = [
            "--ca",
            authority,
            "--connect-to",
            &detour,
            "--from-lockfile",
            lock_file,
        ];
        let arguments = [&arguments, more].concat();
        self.files.command(&config, edge, &arguments)
    }
}
