//! The requests of a soak, each with what is right for it.

use std::fmt::Write as _;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use signpost_rows::hostile::{DOWNLOAD, Expect as OfHostile, TARGETS};
use signpost_rows::{CrateFile, Expect, crates, preset as preset_text, preset_rows};

use super::origin::{BLOCK, LONGEST, TOLD};
use super::world::{Form, Own, Right, Route, World};

/// The most attempts of one client at one file.
const ATTEMPTS: usize = 6;

/// What the requests of a phase are.
#[derive(Clone, Debug)]
pub(super) enum Asks {
    /// For files of crates.io, and everything else that a registry is asked for.
    Crates(World),
    /// The rows of a preset.
    Preset(&'static str),
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The length of the body is not announced.
    pub(super) is_chunked: bool,
    /// The bytes of the target, where no client would write them.
    pub(super) raw_target: Option<&'static [u8]>,
}

/// A request, and what is right for it; for one of several attempts, after none, one, two and so on.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) asked: Asked,
    pub(super) right: Vec<Right>,
}

impl Asks {
    /// The requests that one client makes, one after the other; the first of them has this number.
    pub(super) fn of_client(&self, number: u64, random: &mut Rng) -> Vec<Ask> {
        let mut asks = match self {
            Self::Preset(name) => vec![row_of(name, random)],
            // Makes the secret of attempts, as the only client: two that are made at once forget attempts.
            Self::Crates(world) if world.has_retry && number == 0 => attempts(world, random),
            Self::Crates(world) => match random.u8(..100) {
                0..20 if world.has_retry => attempts(world, random),
                0..40 => vec![file(world, random, Form::Redirect)],
                40..48 => vec![file(world, random, Form::Json)],
                48..53 => vec![file(world, random, Form::Preflight)],
                53..72 => vec![page(world, random)],
                72..82 => vec![upload(world, random)],
                82..90 => vec![almost_a_file(world, random)],
                90..96 => vec![other_method(world, random)],
                _ if world.next.is_none() => vec![hostile(world, random)],
                _ => vec![page(world, random)],
            },
        };
        let client = format!("soak/{number}");
        for (ask, number) in asks.iter_mut().zip(number..) {
            let headers = &mut ask.asked.headers;
            set(headers, "user-agent", &client);
            set(headers, "referer", &format!("{REFERER}{number}"));
        }
        asks
    }
}

/// What `Referer` holds before the number of a request, by which its log line is known.
pub(super) const REFERER: &str = "https://soak.example/";

impl Asked {
    /// A request to crates.io, with what the origin is to answer if it gets it.
    fn new(method: Method, target: impl Into<String>, random: &mut Rng) -> Self {
        let status = match random.u8(..20) {
            0 => 404,
            1 => 204,
            2 => 304,
            3 => 500,
            4 => 503,
            5 => 429,
            6 => 301,
            _ => 200,
        };
        // Most are short.
        let length = random.usize(..LONGEST) >> random.u8(..16);
        let start = random.usize(..LONGEST);
        let mut headers = HeaderMap::new();
        set(&mut headers, "host", "crates.io");
        set(&mut headers, TOLD, &format!("{status} {length} {start}"));
        Self {
            method,
            target: target.into(),
            headers,
            body: Bytes::new(),
            is_chunked: false,
            raw_target: None,
        }
    }

    fn with_body(mut self, random: &mut Rng) -> Self {
        let length = random.usize(..3 * LONGEST) >> random.u8(..16);
        let start = random.usize(..LONGEST);
        self.body = BLOCK.slice(start..start + length);
        self.is_chunked = random.bool();
        self
    }

    /// The request as it is shown, without its body.
    pub(super) fn shown(&self) -> String {
        let target = match self.raw_target {
            Some(target) => target.escape_ascii().to_string(),
            None => self.target.clone(),
        };
        let mut text = format!("{} {target} HTTP/1.1\n", self.method);
        for (name, value) in &self.headers {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}: {}", value.as_bytes().escape_ascii());
        }
        let length = self.body.len();
        let how = if self.is_chunked { ", chunked" } else { "" };
        let _ = writeln!(text, "({length} bytes{how})");
        text
    }
}

impl Ask {
    fn new(asked: Asked, right: Right) -> Self {
        let right = vec![right];
        Self { asked, right }
    }
}

fn file(world: &World, random: &mut Rng, form: Form) -> Ask {
    let file = any_file(random);
    let route = match random.u8(..4) {
        0 => Route::Readme,
        1 => Route::CdnDownload,
        _ => Route::Download,
    };
    let path = route.path(file.name, &spelt(file.version, random));
    let query = ["", "", "", "?x=1", "?a=b&c=%20"][random.usize(..5)];
    let method = match form {
        Form::Redirect if random.u8(..6) == 0 => Method::HEAD,
        Form::Preflight => Method::OPTIONS,
        _ => Method::GET,
    };
    let mut asked = Asked::new(method, format!("{path}{query}"), random);
    let headers = &mut asked.headers;
    match form {
        Form::Redirect => match random.u8(..8) {
            0 => set(headers, "range", "bytes=100-199"),
            1 => set(headers, "if-none-match", "\"a\""),
            2 => set(headers, "accept", "application/octet-stream, */*"),
            _ => {}
        },
        Form::Json => set(headers, "accept", "text/html;q=0.5, application/json"),
        Form::Preflight => {
            set(headers, "origin", "https://docs.example");
            set(headers, "access-control-request-method", "GET");
        }
    }
    let right = world.file(route, file, &path, form);
    Ask::new(asked, right)
}

