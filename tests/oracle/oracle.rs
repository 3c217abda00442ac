//! What docs/request-handling.md says that a request gets, in the order of its chart.
//!
//! It shares nothing with the library: a path is a string, and it is read in every way that there is. Not
//! here are `[retry]`, `next`, the health of targets, shares of `enforce`, and what the origin answers.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::config::{Config, Route, Target};
use crate::pattern::{self, Piece, Reading};

/// A request as a client sends it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) host: String,
    /// The path and the query.
    pub(crate) target: String,
    pub(crate) accept: Vec<&'static str>,
    /// `Origin` and `Access-Control-Request-Method`.
    pub(crate) preflight: Option<(&'static str, &'static str)>,
    pub(crate) cdn_loop: Option<&'static str>,
    pub(crate) via: Option<&'static str>,
    pub(crate) is_https: bool,
    /// Whether the path was rewritten before the edge saw it.
    pub(crate) is_rewritten: bool,
}

/// The right answers to a request: a reason for which the origin answers, or a status, headers and a body
/// as [`reply`] writes them. There are several where the page does not say which.
pub(crate) fn answers(config: &Config, asked: &Asked, switch: &str) -> Vec<String> {
    if !applies(&config.hosts, &asked.host) {
        return one("no-route");
    }
    let Some(path) = decoded(&asked.target) else {
        return one("path-malformed");
    };
    let (mut readings, mut is_origin) = (Vec::new(), false);
    for route in &config.routes {
        if applies(&route.hosts, &asked.host) {
            let of_route = pattern::readings(&route.path, &path);
            if route.is_origin {
                is_origin |= of_route
                    .iter()
                    .any(|reading| pattern::misfits(reading).is_empty());
            } else {
                readings.extend(of_route.into_iter().map(|reading| (route, reading)));
            }
        }
    }
    if is_origin {
        return one("origin-route");
    }
    if readings.is_empty() {
        return one("no-route");
    }
    if asked.is_rewritten {
        return one("path-malformed");
    }
    if !may_be_redirected(config, asked) {
        return one("method-not-redirectable");
    }
    let is_fitting = |(_, reading): &&(&Route, Reading)| pattern::misfits(reading).is_empty();
    let mut fitting = readings.iter().filter(is_fitting);
    let Some((route, reading)) = fitting.next() else {
        let first = readings[0].0;
        let of_first = readings
            .iter()
            .filter(|(route, _)| std::ptr::eq(*route, first));
        let misfits = of_first.flat_map(|(_, reading)| pattern::misfits(reading));
        return misfits.map(str::to_owned).collect();
    };
    assert!(
        fitting.next().is_none(),
        "a path is read in two ways: {asked:?}"
    );
    on_route(config, asked, switch, route, reading)
}

fn one(answer: &str) -> Vec<String> {
    vec![answer.to_owned()]
}

fn on_route(
    config: &Config,
    asked: &Asked,
    switch: &str,
    route: &Route,
    reading: &Reading<'_>,
) -> Vec<String> {
    let mut locations = Vec::new();
    for target in &route.targets {
        match location(route, target, reading) {
            Ok(location) if location.len() <= 2048 => locations.push((target, location)),
            Ok(_) => return one("capture-invalid"),
            Err(reason) => return one(reason),
        }
    }
    if route.targets.iter().any(|target| came_from(asked, target)) {
        return one("came-from-target");
    }
    match switch {
        "off" => return one("switch-off"),
        "shadow" => return one("switch-shadow"),
        _ => {}
    }
    let scores = locations
        .iter()
        .map(|(target, _)| score(route, target, reading));
    let scores: Vec<_> = scores.collect();
    let smallest = scores.iter().copied().fold(f64::INFINITY, f64::min);
    // The page calculates logarithms to 32 binary places; two that are as near as this may change places.
    let nearest = locations
        .iter()
        .zip(&scores)
        .filter(|(_, score)| **score <= smallest + 1e-8);
    nearest
        .map(|((_, location), _)| sent(config, asked, route, location))
        .collect()
}

/// Whether a request for this host is one of the hosts, on any port.
fn applies(hosts: &[String], host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    hosts.is_empty() || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The path, decoded once; `None` if it cannot be decoded without doubt.
fn decoded(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let segments: Vec<_> = path
        .split('/')
        .map(decoded_segment)
        .collect::<Option<_>>()?;
    let (_, all_but_last) = segments.split_last()?;
    let has_gap = all_but_last.iter().any(String::is_empty);
    (!has_gap).then(|| format!("/{}", segments.join("/")))
}

fn decoded_segment(segment: &str) -> Option<String> {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::new();
    let mut index = 0;
    while index < bytes.len() {
        let digits = segment
            .get(index..index + 3)
            .and_then(|text| text.strip_prefix('%'));
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[index]));
        index += if escaped.is_some() { 3 } else { 1 };
    }
    let decoded = String::from_utf8(decoded).ok()?;
    let is_doubtful = |character: char| character.is_ascii_control() || "/\\%".contains(character);
    let is_plain = decoded != "." && decoded != ".." && !decoded.contains(is_doubtful);
    is_plain.then_some(decoded)
}

