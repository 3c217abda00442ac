//! Requests close to the routes of a configuration, each made from a seed and its number alone.

use crate::config::{Config, Route};
use crate::oracle::Asked;
use crate::pattern::{self, Piece};
use crate::random::Random;
use crate::values::value;

/// What is put into a request, somewhere.
const PIECES: &[&str] = &[
    "/",
    "//",
    ".",
    "..",
    "/./",
    "/../",
    "-",
    "--",
    "_",
    "+",
    "@",
    "!",
    ":",
    "~",
    "'",
    "(",
    ";",
    "=",
    "&",
    "|",
    "{",
    "\"",
    "<",
    " ",
    "*",
    "\\",
    "#",
    "?",
    "?a=/b",
    "%",
    "%z",
    "%4",
    "%25",
    "%2B",
    "%2b",
    "%2F",
    "%2f",
    "%5C",
    "%00",
    "%0A",
    "%7F",
    "%20",
    "%252F",
    "%252e",
    "%2e%2e",
    "%FF",
    "%C3",
    "%C3%A4",
    "ä",
    "%C2%85",
    "%E2%80%AE",
    "\u{1}",
    "\u{7f}",
    "1.0.0",
    "01.0.0",
    "1.0",
    "v",
    "v1.0.0",
    "-rc.1",
    "+build.1",
    "-01",
    "-a..b",
    "18446744073709551615.0.0",
    "18446744073709551616.0.0",
    ".zip",
    ".tar.gz",
    ".gem",
    "-latest",
    "-SNAPSHOT",
    "/@v/",
    "maven-metadata.xml",
    "SHASUMS256.txt",
    "blobs",
    "lib",
    "e3",
    "E3",
    "sha256:",
    "a",
    "A",
    "0",
];

const METHODS: [&str; 24] = [
    "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET",
    "GET", "GET", "GET", "HEAD", "HEAD", "OPTIONS", "OPTIONS", "POST", "PUT", "get", "GETS",
];

const ACCEPTS: [&str; 15] = [
    "application/json",
    "*/*",
    "text/html",
    "application/vnd.x+json",
    "APPLICATION/JSON",
    "application/json;q=0",
    "application/json; q=0.5",
    "application/json;q=0.000",
    "text/html, application/json;q=0.1",
    "application/json;q=1.000",
    "application/jsonp",
    "text/json",
    "application/json;charset=utf-8",
    "application/*",
    "text/html;q=0, a/b+json",
];

/// `CDN-Loop` and `Via`, whether or not they name a target.
const TRAILS: [(Option<&str>, Option<&str>); 6] = [
    (Some("cloudfront"), None),
    (Some("fastly, CloudFront; a=1"), None),
    (Some("cloudfronts"), None),
    (None, Some("2.0 3f9.cloudfront.net (CloudFront)")),
    (None, Some("1.1 varnish, 1.1 b.cloudfront.net:80")),
    (None, Some("1.1 cloudfronts.example")),
];

/// A request: an example, a row or a new one, changed in up to two places.
pub(crate) fn request(random: &mut Random, config: &Config, known: &[(String, String)]) -> Asked {
    let (host, target) = if random.once_in(3) {
        let route = random.pick(&config.routes);
        let hosts = if route.hosts.is_empty() {
            &config.hosts
        } else {
            &route.hosts
        };
        let host = if hosts.is_empty() {
            "registry.example"
        } else {
            random.pick(hosts).as_str()
        };
        (host.to_owned(), written(random, route))
    } else {
        random.pick(known).clone()
    };
    let mut target = target.into_bytes();
    for _ in 0..random.below(4).saturating_sub(1) {
        change(random, &mut target);
    }
    if target.first() != Some(&b'/') && !random.once_in(50) {
        target.insert(0, b'/');
    }
    let (cdn_loop, via) = if random.once_in(8) {
        *random.pick(&TRAILS)
    } else {
        (None, None)
    };
    let preflight = (
        "https://page.example",
        *random.pick(&["GET", "HEAD", "PUT", "get"]),
    );
    Asked {
        method: random.pick::<&'static str>(&METHODS),
        host: changed_host(random, host),
        target: String::from_utf8_lossy(&target).into_owned(),
        accept: (0..random.below(6).saturating_sub(3))
            .map(|_| *random.pick(&ACCEPTS))
            .collect(),
        preflight: Some(preflight).filter(|_| !random.once_in(4)),
        cdn_loop,
        via,
        is_https: !random.once_in(4),
        is_rewritten: random.once_in(32),
    }
}