/// Several attempts of a client at a download.
fn attempts(world: &World, random: &mut Rng) -> Vec<Ask> {
    let file = any_file(random);
    let path = Route::Download.path(file.name, file.version);
    let right: Vec<_> = (0..ATTEMPTS)
        .map(|earlier| world.attempt(file, &path, earlier))
        .collect();
    (0..random.usize(2..=ATTEMPTS))
        .map(|_| Ask {
            asked: Asked::new(Method::GET, &*path, random),
            right: right.clone(),
        })
        .collect()
}

/// What no route has.
fn page(world: &World, random: &mut Rng) -> Ask {
    let name = any_file(random).name;
    let path = match random.u8(..6) {
        0 => format!("/api/v1/crates/{name}"),
        1 => format!("/crates/{name}"),
        2 => "/".to_owned(),
        3 => format!("/assets/{name}.js"),
        _ => "/api/v1/crates".to_owned(),
    };
    let method = if random.u8(..8) == 0 {
        Method::HEAD
    } else {
        Method::GET
    };
    let mut asked = Asked::new(method, format!("{path}?page={}", random.u16(..)), random);
    match random.u8(..4) {
        0 => set(&mut asked.headers, "range", "bytes=0-99"),
        1 => set(&mut asked.headers, "authorization", "secret"),
        _ => {}
    }
    Ask::new(asked, world.origins("no-route", &path))
}

fn upload(world: &World, random: &mut Rng) -> Ask {
    let (method, path) = match random.u8(..3) {
        0 => (Method::POST, "/api/v1/me"),
        _ => (Method::PUT, "/api/v1/crates/new"),
    };
    let asked = Asked::new(method, path, random).with_body(random);
    Ask::new(asked, world.origins("no-route", path))
}

fn other_method(world: &World, random: &mut Rng) -> Ask {
    let file = any_file(random);
    let path = Route::Download.path(file.name, file.version);
    let method = match random.u8(..3) {
        0 => Method::DELETE,
        1 => Method::PATCH,
        _ => Method::PUT,
    };
    let asked = Asked::new(method, &*path, random).with_body(random);
    Ask::new(asked, world.origins("method-not-redirectable", &path))
}

/// Paths that are nearly a download's, and the host that is not ours.
fn almost_a_file(world: &World, random: &mut Rng) -> Ask {
    let CrateFile { name, version, .. } = any_file(random);
    let three = version.split(['-', '+']).next().unwrap_or_default();
    let two = three.rsplit_once('.').map_or(three, |(two, _)| two);
    let at = |name: &str, version: &str| Route::Download.path(name, version);
    let (path, reason) = match random.u8(..10) {
        0 => (at(name, two), "version-invalid"),
        1 => (at(name, &format!("v{version}")), "version-invalid"),
        2 => (at(&format!("1{name}"), version), "name-invalid"),
        3 => (at(name, ""), "path-malformed"),
        4 => (at(name, &format!("{version}%25")), "path-malformed"),
        5 => (at(&format!("{name}%2F{name}"), version), "path-malformed"),
        6 => (at(name, version) + "/", "no-route"),
        7 => (at(name, version) + "s", "no-route"),
        8 => (format!("/{name}/{name}-{version}.crate"), "no-route"),
        _ => (at(name, version), "no-route"),
    };
    let mut asked = Asked::new(Method::GET, &*path, random);
    if path == at(name, version) {
        set(&mut asked.headers, "host", "crates.example");
    }
    Ask::new(asked, world.origins(reason, &path))
}

fn hostile(world: &World, random: &mut Rng) -> Ask {
    let (target, expect) = &TARGETS[random.usize(..TARGETS.len())];
    let mut asked = Asked::new(Method::GET, String::from_utf8_lossy(target), random);
    asked.raw_target = Some(target);
    let smallvec = CrateFile {
        name: "smallvec",
        version: "1.10.0",
        sha256: "",
    };
    let right = match expect {
        OfHostile::Redirect => world.file(Route::Download, &smallvec, DOWNLOAD, Form::Redirect),
        OfHostile::Origin(reason) => world.origins(reason, ""),
        OfHostile::NotAskedAtAll => Right {
            is_platforms: true,
            ..Right::default()
        },
    };
    Ask::new(asked, right)
}

fn row_of(preset: &str, random: &mut Rng) -> Ask {
    let rows: Vec<_> = preset_rows()
        .iter()
        .filter(|row| row.preset == preset)
        .collect();
    let row = rows[random.usize(..rows.len())];
    let method = row.method.parse().unwrap_or_default();
    let mut asked = Asked::new(method, row.target, random);
    set(&mut asked.headers, "host", row.host);
    let right = match row.expect {
        Expect::Redirect { location } | Expect::Json { location } => {
            let mut lines = preset_text(preset)
                .lines()
                .map(|line| line.replace(' ', ""));
            let has_cors = lines.any(|line| line == "cors=true");
            Right::own(Own::redirect_to(location, has_cors))
        }
        Expect::Origin { reason } => Right::origin(format!("origin;reason=\"{reason}\"")),
    };
    Ask::new(asked, right)
}

fn any_file(random: &mut Rng) -> &'static CrateFile {
    let files = crates();
    &files[random.usize(..files.len())]
}

/// The version as one of the spellings that mean it.
fn spelt(version: &str, random: &mut Rng) -> String {
    match random.u8(..4) {
        0 => version.replace('+', "%2B"),
        1 => version.replace('0', "%30"),
        _ => version.to_owned(),
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // A value that is none is left out, and missed.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
