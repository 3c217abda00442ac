//! Properties that hold for any input.

#![cfg(not(target_family = "wasm"))]

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::fixtures::configs::{as_compiled, production, read};
use crate::fixtures::proving::built_by;
use proptest::prelude::*;
use proptest::sample::select;
use signpost::config::Config;
use signpost::decision::{Decision, Reason};
use signpost::log_line::{Exchange, InForce};
use signpost::received::is_as_received;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::{Base, Capture, CaptureType, PathTemplate, Share, Switch, Unencoded};
use signpost_rows::{MIRROR, PRODUCTION, of_any_host};
use url::{Position, Url};

/// Production's own configuration, and one with every type of capture.
static CONFIGS: LazyLock<[Config; 2]> = LazyLock::new(|| {
    // Without its hosts, so that a location may come back to the host that a request names.
    let mirror = as_compiled(&of_any_host(MIRROR));
    [production(), mirror]
});

/// Production's configuration without its hosts.
static ANY_HOST: LazyLock<Config> = LazyLock::new(|| read(&of_any_host(PRODUCTION)));

fn config() -> impl Strategy<Value = &'static Config> {
    (0..CONFIGS.len()).prop_map(|index| &CONFIGS[index])
}

/// Text that a request line may hold.
fn text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "/",
        "//",
        ".",
        "..",
        "%",
        "%2F",
        "%2f",
        "%5C",
        "%00",
        "%0D%0A",
        "%252e",
        "%2B",
        "+",
        "?",
        "#",
        "\\",
        "@",
        ":",
        " ",
        "ä",
        "\u{0}",
        "\u{7f}",
        "a",
        "smallvec",
        "1.10.0",
        "1.0.0-rc.1+b",
        "files",
        "pub",
        "objects",
        "/api/v1/crates/",
        "/crates/",
        "/download",
        "/readme",
        "https://evil.com",
        "%FF",
        "\u{202e}",
    ]);
    prop_oneof![
        any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        "[ -~]{0,80}",
    ]
}

/// A value of each type of capture.
fn captured(kind: &CaptureType) -> BoxedStrategy<String> {
    let segment = "[!-~&&[^/\\\\%?#]]{1,40}"
        .prop_filter("a safe segment", |text| text != "." && text != "..");
    match kind {
        CaptureType::Crate => "[A-Za-z][A-Za-z0-9_-]{0,63}".boxed(),
        CaptureType::Semver => "(0|[1-9][0-9]{0,6})\\.(0|[1-9][0-9]{0,6})\\.(0|[1-9][0-9]{0,6})(-[a-z][a-z0-9.-]{0,9}[a-z])?(\\+[a-z0-9-]{1,20}(\\.[0-9]{1,3})?)?"
            .prop_filter("a version", |text| CaptureType::Semver.parse(text.as_str()).is_some())
            .boxed(),
        CaptureType::Segment => segment.boxed(),
        CaptureType::Lower => segment
            .prop_map(|text| text.to_ascii_lowercase())
            .boxed(),
        CaptureType::Digits => "[0-9]{1,20}".boxed(),
        CaptureType::Hex(_) | CaptureType::Sha1 | CaptureType::Sha256 | CaptureType::Sha512 => {
            let (length, _) = kind.lengths();
            prop::collection::vec("[0-9a-f]", length)
                .prop_map(|digits| digits.concat())
                .boxed()
        }
        CaptureType::OneOf(words) => select(words.clone()).boxed(),
        CaptureType::Path => prop::collection::vec(segment, 1..6)
            .prop_map(|segments| segments.join("/"))
            .boxed(),
    }
}

/// A name for a crate, and its version.
fn download() -> impl Strategy<Value = (String, String)> {
    (
        captured(&CaptureType::Crate),
        captured(&CaptureType::Semver),
    )
}

/// What a client would send for a text: some characters as they are, some percent-encoded.
fn as_sent(text: &str, encode: &[bool]) -> String {
    text.chars()
        .zip(encode.iter().copied().cycle())
        .map(|(character, encode)| {
            let must_be_sent_encoded = matches!(character, '?' | '#' | '%');
            if character != '/' && (encode || must_be_sent_encoded) {
                format!("%{:02X}", u32::from(character))
            } else {
                character.to_string()
            }
        })
        .collect()
}