fn changed_host(random: &mut Random, host: String) -> String {
    match random.below(120) {
        0 => format!("{host}:443"),
        1 => format!("{host}:8080"),
        2 => host.to_ascii_uppercase(),
        3 => format!("{host}.evil.example"),
        4 => format!("evil-{host}"),
        5 => format!("{host}."),
        6 => format!("{host}:"),
        7 => format!("{host}:a"),
        8 => String::new(),
        9 => "evil.example".to_owned(),
        10 => "[::1]:80".to_owned(),
        _ => host,
    }
}

/// A path of the route, with values of its types, or nearly.
fn written(random: &mut Random, route: &Route) -> String {
    let mut values = Vec::new();
    for piece in &route.path {
        if let Piece::Capture { name, kind } = piece {
            values.push((name, value(random, kind)));
        }
    }
    let mut written = String::new();
    for piece in &route.path {
        let (name, part) = match piece {
            Piece::Literal(text) => {
                written.push_str(text);
                continue;
            }
            Piece::Capture { name, .. } => (name, ""),
            Piece::Again { name, part } => (name, part.as_str()),
        };
        let (_, value) = values
            .iter()
            .find(|(other, _)| *other == name)
            .expect("a capture");
        for byte in pattern::part_of(value, part).unwrap_or_default().bytes() {
            if b"?#%".contains(&byte) || (byte != b'/' && random.once_in(16)) {
                written.push_str(&escape(byte));
            } else {
                written.push(char::from(byte));
            }
        }
    }
    written
}

/// Changes one place of a target.
fn change(random: &mut Random, target: &mut Vec<u8>) {
    let place = random.below(target.len());
    let byte = target.get(place).copied().unwrap_or(b'/');
    let end = (place + 1).min(target.len());
    let replaced = place..end;
    match random.below(12) {
        0 => drop(target.splice(replaced, escape(byte).into_bytes())),
        1 => drop(target.splice(replaced, escape(byte).to_ascii_lowercase().into_bytes())),
        2 => drop(target.splice(replaced, escape(byte).replace('%', "%25").into_bytes())),
        3 | 4 => drop(target.splice(place..place, random.pick(PIECES).bytes())),
        5 => drop(target.splice(replaced, random.pick(PIECES).bytes())),
        6 => drop(target.drain(place..(place + 1 + random.below(3)).min(target.len()))),
        7 => target
            .splice(
                replaced,
                [b' ' + u8::try_from(random.below(95)).expect("below 95")],
            )
            .for_each(drop),
        8 => target[replaced].iter_mut().for_each(|byte| *byte ^= 0x20),
        9 => {
            let length = if random.once_in(8) { 2000 } else { 300 };
            let length = random.below(length);
            // The oracle reads a path in every way, and each of these may be a literal.
            let byte = if b"-.".contains(&byte) { b'a' } else { byte };
            target
                .splice(place..place, std::iter::repeat_n(byte, length))
                .for_each(drop);
        }
        10 => target.push(b'/'),
        _ => change_segments(random, target),
    }
}

/// Repeats, removes or exchanges a segment.
fn change_segments(random: &mut Random, target: &mut Vec<u8>) {
    let mut segments: Vec<_> = target
        .split(|byte| *byte == b'/')
        .map(<[u8]>::to_vec)
        .collect();
    let (one, other) = (random.below(segments.len()), random.below(segments.len()));
    let source = segments[other].clone();
    match random.below(4) {
        0 => segments.insert(one, source),
        1 => drop(segments.remove(one)),
        2 => segments[one] = source,
        _ => segments.swap(one, other),
    }
    *target = segments.join(&b'/');
}

fn escape(byte: u8) -> String {
    format!("%{byte:02X}")
}
