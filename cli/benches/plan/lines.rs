//! Log lines as Signpost writes them, for as many requests as are asked for.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use serde_json::Value;
use signpost::config::{ClientIp, Config};
use signpost::decision::Decision;
use signpost::log_line::{Exchange, InForce};
use signpost::received::Received;
use signpost::request::Request;
use signpost::values::Switch;
pub(crate) use signpost_rows::PRODUCTION;

/// The microseconds between two lines: as many requests a second as crates.io has.
const BETWEEN: u64 = 212;

/// How often a path comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paths {
    /// Some crates are asked for far more often than others.
    Popular,
    /// No version is asked for twice.
    Unique,
}

/// Makes the same lines each time.
pub(crate) struct Lines<'c> {
    config: &'c Config,
    crates: Vec<(&'static str, &'static str)>,
    paths: Paths,
    random: Rng,
    number: u64,
}

/// Production's configuration with another location on the route `download`.
pub(crate) fn with_another_location() -> String {
    let (download, rest) = PRODUCTION
        .split_once("# The rendered README")
        .expect("the route `readme` follows");
    let download = download
        .replace("location = \"/crates/", "location = \"/files/")
        .replace("static.crates.io/crates/", "static.crates.io/files/");
    format!("{download}# The rendered README{rest}")
}

/// What becomes of one line, found in the plainest way.
pub(crate) fn one_by_one(old: &Config, new: &Config, line: &str) -> String {
    let Ok(line) = serde_json::from_str::<Value>(line) else {
        return "unreadable".to_owned();
    };
    let method = line["method"].as_str().unwrap();
    let path = line["url"]
        .as_str()
        .unwrap()
        .strip_prefix("https://crates.io")
        .unwrap();
    let is_json = line["content_type"] == "application/json";
    let accept: &[u8] = if is_json { b"application/json" } else { b"*/*" };
    let received = Received::read(Some("crates.io"), path);
    let request = received.request(method).with_accept([accept]);
    let before = signpost::answer(old, &request, Switch::ENFORCE);
    let after = signpost::answer(new, &request, Switch::ENFORCE);
    let replies = (before.reply(), after.reply());
    if before.decision() == after.decision() && replies.0 == replies.1 {
        return "same".to_owned();
    }
    let kind = match (before.decision(), after.decision()) {
        (Decision::Redirect(before), Decision::Redirect(after)) if before != after => {
            "redirect-elsewhere"
        }
        (Decision::Redirect(_), Decision::Redirect(_)) => "other-answer",
        (Decision::Redirect(_), Decision::Origin(_)) => "redirect-to-origin",
        (Decision::Origin(_), Decision::Redirect(_)) => "origin-to-redirect",
        (Decision::Origin(_), Decision::Origin(_)) => "other-reason",
    };
    let status =
        |status: Option<u16>| status.map_or("null".to_owned(), |status| status.to_string());
    let old_status = status(replies.0.map(|reply| reply.status));
    let new_status = status(replies.1.map(|reply| reply.status));
    format!("{kind} {old_status} {new_status}")
}

impl<'c> Lines<'c> {
    /// Lines that an edge with this configuration would write.
    pub(crate) fn new(config: &'c Config, paths: Paths) -> Self {
        let crates = signpost_rows::crates().iter();
        let crates = crates.map(|file| (file.name, file.version)).collect();
        Self {
            config,
            crates,
            paths,
            random: Rng::with_seed(20_230_720),
            number: 0,
        }
    }

    /// The next line, without a line end. One in 5,000 is broken.
    pub(crate) fn next_line(&mut self) -> String {
        self.number += 1;
        let path = self.path();
        let line = self.line(&path);
        if self.number.is_multiple_of(5_000) {
            return line.chars().take(100).collect();
        }
        line
    }

    fn path(&mut self) -> String {
        // The cube of a number below 1 is small more often than not.
        let popularity = self.random.f64().powi(3);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "it is below the number of crates"
        )]
        let index = (popularity * self.crates.len() as f64) as usize;
        let (name, version) = self.crates[index];
        let version = match self.paths {
            Paths::Popular => version.to_owned(),
            Paths::Unique => {
                let number = self.number;
                let core = version.split(['-', '+']).next().unwrap_or(version);
                format!("{core}-beta.{number}")
            }
        };
        match self.random.u32(0..100) {
            0..=84 => format!("/api/v1/crates/{name}/{version}/download"),
            85..=88 => format!("/crates/{name}/{version}/download"),
            89..=90 => format!("/api/v1/crates/{name}/{version}/readme"),
            // The same file, asked for in another spelling.
            91..=92 => {
                let encoded = version.replace('+', "%2B").replace('-', "%2D");
                format!("/api/v1/crates/{name}/{encoded}/download")
            }
            93..=95 => format!("/api/v1/crates/{name}"),
            96 => format!("/api/v1/crates/{name}/{version}/../download"),
            97 => format!("/api/v1/crates/{name}/latest/download"),
            98 => format!("/assets/{name}-{version}.js"),
            _ => "/".to_owned(),
        }
    }

    fn line(&mut self, path: &str) -> String {
        let method = match self.random.u32(0..200) {
            0 => "HEAD",
            1 => "PUT",
            _ => "GET",
        };
        let as_json = self.random.u32(0..100) == 0;
        let accept = if as_json { "application/json" } else { "*/*" };
        let request = Request::new(method, "crates.io", path).with_accept([accept.as_bytes()]);
        let answer = signpost::answer(self.config, &request, Switch::ENFORCE);
        let reply = answer.reply();
        let user_agents = [
            "cargo/1.95.0 (9e3a1f21f 2026-04-12)",
            "cargo/1.90.0 (840b83a10 2025-07-30)",
            "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 \"Firefox\"/144.0",
        ];
        let exchange = Exchange {
            time: SystemTime::UNIX_EPOCH
                + Duration::from_micros(1_689_863_580_000_000 + self.number * BETWEEN),
            method,
            scheme: "https",
            host: "crates.io",
            path,
            protocol: "HTTP/2",
            referer: None,
            user_agent: self.random.choice(user_agents),
            client_ip: Some(IpAddr::from([
                198,
                18,
                self.random.u8(..),
                self.random.u8(..),
            ])),
            tls_cipher: Some("TLS_AES_128_GCM_SHA256"),
            tls_protocol: Some("TLSv1.3"),
            edge_location: self.random.choice(["FRA", "AMS", "IAD", "SJC", "NRT"]),
            status: reply.as_ref().map_or(200, |reply| reply.status),
            bytes: Some(0),
            content_type: reply.as_ref().and_then(|reply| reply.content_type()),
        };
        let in_force = InForce {
            revision: Some(self.config.revision()),
            switch: Switch::ENFORCE,
            client_ip: ClientIp::Full,
            fields: None,
        };
        answer.log_line(&exchange, &in_force)
    }
}
