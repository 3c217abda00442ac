//! Production's configuration on this machine, and as it would have been on 2023-07-20.

use signpost_rows::{PRODUCTION, changed};
use signpost_testbed::add_hosts;

/// The host of every redirect on 2023-07-20.
pub(crate) const DEAD_HOST: &str = "static.crates.iocrates";

/// What is released.
#[derive(Clone, Copy, Debug)]
pub(crate) enum New {
    /// The change of 2023-07-20.
    Of2023,
    /// One that differs in a header.
    Good,
}

impl New {
    /// The text of it, where this is the CDN.
    pub(crate) fn text(self, cdn: &str, has_retry: bool) -> String {
        match self {
            Self::Of2023 => of_2023(has_retry),
            Self::Good => changed(
                &good(cdn, has_retry),
                "max-age=31536000",
                "max-age=63072000",
            ),
        }
    }
}

/// Production's, with this CDN in the place of its own.
pub(crate) fn good(cdn: &str, has_retry: bool) -> String {
    let text = changed(
        PRODUCTION,
        "allowed_hosts = [\"static.crates.io\"]",
        "allowed_hosts = [\"127.0.0.1\"]",
    );
    on_this_machine(&text.replace("https://static.crates.io", cdn), has_retry)
}

/// Production's, whose downloads lead where they led on 2023-07-20: the base has taken a piece of the path.
///
/// A top-level domain that does not exist is no problem to it as one of the operator's own network.
fn of_2023(has_retry: bool) -> String {
    let text = changed(
        PRODUCTION,
        "allowed_hosts = [\"static.crates.io\"]",
        &format!("allowed_hosts = [\"{DEAD_HOST}\"]\nprivate_suffixes = [\"iocrates\"]"),
    );
    let text = text
        .replace("location = \"/crates/{name}", "location = \"/{name}")
        .replace(
            "https://static.crates.io/crates/",
            "https://static.crates.io/",
        )
        .replace("https://static.crates.io", &format!("https://{DEAD_HOST}"));
    on_this_machine(&text, has_retry)
}

fn on_this_machine(text: &str, has_retry: bool) -> String {
    let retry = if has_retry {
        "[retry]\nwindow = \"1m\"\n\n"
    } else {
        ""
    };
    let text = changed(text, "[response]", &format!("{retry}[response]"));
    add_hosts(&text, &["127.0.0.1"]).unwrap()
}