/// Patterns that can be read back, whatever is captured, and their locations.
const TEMPLATES: &[(&str, &str, &[CaptureType])] = &[
    ("/x/{a:crate}", "/{a}", &[CaptureType::Crate]),
    (
        "/x/{a:crate}/{b:semver}",
        "/crates/{a}/{a}-{b}.crate",
        &[CaptureType::Crate, CaptureType::Semver],
    ),
    (
        "/x/{a:crate}/{b:semver}",
        "/{b}/x-{a}_{b}~y",
        &[CaptureType::Crate, CaptureType::Semver],
    ),
    ("/x/{a:segment}", "/files/{a}.txt", &[CaptureType::Segment]),
    (
        "/x/{a:segment}/{b:segment}",
        "/{b}/{a}",
        &[CaptureType::Segment, CaptureType::Segment],
    ),
    (
        "/x/{a:sha256}/{b:segment}",
        "/{a}-{b}",
        &[CaptureType::Sha256, CaptureType::Segment],
    ),
    ("/x/{a:path}", "/all/{a}", &[CaptureType::Path]),
    (
        "/x/{a:sha256}/{b:path}",
        "/{a}/{b}/end",
        &[CaptureType::Sha256, CaptureType::Path],
    ),
];

fn template_and_captured()
-> impl Strategy<Value = (&'static str, &'static str, Vec<(CaptureType, String)>)> {
    select(TEMPLATES).prop_flat_map(|(pattern, location, kinds)| {
        let values: Vec<_> = kinds
            .iter()
            .map(|kind| captured(kind).prop_map(|text| (kind.clone(), text)))
            .collect();
        values.prop_map(move |values| (pattern, location, values))
    })
}

