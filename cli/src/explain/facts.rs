//! Stage 4: what each point of the proof compared. The verdicts are the proof's own.

use signpost::location::{Point, Verdict};
use signpost::route::RouteMatch;
use signpost::target::Candidate;
use signpost::values::{Base, Host, MAX_LOCATION};
use url::Url;

use super::routes::captured;

/// What a point compared, in a few words.
pub(super) fn compared((point, verdict): (Point, Verdict), candidate: &Candidate<'_>) -> String {
    let chosen = candidate.chosen();
    let (found, base) = (chosen.found(), chosen.target().base());
    let candidate = candidate.as_str();
    let url = match Url::parse(candidate) {
        Ok(url) => url,
        Err(error) if point == Point::AbsoluteUrl => return error.to_string(),
        Err(_) if verdict == Verdict::NotReached => return "not asked: it is not a URL".to_owned(),
        Err(_) => return of_text(point, candidate),
    };
    match point {
        Point::ShortEnough | Point::PrintableAscii => of_text(point, candidate),
        Point::AbsoluteUrl => "it is one".to_owned(),
        Point::Canonical if url.as_str() == candidate => "the very same bytes".to_owned(),
        Point::Canonical => format!("a client reads {url}"),
        Point::SchemeOfBase => format!("{}; the base's is {}", url.scheme(), base.scheme()),
        Point::HostOfBase => format!(
            "{}; the base's are {}:{}; allowed_hosts = {}",
            host_and_port(&url),
            base.host(),
            base.port(),
            listed(found.config().allowed_hosts()),
        ),
        Point::NothingElse => other_parts(&url),
        Point::PlainSegments => url.path_segments().map_or_else(
            || url.path().to_owned(),
            |all| all.collect::<Vec<_>>().join(" · "),
        ),
        Point::SameCaptures => captures(found),
        Point::NoLoop => loop_check(base, found),
    }
}

/// Describes the text of a candidate, before it is read as a URL.
fn of_text(point: Point, candidate: &str) -> String {
    if point == Point::ShortEnough {
        return format!("{} bytes of {MAX_LOCATION}", candidate.len());
    }
    candidate
        .char_indices()
        .find(|(_, character)| !character.is_ascii_graphic())
        .map_or_else(
            || "every character is".to_owned(),
            |(place, character)| format!("{character:?} at byte {place} is not"),
        )
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn other_parts(url: &Url) -> String {
    let has_user_info = !url.username().is_empty() || url.password().is_some();
    let parts = [
        has_user_info.then(|| "user info".to_owned()),
        url.query().map(|query| format!("the query `{query}`")),
        url.fragment()
            .map(|fragment| format!("the fragment `{fragment}`")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "host and path are all".to_owned()
    } else {
        format!("it has {}", parts.join(" and "))
    }
}

fn captures(found: &RouteMatch<'_, '_>) -> String {
    let captured = captured(found.route().location(), found.captures());
    if captured.is_empty() {
        return "the route captures nothing".to_owned();
    }
    let captured: Vec<_> = captured
        .iter()
        .map(|capture| format!("{} = {}", capture.name, capture.text))
        .collect();
    captured.join(", ")
}

fn loop_check(base: &Base, found: &RouteMatch<'_, '_>) -> String {
    let to = base.host();
    let from = match found.request().host() {
        "" => "an unknown host",
        host => host,
    };
    let ours = match found.config().hosts() {
        Some(hosts) => format!("; hosts = {}", listed(hosts)),
        None => String::new(),
    };
    format!("from {from} to {to}{ours}")
}

fn listed(hosts: &[Host]) -> String {
    let hosts: Vec<_> = hosts
        .iter()
        .map(|host| format!("{:?}", host.as_str()))
        .collect();
    format!("[{}]", hosts.join(", "))
}
