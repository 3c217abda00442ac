//! Whatever a client or the origin sends, a log line is valid JSON, and no longer than documented.

use crate::test;
use std::time::{Duration, SystemTime};

use crate::fixtures::configs::read;
use crate::fixtures::exchange;
use serde_json::Value;
use signpost::Answer;
use signpost::config::{ClientIp, Config};
use signpost::decision::Reason;
use signpost::log_line::{Exchange, InForce, MAX_LINE};
use signpost::origin_redirect::OriginAnswer;
use signpost::request::Request;
use signpost::values::{Cut, Switch};

#[test]
fn a_text_is_cut_between_two_characters_so_that_its_json_fits() {
    // A text, the bytes that it may take in JSON, and what is written of it.
    let rows = [
        ("", 0, ""),
        ("abc", 3, "abc"),
        ("abcd", 3, "…"),
        ("abcdefgh", 8, "abcdefgh"),
        ("abcdefghi", 8, "abcde…"),
        ("äöüä", 8, "äöüä"),
        ("äöüäö", 8, "äö…"),
        ("🦀🦀", 7, "🦀…"),
        ("🦀🦀", 8, "🦀🦀"),
        ("\"\"\"\"", 8, "\"\"\"\""),
        ("\"\\\n\r\t", 9, "\"\\\n…"),
        ("\u{8}\u{c}\u{8}", 5, "\u{8}…"),
        ("\u{1}\u{1b}\u{1}", 18, "\u{1}\u{1b}\u{1}"),
        ("\u{1}\u{1b}\u{1}", 17, "\u{1}\u{1b}…"),
        ("\u{7f}\u{7f}\u{7f}\u{7f}", 3, "…"),
    ];
    for (text, most, expected) in rows {
        let cut = Cut::in_json(text, most);
        assert_eq!(cut.to_string(), expected, "{text:?}, {most}");
        assert_eq!(cut.is_cut(), expected != text, "{text:?}, {most}");
        let mut json = String::new();
        cut.write_in_json(&mut json);
        let read = serde_json::from_str::<String>(&format!("\"{json}\""));
        assert_eq!(read.ok().as_deref(), Some(expected), "{text:?}, {most}");
        let length = json.len();
        assert!(length <= most, "{text:?} takes {length} bytes of {most}");
    }
}

/// What a hostile client repeats until its value is long.
const HOSTILE: [(&str, &[u8]); 8] = [
    ("letters", b"a"),
    ("quotation marks", b"\""),
    ("backslashes", b"\\"),
    ("control characters", b"\x01"),
    ("line ends", b"\r\n"),
    ("no UTF-8", b"\xff"),
    ("two, three and four bytes", "ä漢🦀".as_bytes()),
    ("a mixture", b"\"\x1b\xf0\x9f\\ab\x7f"),
];

fn of_length(piece: &[u8], length: usize) -> String {
    let bytes: Vec<_> = piece.iter().copied().cycle().take(length).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A configuration with the longest names, and with fields that take all the room there is.
#[track_caller]
fn with_the_longest() -> Config {
    let target = "t".repeat(80);
    let (route, field) = ("r".repeat(64), "f".repeat(1017));
    read(&format!(
        r#"
        allowed_hosts = ["cdn1.example"]
        hosts = ["registry.example"]
        origin = {{ backends = ["origin"], check_redirects = "repair" }}
        targets.{target}.base = "https://cdn1.example"
        log = {{ endpoint = "l", fields = {{ f = "{field}" }} }}
        [[routes]]
        name = "{route}"
        path = "/files/{{rest:path}}"
        target = "{target}"
        location = "/{{rest}}"
        examples = [{{ request = "/files/a/b", location = "https://cdn1.example/a/b" }}]
        [[examples]]
        request = "/a"
        origin = true
        "#
    ))
}

/// The path of a file whose location is as long as any: 2,048 bytes.
fn longest_location() -> String {
    let mut path = [&*"b".repeat(255); 4].join("/");
    path.replace_range(0..251, &"@".repeat(251));
    path.replace_range(256..507, &"@".repeat(251));
    format!("/files/{path}")
}

/// The line of a request to a host, with this text wherever else a client or the origin has a say.
#[track_caller]
fn line(config: &Config, text: &str, host: &str) -> String {
    let path = longest_location();
    let request = Request::new("GET", "registry.example", &path);
    let switch = "enforce 0%, next 100%".parse().unwrap_or(Switch::OFF);
    let answer = signpost::answer(config, &request, switch);
    let locations = [text.as_bytes().to_vec(), text.as_bytes().to_vec()];
    let answer = answer.after_origin_answered(&OriginAnswer {
        status: 302,
        locations: &locations,
        requested: "https://registry.example/",
    });
    let exchange = Exchange {
        time: SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40),
        method: text,
        scheme: text,
        host,
        path: text,
        protocol: text,
        referer: Some(text),
        user_agent: Some(text),
        client_ip: "1111:1111:1111:1111:1111:1111:1111:1111".parse().ok(),
        tls_cipher: Some(text),
        tls_protocol: Some(text),
        edge_location: Some(text),
        status: u16::MAX,
        bytes: Some(u64::MAX),
        content_type: Some(text),
    };
    let in_force = InForce {
        revision: Some(config.revision()),
        switch,
        client_ip: ClientIp::Full,
        fields: config.log().map(|log| &log.fields),
    };
    answer.log_line(&exchange, &in_force)
}

