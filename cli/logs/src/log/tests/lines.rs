use signpost_testbed::rows;

use crate::log::unreadable::{MAX_BYTES, Unreadable};
use crate::log::{Asked, Reader};

fn read(line: &[u8]) -> Result<Option<Asked<'_>>, Unreadable> {
    let read = Reader::default().read(line)?;
    Ok(read.map(|entry| entry.asked))
}

#[test]
fn lines_of_every_form_are_read() {
    let table = r#"
        /a/b?c                     | GET |               | /a/b?c
        /a/../b%2F                 | GET |               | /a/../b%2F
        https://crates.io/a        | GET | crates.io     | /a
        HTTP://Crates.IO:80/a      | GET | Crates.IO:80  | /a
        https://crates.io          | GET | crates.io     | /
        https://crates.io?a=/b     | GET | crates.io     | /?a=/b
        https://crates.io#a        | GET | crates.io     | /
        /a?b#c                     | GET |               | /a?b
        https://me@crates.io/a@b   | GET | crates.io     | /a@b
        {"version":"1","method":"HEAD","url":"https:\/\/crates.io/\u0061"} | HEAD | crates.io | /a
        {"bytes":1,"method":"GET","tls":{"cipher":null},"url":"https://static.crates.io/a b","version":"1"} | GET | static.crates.io | /a b
        192.0.2.1 - - [20/Jul/2023:14:33:00 +0000] "GET /a?b HTTP/1.1" 302 0 | GET |  | /a?b
        ::1 - "" [20/Jul/2023:14:33:00 +0000] "PUT /a HTTP/2.0" 200 5 "https://x/" "cargo \"1\"" | PUT |  | /a
        host.example:443 192.0.2.1 - \x22me [20/Jul/2023:14:33:00 +0000] "GET /a\"\x22\\b HTTP/1.1" 302 0 | GET |  | /a""\b
        192.0.2.1 - - [x] "GET https://crates.io/a HTTP/1.1" 302 0 | GET | crates.io | /a
        192.0.2.1 - - [x] "GET /a" 302 0 | GET |  | /a
        192.0.2.1 - - [x] "GET /\xC3\xA9 HTTP/1.1" 302 0 | GET |  | /é
    "#;
    let mut rows = rows(table);
    rows.push(["  /a/b\r", "GET", "", "/a/b"]);
    rows.push(["\u{feff}/a/b", "GET", "", "/a/b"]);
    for [line, method, host, target] in rows {
        let asked = read(line.as_bytes());
        let asked = asked.unwrap_or_else(|why| panic!("{line}: {why:?}"));
        let asked = asked.unwrap_or_else(|| panic!("{line}: blank"));
        let asked_target = asked.target();
        let seen: [&str; 3] = [
            &asked.method,
            asked.host().unwrap_or_default(),
            &asked_target,
        ];
        assert_eq!(seen, [method, host, target], "{line}");
    }
}