fn may_be_redirected(config: &Config, asked: &Asked) -> bool {
    match asked.method {
        "GET" | "HEAD" => true,
        "OPTIONS" => config.cors && is_preflight(asked),
        _ => false,
    }
}

fn is_preflight(asked: &Asked) -> bool {
    asked.method == "OPTIONS" && matches!(asked.preflight, Some((_, "GET" | "HEAD")))
}

/// The location at a target, or the reason why a capture is too short for it.
fn location(route: &Route, target: &Target, reading: &Reading<'_>) -> Result<String, &'static str> {
    let mut location = target.base.clone();
    for piece in &route.location {
        let text = match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Again { name, part } => {
                let (kind, whole) = pattern::captured(reading, name);
                pattern::part_of(whole, part).ok_or(crate::kinds::reason(kind))?
            }
            Piece::Capture { .. } => panic!("a location repeats captures: {piece:?}"),
        };
        for byte in text.bytes() {
            let character = char::from(byte);
            if byte.is_ascii_alphanumeric()
                || "-._~/".contains(character)
                || target.unencoded.contains(character)
            {
                location.push(character);
            } else {
                write!(location, "%{byte:02X}").expect("a string takes everything");
            }
        }
    }
    Ok(location)
}

/// Whether the request says that it comes from the target: in `CDN-Loop` as an identifier, or in `Via` as a
/// comment or a label of the host.
fn came_from(asked: &Asked, target: &Target) -> bool {
    let Some(name) = &target.loop_name else {
        return false;
    };
    let is_name = |text: &str| text.trim().eq_ignore_ascii_case(name);
    let in_loop = asked.cdn_loop.is_some_and(|value| {
        let mut identifiers = value.split(',').filter_map(|entry| entry.split(';').next());
        identifiers.any(is_name)
    });
    let in_via = asked.via.is_some_and(|value| {
        value.split(',').any(|entry| {
            let (before, comment) = entry.split_once('(').unwrap_or((entry, ""));
            let host = before.split_whitespace().nth(1).unwrap_or_default();
            host.split(['.', ':']).any(is_name) || is_name(comment.trim_end_matches(')'))
        })
    });
    in_loop || in_via
}

/// The target with the smallest score comes first.
fn score(route: &Route, target: &Target, reading: &Reading<'_>) -> f64 {
    let mut hash = Sha256::new();
    for (piece, text) in reading {
        if let Piece::Capture { name, .. } = piece
            && has(&route.location, name)
        {
            hash.update(text);
            hash.update([0]);
        }
    }
    hash.update(&target.name);
    let first = hash.finalize()[..8]
        .iter()
        .fold(0.0_f64, |sum, byte| sum * 256.0 + f64::from(*byte));
    let weight = f64::from(u32::try_from(target.weight).expect("a weight"));
    (64.0 - (first + 1.0).log2()) / weight
}

/// Whether a location has a capture, or a part of it.
fn has(location: &[Piece], wanted: &str) -> bool {
    let is_wanted = |piece: &Piece| matches!(piece, Piece::Again { name, .. } if name == wanted);
    location.iter().any(is_wanted)
}

/// What the edge sends to a client that is told the location, or that it would be.
fn sent(config: &Config, asked: &Asked, route: &Route, location: &str) -> String {
    let is_preflight = is_preflight(asked);
    let as_json = route.json && asked.accept.iter().any(|value| names_json(value));
    let decision = if is_preflight {
        "preflight"
    } else {
        "redirect"
    };
    let decision = format!("{decision};route=\"{}\"", route.name);
    let mut headers = vec![("signpost-decision", decision)];
    if config.cors {
        headers.push(("access-control-allow-origin", "*".to_owned()));
    }
    let hsts = config.hsts.clone().filter(|_| asked.is_https);
    headers.extend(hsts.map(|value| ("strict-transport-security", value)));
    if is_preflight {
        headers.push((
            "access-control-allow-methods",
            "GET, HEAD, OPTIONS".to_owned(),
        ));
        headers.push((
            "access-control-allow-headers",
            "*, Authorization".to_owned(),
        ));
        return reply(204, &headers, "");
    }
    if route.json {
        headers.push(("vary", "Accept".to_owned()));
    }
    let of_json = Some("no-store".to_owned()).filter(|_| as_json);
    let cache_control = route.cache_control.clone().or(of_json);
    headers.extend(cache_control.map(|value| ("cache-control", value)));
    if as_json {
        headers.push(("content-type", "application/json".to_owned()));
        return reply(200, &headers, &format!("{{\"url\":\"{location}\"}}"));
    }
    headers.push(("location", location.to_owned()));
    reply(route.status, &headers, "")
}

/// A reply as text, with its headers in the order of their names.
pub(crate) fn reply(status: u64, headers: &[(&str, String)], body: &str) -> String {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.sort();
    format!("{status}\n{}\n\n{body}", lines.join("\n"))
}

/// Whether `Accept` names a JSON type with a weight above 0.
fn names_json(accept: &str) -> bool {
    accept.to_ascii_lowercase().split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let is_json = kind.ends_with("/json") || kind.ends_with("+json");
        let is_zero = |part: &str| {
            part.strip_prefix("q=")
                .is_some_and(|weight| weight.parse().is_ok_and(|weight: f64| weight <= 0.0))
        };
        is_json && !parts.any(is_zero)
    })
}
