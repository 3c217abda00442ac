//! What a run is about to send.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use crate::smoke::parity::files::File;
use crate::text::{counted, seconds};

/// How often a target is asked for a file: for all of it, for a range, and with HEAD.
const WAYS: u64 = 3;

/// How many requests go to how many hosts, and how long that takes.
pub(crate) fn announcement(files: &[File], rate: u32) -> String {
    let locations = files.iter().flat_map(|file| &file.targets);
    let locations: Vec<_> = locations.map(|at| at.location.as_str()).collect();
    let urls = locations
        .iter()
        .filter_map(|location| Url::parse(location).ok());
    let hosts: BTreeSet<_> = urls
        .filter_map(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default())))
        .collect();
    let requests = locations.len() as u64 * WAYS;
    let time = Duration::from_secs(requests.div_ceil(rate.max(1).into()));
    let (requests, hosts) = (
        counted(requests, "request"),
        counted(hosts.len() as u64, "host"),
    );
    let time = seconds(time);
    format!("{requests} to {hosts}, at most {rate} a second: about {time}\n")
}
