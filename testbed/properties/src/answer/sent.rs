//! What a location must be, whoever built it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use signpost::Answer;
use signpost::values::MAX_LOCATION;
use url::Url;

/// The location is below the base of a target, as a client reads it.
pub(crate) fn check_location(answer: &Answer<'_, '_>, location: &str) {
    let config = answer.config().expect("who is sent there is sent by a configuration");
    let target = answer.target().expect("a location is at a target");
    let below = location.strip_prefix(target.base().as_str());
    let below = below.unwrap_or_else(|| panic!("{location} is not below {}", target.base()));
    assert!(below.starts_with('/') && below.len() > 1, "{location}");
    assert!(location.len() <= MAX_LOCATION, "{location}");
    assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location:?}");
    assert!(!location.contains(['?', '#', '\\', '"']), "{location}");
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    assert!(below.split('/').skip(1).all(is_plain), "{location}");
    let read = Url::parse(location).unwrap_or_else(|error| panic!("{location}: {error}"));
    assert_eq!(read.as_str(), location);
    assert!(read.username().is_empty() && read.password().is_none(), "{location}");
    let host = read.host_str().unwrap_or_default();
    let is_allowed = config.allowed_hosts().iter().any(|it| it.as_str() == host);
    assert!(is_allowed, "{location}");
    let is_loopback = target.base().host().is_loopback();
    assert!(read.scheme() == "https" || is_loopback, "{location}");
}

/// No two requests share a location: the captures read from it write the path that was asked for.
pub(crate) fn check_read_back(answer: &Answer<'_, '_>, location: &str) {
    let (Some(chosen), Some(target)) = (answer.chosen(), answer.target()) else {
        panic!("{location} was chosen by nobody");
    };
    let (found, base) = (chosen.found(), target.base().as_str());
    let (route, request) = (found.route(), found.request());
    let below = location.get(base.len()..).unwrap_or_default();
    let segments: Vec<Cow<'_, str>> = below.split('/').skip(1).map(decoded).collect();
    let read = route.location().read(&segments);
    assert_eq!(read.as_deref(), Ok(found.captures()), "{location}");
    let path = request.segments().unwrap_or_default();
    let captures = route.path().read(path).unwrap_or_default();
    assert_eq!(route.path().text(&captures), format!("/{}", path.join("/")), "{location}");
    let is_unused = |name: &str| route.unused().any(|slot| slot.name() == name);
    let slots = route.path().captures().iter().zip(&captures);
    let held = slots.filter(|(slot, _)| !is_unused(slot.name())).map(|(_, capture)| capture);
    assert!(held.eq(found.captures()), "{location}");
}

fn decoded(segment: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(segment).decode_utf8();
    decoded.unwrap_or_else(|error| panic!("{segment}: {error}"))
}