#[test]
fn only_the_request_has_to_be_utf_8() {
    let lines: [&[u8]; 2] = [
        b"{\"version\":\"1\",\"method\":\"GET\",\"url\":\"https://crates.io/a\",\"http\":{\"useragent\":\"\xFF\"}}",
        b"192.0.2.1 - - [x] \"GET /a HTTP/1.1\" 302 0 \"-\" \"\xFF\"",
    ];
    for line in lines {
        let asked = read(line).unwrap().unwrap();
        assert_eq!(asked.target(), "/a", "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn unreadable_lines_have_a_reason() {
    let long = format!("/{}", "a".repeat(MAX_BYTES));
    let bytes: [(&[u8], &str); 3] = [
        (long.as_bytes(), "TooLong"),
        (b"/\xFF", "NotUtf8"),
        (
            b"{\"version\":\"1\",\"method\":\"GET\",\"url\":\"https://crates.io/\xFF\"}",
            "NotUtf8",
        ),
    ];
    let table = r#"
        x [x] "GET /\xFF HTTP/1.1" 302 0 | NotUtf8
        {                                | NotALogLine
        {"version":"1","method":"GET"}   | NotALogLine
        {"version":"1","method":"GET","url":"https://crates.io/a"} {} | NotALogLine
        {"version":"2","method":"GET","url":"https://crates.io/a"}    | OtherVersion
        {"version":"1","method":"GET","url":"ftp://crates.io/a"}      | NotAUrl
        {"version":"1","method":"GET","url":"https://crates.io/a…"}   | CutUrl
        https:///a                       | NotAUrl
        https://me@/a                    | NotAUrl
        x [x] "OPTIONS * HTTP/1.1" 200 0 | NotAUrl
        /a /b                            | Space
        x [x] "GET /a b HTTP/1.1" 400 0  | Space
        crates.io/a                      | UnknownForm
        GET /a                           | UnknownForm
        x [x] "-" 408 0                  | NoRequest
        x [x] "GET /a HTTP/1.1           | NoRequest
        x [x] "GET /a \                  | NoRequest
    "#;
    let rows = rows(table).into_iter();
    let rows = rows.map(|[line, why]| (line.as_bytes(), why));
    for (line, why) in bytes.into_iter().chain(rows) {
        let name = String::from_utf8_lossy(line);
        let name: String = name.chars().take(80).collect();
        let found = read(line).map_err(|unreadable| format!("{:?}", unreadable.why()));
        assert_eq!(found, Err(why.to_owned()), "{name}");
    }
    for blank in [&b""[..], b"\r", b" \t", b"\xEF\xBB\xBF"] {
        assert_eq!(read(blank), Ok(None), "{blank:?}");
    }
}

#[test]
fn an_envelope_is_taken_off() {
    let table = r#"
        <134>2025-10-26T23:57:34Z cache-chi s3[257678]: /a              | /a | 2025-10-26T23:57:34Z
        <13>Oct 26 23:57:34 host tag[1]: /a                             | /a |
        <13>Oct  6 23:57:34 host tag: https://crates.io/a               | /a |
        Oct 26 23:57:34 host tag[1]: /a                                 | /a |
        Oct  6 23:57:34 host /a                                         | /a |
        2025-10-26T23:57:34.000001+00:00 host tag[1]: /a                | /a | 2025-10-26T23:57:34Z
        2025-10-26T23:57:34.000001-02:00 host tag[1] /a                 | /a | 2025-10-27T01:57:34Z
        2025-10-26T23:57:34Z host tag:{"method":"GET","url":"/a"}       | /a | 2025-10-26T23:57:34Z
        2025-10-26T23:57:34Z host {"method": "GET","url":"/a"}          | /a | 2025-10-26T23:57:34Z
        2025-10-26T23:57:34Z host tag: {"method":"GET","url":"/a"}#015#012 | /a | 2025-10-26T23:57:34Z
        <134>1 2025-10-26T23:57:34Z host app 1 - - /a                   | /a | 2025-10-26T23:57:34Z
        <134>1 - - - - - - /a                                           | /a |
        <134>1 - - - - - [a b="c\]\"\\"][d e="[]"] /a                   | /a |
        <134>1 - - - - - -  /a                                          | /a |
        83 <40>1 2025-10-26T23:57:34+00:00 host app web.3 - /a          | /a | 2025-10-26T23:57:34Z
        9 <134>2025-10-26T23:57:34Z host tag: /a                        | /a | 2025-10-26T23:57:34Z
        <134>2025-10-26T23:57:34Z host tag: {"date_time":"2023-07-20T12:17:00Z","method":"GET","url":"/a"} | /a | 2023-07-20T12:17:00Z
        <190>Oct 26 23:57:34 host nginx: 192.0.2.1 - - [20/Jul/2023:14:17:00 +0200] "GET /a HTTP/1.1" 302 0 | /a | 2023-07-20T12:17:00Z
    "#;
    let mut rows = rows(table);
    rows.push(["<134>1 - - - - - - \u{feff}/a", "/a", ""]);
    for [line, target, time] in rows {
        let mut reader = Reader::default();
        let entry = reader
            .read(line.as_bytes())
            .unwrap_or_else(|why| panic!("{line}: {why}"));
        let entry = entry.unwrap_or_else(|| panic!("{line}: blank"));
        assert_eq!(entry.asked.target(), target, "{line}");
        let found = entry.time().map(|time| time.to_string());
        assert_eq!(found.unwrap_or_default(), time, "{line}");
    }
}

#[test]
fn an_access_log_tells_more_than_the_request() {
    let table = r#"
        192.0.2.1 - - [20/Jul/2023:14:33:00 +0000] "GET /a HTTP/1.1" 302 0 | 2023-07-20T14:33:00Z | 302 | 192.0.2.1 |
        ::1 - me [20/Jul/2023:14:33:00 -0330] "GET /a HTTP/1.1" 200 5 "https://x/" "cargo \"1\" \x41" | 2023-07-20T18:03:00Z | 200 | ::1 | cargo "1" A
        crates.io:443 192.0.2.1 - - [20/Jul/2023:14:33:00 +0000] "GET /a HTTP/1.1" - - "-" "-" | 2023-07-20T14:33:00Z | 0 | 192.0.2.1 |
        client.example - [a] [20/Jul/2023:14:33:00 +0000] "GET /a HTTP/1.1" 304 - "" "b" | 2023-07-20T14:33:00Z | 304 | client.example | b
        - - - [yesterday] "GET /a HTTP/1.1" |  | 0 |  |
    "#;
    for [line, time, status, client, agent] in rows(table) {
        let mut reader = Reader::default();
        let entry = reader.read(line.as_bytes()).unwrap().unwrap();
        let found_agent = entry.user_agent.as_deref().unwrap_or_default();
        let found = [
            entry
                .time()
                .map(|time| time.to_string())
                .unwrap_or_default(),
            entry.status.unwrap_or_default().to_string(),
            entry.client.as_deref().unwrap_or_default().to_owned(),
            String::from_utf8(found_agent.to_vec()).unwrap(),
        ];
        assert_eq!(found, [time, status, client, agent], "{line}");
    }
}

#[test]
fn an_unreadable_line_says_as_what_it_was_read_and_where_that_failed() {
    let table = r#"
        <134>2025-10-26T23:57:34Z host tag[1]: {"version":"1","url" | read as RFC 3164 with a JSON line; at byte 59: EOF while parsing an object
        <134>1 2025-10-26T23:57:34Z host app 1 - [a b="]"] {"method":"GET"} | read as RFC 5424 with a JSON line; at byte 67: missing field `url`
        <134>1 - - - - - [a b="] {}    | read as RFC 5424; at byte 28: the structured data has no end
        <134>1 - - -                   | read as RFC 5424; at byte 12: it ends before the app does
        <134>2 - - - - - - {}          | read as RFC 5424; at byte 6: its version is not 1
        <134>hello                     | read as RFC 3164; at byte 6: there is no time behind the priority
        Oct 26 23:57:34 host           | read as RFC 3164; at byte 17: nothing follows the time and the host
        Oct 26 23:57:34 host tag:      | read as RFC 3164; at byte 26: no line follows it
        Oct 26 23:57:34 host tag: no   | read as RFC 3164; at byte 27: neither a path, a URL, a JSON log line, nor an access log line with a request
        83 <40>1 - host app web.3 - State changed | read as logplex; at byte 29: neither a path, a URL, a JSON log line, nor an access log line with a request
        <13>Oct 26 23:57:34 host tag: /a b | read as RFC 3164 with a path or URL; at byte 33: a path or URL with a space; a line holds nothing besides it
        x [x] "GET /a b HTTP/1.1" 400 0 | read as an access log line; at byte 12: a path or URL with a space; a line holds nothing besides it
        {"version":"2","method":"GET","url":"/a"} | read as a JSON line; in `version`: a JSON log line of another `version` than "1"
        what is this?                  | neither a path, a URL, a JSON log line, nor an access log line with a request
    "#;
    for [line, expected] in rows(table) {
        let found = read(line.as_bytes()).unwrap_err().to_string();
        assert_eq!(found, expected, "{line}");
    }
}
