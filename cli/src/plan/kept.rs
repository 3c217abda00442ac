//! Old redirects that clients and other caches follow after the change, without asking the edge.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signpost::authoring;
use signpost::reply::Reply;
use signpost_logs::text::{seconds, visible};

/// How caches keep an answer, including the caches of clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// For how long, at most; nothing if it is for as long as the cache likes.
    seconds: Option<u64>,
    status: u16,
    cache_control: Option<String>,
}

impl Kept {
    /// Nothing if no cache answers with it unasked.
    pub(super) fn of(reply: &Reply<'_>) -> Option<Self> {
        let (status, cache_control) = (reply.status, reply.header("cache-control"));
        let seconds = match authoring::Kept::of(status, cache_control) {
            authoring::Kept::Never => return None,
            authoring::Kept::For(time) => Some(time.as_secs()),
            authoring::Kept::Unlimited => None,
        };
        Some(Self {
            seconds,
            status,
            cache_control: cache_control.map(str::to_owned),
        })
    }

    /// For how long, such as `for up to 1h`.
    pub(super) fn time(&self) -> String {
        match self.seconds {
            Some(number) => format!("for up to {}", seconds(Duration::from_secs(number))),
            None => "for as long as they like".to_owned(),
        }
    }
}

impl Display for Kept {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (time, status) = (self.time(), self.status);
        write!(
            f,
            "Clients that kept the old redirect follow it {time} after the change ({status}, "
        )?;
        match &self.cache_control {
            Some(cache_control) => write!(f, "{})", visible(cache_control)),
            None => f.write_str("no cache_control)"),
        }
    }
}
