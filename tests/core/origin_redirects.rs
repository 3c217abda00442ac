//! The origin's own redirects are left, reported, or repaired.

use crate::test;
use std::borrow::Cow;

use crate::fixtures::configs;
use crate::fixtures::exchange;
use crate::fixtures::proving::built_by;
use signpost::Answer;
use signpost::config::Config;
use signpost::decision::Because;
use signpost::location::Location;
use signpost::origin_redirect::{OriginAnswer, OriginRedirect};
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::Switch;
use signpost_rows::{PRODUCTION, SmallConfig, changed, with_hosts};

const SMALLVEC: &str = "/api/v1/crates/smallvec/1.10.0/download";
const PROVEN: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";
const OF_2023: &str = "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate";

/// Production's configuration with this `check_redirects`.
#[track_caller]
fn production(check: &str) -> Config {
    let backends = "backends = [\"origin\"]";
    let toml = changed(
        PRODUCTION,
        backends,
        &format!("{backends}\ncheck_redirects = \"{check}\""),
    );
    // Besides the host that is asked, the registry has another.
    configs::read(&with_hosts(&toml, "[\"crates.io\", \"files.crates.io\"]"))
}

/// What happens to an answer: nothing, a report of where it leads, or also another location.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Done {
    Left,
    Reported(&'static str),
    Repaired(&'static str),
}
use Done::{Left, Repaired, Reported};

/// The status, the `Location` fields, and what `repair` does. `report` says the same and repairs
/// nothing.
const ROWS: &[(u16, &[&[u8]], Done)] = &[
    (302, &[PROVEN.as_bytes()], Left),
    (302, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (301, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (303, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (307, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (308, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    // Clients follow these too, if there is a location.
    (300, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (304, &[OF_2023.as_bytes()], Repaired(OF_2023)),
    (304, &[], Left),
    (302, &[], Left),
    // No redirects.
    (200, &[OF_2023.as_bytes()], Left),
    (201, &[OF_2023.as_bytes()], Left),
    (299, &[OF_2023.as_bytes()], Left),
    (400, &[OF_2023.as_bytes()], Left),
    (503, &[OF_2023.as_bytes()], Left),
    // An allowed host, and another path, scheme, port or spelling: the origin may know why.
    (
        302,
        &[b"https://static.crates.io/other"],
        Reported("https://static.crates.io/other"),
    ),
    (
        302,
        &[b"http://static.crates.io/other"],
        Reported("http://static.crates.io/other"),
    ),
    (
        302,
        &[b"https://static.crates.io:8443/"],
        Reported("https://static.crates.io:8443/"),
    ),
    (
        302,
        &[b"HTTPS://Static.Crates.IO/crates/smallvec/smallvec-1.10.0.crate"],
        Reported(PROVEN),
    ),
    (
        302,
        &[b"//static.crates.io/other"],
        Reported("https://static.crates.io/other"),
    ),
    // Relative ones start from the request.
    (
        302,
        &[b"//static.crates.io/crates/smallvec/smallvec-1.10.0.crate"],
        Left,
    ),
    // The registry's own hosts: it may know another name, or tell about a removed crate.
    (302, &[b"/login"], Reported("https://crates.io/login")),
    (
        302,
        &[b"../x"],
        Reported("https://crates.io/api/v1/crates/smallvec/x"),
    ),
    (
        302,
        &[b"?a"],
        Reported("https://crates.io/api/v1/crates/smallvec/1.10.0/download"),
    ),
    (
        301,
        &[b"https://crates.io/api/v1/crates/SmallVec/1.10.0/download"],
        Reported("https://crates.io/api/v1/crates/SmallVec/1.10.0/download"),
    ),
    (
        302,
        &[b"http://CRATES.io:8080/crates/smallvec"],
        Reported("http://crates.io:8080/crates/smallvec"),
    ),
    (
        302,
        &[b"https://files.crates.io/removed"],
        Reported("https://files.crates.io/removed"),
    ),
    // Clients read these in one way as far as the host goes.
    (302, &["/søg".as_bytes()], Reported("/søg")),
    (
        302,
        &[b"https://crates.io/a b?secret"],
        Reported("https://crates.io/a b"),
    ),
    (
        302,
        &[b"/login", b"https://files.crates.io/"],
        Reported("/login, https://files.crates.io/"),
    ),
    (
        302,
        &[b"/login", OF_2023.as_bytes()],
        Repaired("/login, https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate"),
    ),
    (302, &[b"\\login"], Repaired("\\login")),
    (302, &[b"/\xff"], Repaired("/\u{fffd}")),
    (
        302,
        &[b"https://other.crates.io/removed"],
        Repaired("https://other.crates.io/removed"),
    ),
    // The host is the one that a client would ask.
    (
        302,
        &[b"https://static.crates.io@evil.example/a"],
        Repaired("https://evil.example/a"),
    ),
    (
        302,
        &[b"https://static.crates.io.evil.example/a"],
        Repaired("https://static.crates.io.evil.example/a"),
    ),
    (
        302,
        &[b"https://static.crates.io./a"],
        Repaired("https://static.crates.io./a"),
    ),
    (302, &[b"data:text/plain,a"], Repaired("data:text/plain,a")),
    // Secrets are not written down.
    (
        302,
        &[b"https://me:secret@s3.example/a?token=secret#secret"],
        Repaired("https://s3.example/a"),
    ),
    // Locations that cannot be read, or only in several ways.
    (302, &[b""], Repaired("")),
    (302, &[b"https://"], Repaired("https://")),
    (302, &[b"https://[::1/a?secret"], Repaired("https://[::1/a")),
    (
        302,
        &[b"https://static.crates.io/a b"],
        Repaired("https://static.crates.io/a b"),
    ),
    (
        302,
        &[b"https:\\\\static.crates.io\\a"],
        Repaired("https:\\\\static.crates.io\\a"),
    ),
    (
        302,
        &[b"https://static.crates.io/\xff#secret"],
        Repaired("https://static.crates.io/\u{fffd}"),
    ),
    (
        302,
        &["https://static.crates.io/ä".as_bytes()],
        Repaired("https://static.crates.io/ä"),
    ),
    (
        302,
        &[PROVEN.as_bytes(), OF_2023.as_bytes()],
        Repaired(
            "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate, https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate",
        ),
    ),
];

fn after<'c, 'r>(
    answer: Answer<'c, 'r>,
    status: u16,
    locations: &[&[u8]],
    requested: &str,
) -> Answer<'c, 'r> {
    let locations: Vec<Vec<u8>> = locations.iter().map(|location| location.to_vec()).collect();
    let answered = OriginAnswer {
        status,
        locations: &locations,
        requested,
    };
    answer.after_origin_answered(&answered)
}

#[track_caller]
fn check(config: &Config, status: u16, locations: &[&[u8]], expected: Done) {
    let row = format!("{:?}: {status} {locations:?}", config.origin());
    let request = Request::new("GET", "crates.io", SMALLVEC);
    let requested = format!("https://crates.io{SMALLVEC}");
    let off = signpost::answer(config, &request, Switch::OFF);
    let off = after(off, status, locations, &requested);
    assert_eq!(off.reply(), None, "{row}: off");
    assert_eq!(off.because(), None, "{row}: off");
    let decided = signpost::answer(config, &request, Switch::SHADOW);
    let answer = after(decided.clone(), status, locations, &requested);
    assert_eq!(answer.decision(), decided.decision(), "{row}");
    let named_when_off = off.origin_redirect().map(OriginRedirect::named);
    let named = answer.origin_redirect().map(OriginRedirect::named);
    assert_eq!(named_when_off, named, "{row}: off");
    let Some(redirect) = answer.origin_redirect() else {
        assert_eq!(expected, Left, "{row}");
        assert_eq!(answer, decided, "{row}");
        return;
    };
    let repair = redirect.repair().map(Location::as_str);
    let (named, led_to, because) = match expected {
        Left => panic!("{row}: {redirect}"),
        Reported(named) => (named, None, None),
        Repaired(named) => (named, Some(PROVEN), Some(Because::OriginRedirect)),
    };
    assert_eq!(redirect.named(), named, "{row}");
    assert_eq!(repair, led_to, "{row}");
    assert_eq!(answer.because(), because, "{row}");
    let sent = answer.reply().map(|reply| (reply.status, reply.headers));
    assert_eq!(sent, led_to.map(|_| repaired()), "{row}");
    let said = match led_to {
        Some(location) => format!("and the client is sent to `{location}`"),
        None => "which is not the proven location".to_owned(),
    };
    let said = format!("the origin redirects to `{named}`, {said}");
    assert_eq!(redirect.to_string(), said, "{row}");
}

/// The redirect that replaces a wrong one of the origin's.
fn repaired() -> (u16, Vec<(&'static str, Cow<'static, str>)>) {
    let decision = "origin;reason=\"switch-shadow\";because=\"origin-redirect\"";
    let headers = [
        ("location", PROVEN),
        ("cache-control", "no-store"),
        ("access-control-allow-origin", "*"),
        (
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ),
        ("signpost-decision", decision),
    ];
    (
        302,
        headers.map(|(name, value)| (name, value.into())).to_vec(),
    )
}

#[test]
fn a_repair_is_never_kept_by_a_cache() {
    let rows = [
        ("status = 301\ncache_control = \"max-age=60\"", 302),
        ("status = 302", 302),
        ("status = 303", 302),
        ("status = 307", 307),
        ("status = 308\ncache_control = \"max-age=60\"", 302),
        ("cache_control = \"public, max-age=31536000\"", 302),
    ];
    for (line, status) in rows {
        let config = SmallConfig::new("origin.check_redirects = \"repair\"")
            .target("cdn", "https://cdn.example", "")
            .route("file", "/files/{file:segment}", "/{file}")
            .with(line)
            .example("/files/a", "/a");
        let config = configs::read(&config.to_string());
        let request = Request::new("GET", "own.example", "/files/a");
        let decided = signpost::answer(&config, &request, Switch::SHADOW);
        let answer = after(
            decided,
            301,
            &[b"https://cdn.examplea"],
            "https://own.example/files/a",
        );
        let reply = answer.reply().expect(line);
        assert_eq!(reply.status, status, "{line}");
        let of_caches: Vec<_> = reply
            .headers
            .iter()
            .filter(|(name, _)| *name == "cache-control")
            .collect();
        assert_eq!(of_caches, [&("cache-control", "no-store".into())], "{line}");
    }
}

#[test]
fn each_redirect_of_the_origin_is_judged() {
    let [repair, report, off] = ["repair", "report", "off"].map(production);
    for (status, locations, expected) in ROWS {
        check(&repair, *status, locations, *expected);
        let reported = match expected {
            Repaired(named) => Reported(named),
            other => *other,
        };
        check(&report, *status, locations, reported);
        check(&off, *status, locations, Left);
    }
}

#[test]
fn a_relative_location_to_the_proven_place_is_left() {
    // The registry's own host serves the files, on paths that are on no route.
    let config = SmallConfig::new("origin.check_redirects = \"repair\"")
        .target("own", "https://own.example", "")
        .route("file", "/files/{file:segment}", "/{file}")
        .example("/files/a", "/a");
    let config = configs::read(&config.to_string());
    let request = Request::new("GET", "own.example", "/files/a.txt");
    let rows: &[(&[u8], &str, bool)] = &[
        (b"/a.txt", "https://own.example/files/a.txt", true),
        (
            b"//own.example/a.txt",
            "https://own.example/files/a.txt",
            true,
        ),
        (b"/b.txt", "https://own.example/files/a.txt", false),
        (b"/a.txt", "http://own.example/files/a.txt", false),
        (b"/a.txt", "no URL", false),
    ];
    for (location, requested, is_left) in rows {
        let decided = signpost::answer(&config, &request, Switch::SHADOW);
        let answer = after(decided, 302, &[location], requested);
        let row = format!("{} from {requested}", location.escape_ascii());
        assert_eq!(answer.origin_redirect().is_none(), *is_left, "{row}");
    }
}

#[test]
fn the_origin_may_choose_among_the_targets_by_itself() {
    let config = SmallConfig::new("origin.check_redirects = \"repair\"")
        .target("one", "https://one.example", "")
        .target("two", "https://two.example", "")
        .route("file", "/files/{file:segment}", "/{file}")
        .example("/files/a", "/a");
    let config = configs::read(&config.to_string());
    let request = Request::new("GET", "own.example", "/files/a");
    let decided = signpost::answer(&config, &request, Switch::SHADOW);
    let chosen = decided.decision().location().map(ToString::to_string);
    let rows: &[(&[u8], Option<Option<&str>>)] = &[
        (b"https://one.example/a", None),
        (b"https://two.example/a", None),
        // An allowed host, and not what was proven there.
        (b"https://two.example/b", Some(None)),
        (b"https://one.examplea", Some(chosen.as_deref())),
    ];
    for (location, repair) in rows {
        let answer = after(
            decided.clone(),
            302,
            &[location],
            "https://own.example/files/a",
        );
        let found = answer.origin_redirect().map(OriginRedirect::repair);
        let found = found.map(|repair| repair.map(Location::as_str));
        assert_eq!(found, *repair, "{}", location.escape_ascii());
    }
}

#[test]
fn without_a_proven_location_the_answer_is_left_as_it_is() {
    let config = production("repair");
    let of_2023 = |_: &Chosen<'_, '_>| OF_2023.to_owned();
    let rows = [
        ("refused", "GET", SMALLVEC, true),
        ("on no route", "GET", "/login", false),
        (
            "no version",
            "GET",
            "/api/v1/crates/smallvec/1.10/download",
            false,
        ),
        ("another method", "PUT", SMALLVEC, false),
    ];
    for (row, method, path, is_reported) in rows {
        let request = Request::new(method, "crates.io", path);
        let decided = signpost::answer(&config, &request, built_by(&of_2023, Switch::SHADOW));
        let requested = format!("https://crates.io{path}");
        let answer = after(decided, 302, &[OF_2023.as_bytes()], &requested);
        let redirect = answer.origin_redirect();
        let named = redirect.map(OriginRedirect::named);
        assert_eq!(named, is_reported.then_some(OF_2023), "{row}");
        assert_eq!(redirect.and_then(OriginRedirect::repair), None, "{row}");
        assert_eq!(answer.because(), None, "{row}");
    }
}

#[test]
fn the_log_names_where_the_origin_would_have_led() {
    let rows = [
        (
            "repair",
            r#""switch":"shadow","because":"origin-redirect","origin_location":"https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate"}}"#,
        ),
        (
            "report",
            r#""switch":"shadow","origin_location":"https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate"}}"#,
        ),
        ("off", r#""switch":"shadow"}}"#),
    ];
    for (check, end) in rows {
        let config = production(check);
        let request = Request::new("GET", "crates.io", SMALLVEC);
        let decided = signpost::answer(&config, &request, Switch::SHADOW);
        let answer = after(decided, 302, &[OF_2023.as_bytes()], "https://crates.io/");
        let line = answer.log_line(&exchange::of(SMALLVEC), &exchange::with(Switch::SHADOW));
        let own = r#""signpost":{"decision":"origin","route":"download","target":"static","#;
        assert!(line.contains(own), "{check}: {line}");
        assert!(line.ends_with(end), "{check}: {line}");
    }
}

#[test]
fn why_a_client_is_led_elsewhere_has_stable_codes() {
    let codes: Vec<_> = Because::ALL.iter().map(|it| it.code()).collect();
    let expected = [
        "origin-down",
        "origin-redirect",
        "target-unhealthy",
        "second-try",
        "next-refused",
        "next-retried",
    ];
    assert_eq!(codes, expected);
}
