//! The run's `User-Agent`.
//!
//! An edge with `[retry]` sends a client that repeats a request to another target, and finally to
//! the origin. It tells clients apart by address and `User-Agent`. So each run has its own, and so
//! has each repeated GET of a path within a run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rustls::crypto::ring;

use crate::output::Failure;

/// The name of a run, and how often it has asked for each path.
#[derive(Debug)]
pub(crate) struct UserAgent {
    run: String,
    name: String,
    asked: Mutex<BTreeMap<String, u32>>,
}

const PROGRAM: &str = concat!("signpost-smoke/", env!("CARGO_PKG_VERSION"));

impl UserAgent {
    /// One that no other run has.
    pub(crate) fn for_new_run() -> Result<Self, Failure> {
        let mut run = [0; 8];
        let random = ring::default_provider().secure_random;
        let failure = |_| Failure::new("the system has no random numbers to name this run with");
        random.fill(&mut run).map_err(failure)?;
        Ok(Self::for_run(u64::from_be_bytes(run)))
    }

    fn for_run(run: u64) -> Self {
        let run = format!("{run:016x}");
        Self {
            name: format!("{PROGRAM} (run {run})"),
            run,
            asked: Mutex::default(),
        }
    }

    /// What no other run has: 16 hexadecimal digits.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The `User-Agent` of most requests.
    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    /// The `User-Agent` of the next GET of a path: to the edge a new client. The edge leaves out the query.
    pub(crate) fn for_next(&self, path: &str) -> String {
        let path = path.split('?').next().unwrap_or_default();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(path.to_owned()).or_default();
        *times += 1;
        match *times {
            1 => self.name.clone(),
            times => format!("{PROGRAM} (run {}, ask {times})", self.run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PROGRAM, UserAgent};

    #[test]
    fn a_repeated_path_gets_another_user_agent() {
        let user_agent = UserAgent::for_run(0x3f2a);
        let rows = [
            ("/a", ""),
            ("/b", ""),
            ("/a", ", ask 2"),
            ("/a", ", ask 3"),
            ("/b", ", ask 2"),
            ("/a?query", ", ask 4"),
        ];
        for (path, ask) in rows {
            let expected = format!("{PROGRAM} (run 0000000000003f2a{ask})");
            assert_eq!(user_agent.for_next(path), expected, "{path}");
        }
        let of_all = format!("{PROGRAM} (run 0000000000003f2a)");
        assert_eq!(user_agent.as_str(), of_all);
    }

    #[test]
    fn each_run_has_its_own_name() {
        let [one, other] = [(); 2].map(|()| UserAgent::for_new_run().unwrap());
        assert_ne!(one.as_str(), other.as_str());
    }
}
