//! What a run is about to send.

use std::fmt;
use std::time::Duration;

use signpost_logs::text::{counted, seconds};

/// What a run sends if all is right. It may be a few requests more or less if not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) requests: usize,
    pub(crate) hosts: usize,
    /// The most requests a second.
    pub(crate) rate: u32,
    /// How long the run may settle before, at that rate.
    pub(crate) settle: Option<Duration>,
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.rate;
        let time = self.requests.div_ceil(rate.max(1) as usize) as u64;
        let time = seconds(Duration::from_secs(time));
        let requests = counted(self.requests as u64, "request");
        let hosts = counted(self.hosts as u64, "host");
        write!(
            f,
            "about {requests} to {hosts}, at most {rate} a second: about {time}"
        )?;
        match self.settle {
            Some(settle) => write!(f, ", after up to {} of --settle", seconds(settle)),
            None => Ok(()),
        }
    }
}