/// What is cut of a line whose values are all long.
const CUT: [&str; 12] = [
    "/method",
    "/url",
    "/host",
    "/http/protocol",
    "/http/referer",
    "/http/useragent",
    "/tls/cipher",
    "/tls/protocol",
    "/edge_location",
    "/content_type",
    "/signpost/target",
    "/signpost/origin_location",
];

#[test]
fn no_line_is_longer_than_documented() {
    let config = with_the_longest();
    // A URL has its path only behind a host that was not cut.
    let whole_host = "h".repeat(320);
    let mut longest = 0;
    for (name, piece) in HOSTILE {
        for length in [8 << 10, 64 << 10] {
            let text = of_length(piece, length);
            for host in [&text, &whole_host] {
                let line = line(&config, &text, host);
                assert!(line.len() <= MAX_LINE, "{name}: {} bytes", line.len());
                longest = longest.max(line.len());
                let read: Value =
                    serde_json::from_str(&line).unwrap_or_else(|it| panic!("{name}: {it}"));
                for pointer in CUT {
                    let value = read.pointer(pointer).and_then(Value::as_str);
                    let value = value.unwrap_or_else(|| panic!("{name}: no {pointer} in {line}"));
                    let is_whole = pointer == "/host" && *host == whole_host;
                    assert_eq!(
                        value.ends_with('…'),
                        !is_whole,
                        "{name}: {pointer}: {value}"
                    );
                }
                let location = read["signpost"]["location"].as_str().map(str::len);
                assert_eq!(location, Some(2048), "{name}");
            }
        }
    }
    // A larger limit would promise less than is kept.
    assert!(
        longest + 200 > MAX_LINE,
        "the longest line has {longest} bytes"
    );
    assert_eq!(MAX_LINE, 13_300);
    let page = include_str!("../../docs/request-handling.md");
    assert!(page.contains("A line is at most 13,300 bytes long"));
}

#[test]
fn what_is_not_too_long_is_written_in_full() {
    // A member, the room it has, and an exchange with a value that takes all of it.
    type Fill<'t> = fn(&'t str) -> Exchange<'t>;
    let rows: [(&str, usize, Fill<'_>); 6] = [
        ("/method", 64, |text| Exchange {
            method: text,
            ..exchange::of("/")
        }),
        ("/host", 320, |text| Exchange {
            host: text,
            ..exchange::of("/")
        }),
        ("/content_type", 256, |text| Exchange {
            content_type: Some(text),
            ..exchange::of("/")
        }),
        ("/http/referer", 1024, |text| Exchange {
            referer: Some(text),
            ..exchange::of("/")
        }),
        ("/http/useragent", 1024, |text| Exchange {
            user_agent: Some(text),
            ..exchange::of("/")
        }),
        ("/url", 4096, |text| Exchange {
            host: "",
            ..exchange::of(text)
        }),
    ];
    let texts: Vec<_> = rows
        .iter()
        .flat_map(|(_, room, _)| [*room, room + 1])
        .map(|length| format!("/{}", "a".repeat(length - 1)))
        .collect();
    for ((pointer, room, fill), texts) in rows.iter().zip(texts.chunks(2)) {
        for text in texts {
            let answer = Answer::origin(Reason::NoRoute);
            let line = answer.log_line(&fill(text), &exchange::with(Switch::OFF));
            let read: Value = serde_json::from_str(&line).expect("a line");
            let value = read
                .pointer(pointer)
                .and_then(Value::as_str)
                .expect("a text");
            let value = value.strip_prefix("https://").unwrap_or(value);
            let is_cut = text.len() > *room;
            assert_eq!(value != text, is_cut, "{pointer}, {} bytes", text.len());
            assert_eq!(value.len(), *room, "{pointer}, {} bytes", text.len());
        }
    }
}

#[test]
fn a_url_ends_where_its_host_was_cut() {
    let host = "h".repeat(321);
    let asked = Exchange {
        host: &host,
        ..exchange::of("/crates/a/1.0.0/download")
    };
    let line = Answer::origin(Reason::NoRoute).log_line(&asked, &exchange::with(Switch::OFF));
    let read: Value = serde_json::from_str(&line).expect("a line");
    assert_eq!(read["url"], format!("https://{}…", "h".repeat(317)));
}