/// Whether the answer leads only where the configuration allows.
#[track_caller]
fn is_within_bounds(config: &Config, decision: &Decision) -> bool {
    decision.location().is_none_or(|location| {
        let url = Url::parse(location.as_str()).expect("a location is a URL");
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https"
            && config
                .allowed_hosts()
                .iter()
                .any(|allowed| allowed.as_str() == host)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_arrives_is_answered_within_bounds(
        config in config(),
        method in prop_oneof![select(vec!["GET", "HEAD"]).prop_map(str::to_owned), text()],
        host in prop_oneof![select(vec!["crates.io", "static.crates.io", "mirror.org:443"]).prop_map(str::to_owned), text()],
        target in text(),
        accepts in prop::collection::vec(prop_oneof![any::<Vec<u8>>(), text().prop_map(String::into_bytes)], 0..4),
        switch in text(),
    ) {
        let accepts = accepts.iter().map(Vec::as_slice);
        let request = Request::new(&method, &host, &target).with_accept(accepts);
        let switch = switch.parse().unwrap_or(Switch::OFF);
        for switch in [switch, Switch::ENFORCE] {
            let answer = signpost::answer(config, &request, switch);
            prop_assert!(is_within_bounds(config, answer.decision()));
            let is_redirect = matches!(answer.decision(), Decision::Redirect(_));
            prop_assert_eq!(answer.reply().is_some(), is_redirect);
            let exchange = Exchange {
                time: std::time::SystemTime::UNIX_EPOCH,
                method: &method,
                scheme: "https",
                host: &host,
                path: &target,
                protocol: "HTTP/1.1",
                referer: Some(&target),
                user_agent: Some(&target),
                client_ip: None,
                tls_cipher: None,
                tls_protocol: None,
                edge_location: None,
                status: 200,
                bytes: None,
                content_type: None,
            };
            let in_force = InForce {
                revision: Some(config.revision()),
                switch,
                client_ip: signpost::config::ClientIp::None,
                fields: None,
            };
            let line = answer.log_line(&exchange, &in_force);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{}", line);
            let sides = Sides::new(config, Some(&*ANY_HOST));
            let answer = signpost::answer(sides, &request, switch.with_next(Share::ALL));
            prop_assert!(is_within_bounds(answer.config().unwrap_or(config), answer.decision()));
        }
    }

    #[test]
    fn a_real_download_is_redirected_however_it_is_encoded(
        (name, version) in download(),
        encode in prop::collection::vec(any::<bool>(), 1..8),
        host in text(),
        query in text(),
    ) {
        let config = &*ANY_HOST;
        let target = format!("/api/v1/crates/{}/{}/download?{query}", as_sent(&name, &encode), as_sent(&version, &encode));
        let request = Request::new("GET", &host, &target);
        let answer = signpost::answer(config, &request, Switch::ENFORCE);
        let right = format!("https://static.crates.io/crates/{name}/{name}-{}.crate", version.replace('+', "%2B"));
        prop_assert_eq!(answer.decision().location().map(ToString::to_string), Some(right));
        prop_assert_eq!(answer.decision().reason(), None);
    }

    #[test]
    fn whatever_a_builder_builds_only_the_right_location_leaves(
        (name, version) in download(),
        candidate in text(),
        tail in text(),
    ) {
        let config = &CONFIGS[0];
        let target = format!("/api/v1/crates/{name}/{version}/download");
        let request = Request::new("GET", "crates.io", &target);
        let right = signpost::answer(config, &request, Switch::ENFORCE);
        let built = [
            candidate.clone(),
            format!("https://static.crates.io{candidate}"),
            format!("https://static.crates.io/crates/{name}/{name}-{candidate}.crate"),
            format!("https://static.crates.io/crates/{name}/{name}-{version}.crate"),
            format!("https://static.crates.io/crates/{name}/{name}-{version}.crate{tail}"),
        ];
        for candidate in built {
            let answer = signpost::answer(config, &request, built_by(&|_| candidate.clone(), Switch::ENFORCE));
            match answer.decision() {
                Decision::Redirect(_) => prop_assert_eq!(&answer, &right, "{}", candidate),
                Decision::Origin(reason) => {
                    prop_assert!(matches!(reason, Reason::LocationRefused(_)), "{}: {:?}", candidate, reason);
                }
            }
        }
    }

    #[test]
    fn what_is_written_into_a_template_is_read_back(
        (pattern, location, values) in template_and_captured(),
    ) {
        let pattern = PathTemplate::path(pattern).expect("a pattern");
        let template = PathTemplate::location(location, pattern.captures()).expect("a template");
        let captures: Option<Vec<Capture<'_>>> = values.iter().map(|(kind, text)| kind.parse(text.as_str())).collect();
        let captures = captures.expect("each text is of its type");
        let mut written = String::new();
        template.write(&mut written, &captures, &Unencoded::default());
        let path: Vec<Cow<'_, str>> = written
            .split('/')
            .skip(1)
            .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8().expect("UTF-8"))
            .collect();
        let read = template.read(&path);
        prop_assert_eq!(read, Ok(captures), "{}", written);
    }

    #[test]
    fn whatever_is_read_as_a_base_is_a_url_of_one_spelling(base in prop_oneof![
        text(),
        "(https?://)?[a-zA-Z0-9.\\[\\]:-]{1,20}(:[0-9]{0,5})?(/[a-z.~]{0,4}){0,4}",
    ]) {
        if let Ok(read) = Base::parse(&base) {
            let url = Url::parse(read.as_str()).expect("a base is a URL");
            prop_assert_eq!(url.as_str().trim_end_matches('/'), read.as_str());
            prop_assert_eq!(url.host_str(), Some(read.host().as_str()));
            prop_assert_eq!(url.port_or_known_default(), Some(read.port()));
            prop_assert_eq!(Base::parse(read.as_str()), Ok(read));
        }
    }

    #[test]
    fn a_target_that_passes_for_received_is_the_one_that_was_sent(
        target in prop_oneof!["(/[!-~]{0,6}){1,6}", "(/|\\.|%2[eE]|\\\\|\"|a|<|\\?){1,20}"],
    ) {
        let target = format!("/{}", target.replace('#', ""));
        let received = format!("https://crates.io{target}");
        let url = Url::parse(&received).expect("a URL");
        if is_as_received(&url, received.len(), "crates.io") {
            let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
            let path = path.replace('\\', "/");
            let expected = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
            prop_assert_eq!(&url[Position::BeforePath..Position::AfterQuery], expected);
        }
    }

    #[test]
    fn whatever_is_written_as_a_configuration_is_read_or_refused(
        text in text(),
        key in select(vec!["allowed_hosts", "hosts", "origin", "targets", "routes", "response", "log", "revision"]),
        from in any::<prop::sample::Index>(),
    ) {
        let (before, after) = PRODUCTION.split_at(PRODUCTION.floor_char_boundary(from.index(PRODUCTION.len())));
        for toml in [text.clone(), format!("{key} = {text}"), format!("{before}{text}{after}")] {
            if let Ok(config) = signpost::authoring::from_toml(&toml) {
                prop_assert_eq!(signpost::config::from_json(config.to_json()), Ok(config), "{}", toml);
            }
        }
        prop_assert!(signpost::config::from_json(&text).is_err());
    }
}
