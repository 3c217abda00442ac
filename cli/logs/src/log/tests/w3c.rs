use signpost_testbed::rows;

use crate::log::{Chunks, Reader};

/// What is found in each line: the host and target, or why it is unreadable.
fn read(lines: &[&str]) -> Vec<String> {
    let mut reader = Reader::default();
    let found = lines
        .iter()
        .filter_map(|line| match reader.read(line.as_bytes()) {
            Ok(None) => None,
            Ok(Some(entry)) => {
                let host = entry.asked.host().unwrap_or_default();
                Some(format!(
                    "{} {host}{}",
                    entry.asked.method,
                    entry.asked.target()
                ))
            }
            Err(why) => Some(why.to_string()),
        });
    found.collect()
}

#[test]
fn values_are_read_by_the_names_of_their_fields() {
    let table = r#"
        cs-method cs-uri-stem | GET /a/%252B | GET /a/%252B
        cs-uri-stem cs-method | /a GET | GET /a
        cs-uri-stem cs-method x-edge-location | /a/%252B%2B+ GET FRA60-P3 | GET /a/%2B++
        CS-Method CS-URI-Stem | HEAD /a | HEAD /a
        cs-method cs-uri-stem cs-uri-query | GET /a b=%25 | GET /a?b=%25
        cs-method cs-uri-stem cs-uri-query x-edge-result-type | GET /a b=%2525 Hit | GET /a?b=%25
        cs-method cs-uri-stem cs-uri-query | GET /a - | GET /a
        cs-method cs-uri | GET /a?b | GET /a?b
        cs-method cs-uri cs-host | GET http://crates.io/a?b proxy | GET crates.io/a?b
        cs-method cs-uri-stem cs(Host) | GET /a crates.io | GET crates.io/a
        cs-method cs-uri-stem cs(Host) x-host-header | GET /a d1.cloudfront.net crates.io | GET crates.io/a
        cs-method cs-uri-stem cs(Host) x-host-header | GET /a d1.cloudfront.net - | GET d1.cloudfront.net/a
        cs-method s-user cs-uri-stem | GET "a b" /a | GET /a
        cs-method s-user cs-uri-stem | GET "" /a | GET /a
        cs-method s-user cs-uri-stem | GET "a ""b"" c" /a | GET /a
        cs-uri-stem s-user cs-method s-user | /a """" GET "b" | GET /a
    "#;
    for [names, line, expected] in rows(table) {
        let fields = format!("#Fields: {names}");
        for version in ["#Version: 1.0", "#Version:1.0\r", "#Software: x"] {
            assert_eq!(
                read(&[version, &fields, line]),
                [expected],
                "{names}: {line}"
            );
        }
        let tabs = line.replace(' ', "\t");
        if !line.contains('"') {
            assert_eq!(read(&[&fields, &tabs]), [expected], "{names}: {tabs}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let version = "another `#Version` than 1.0";
    let form = "read as a W3C extended log line;";
    let version = format!("{form} in `#Version`: a W3C extended log of {version}");
    let no_stem = format!("{form} in `#Fields`: `#Fields` does not name `cs-uri-stem`");
    let no_method = format!("{form} in `#Fields`: `#Fields` does not name `cs-method`");
    let no_fields =
        format!("{form} at byte 1: no `#Fields` line comes before it, which names the values");
    let columns = format!("{form} at byte 6: it has 2 values, and `#Fields` names 3");
    let request = format!("{form} in `cs-method`: a log line without a request");
    let no_url = format!(
        "{form} in `cs-uri-stem`: the request is neither a path nor a URL with http(s):// and a host"
    );
    let rows: [(&[&str], &[&str]); 9] = [
        (
            &["#Version: 2.0", "#Fields: cs-method cs-uri-stem", "GET /a"],
            &[&version, &version],
        ),
        // Another version ends with the next one that is known.
        (
            &[
                "#Version: 2.0",
                "#Version: 1.0",
                "#Fields: cs-method cs-uri-stem",
                "GET /a",
            ],
            &[&version, "GET /a"],
        ),
        (
            &["#Fields: date cs-method", "2023-07-20 GET"],
            &[&no_stem, &no_stem],
        ),
        (&["#Fields: cs-uri-stem", "a"], &[&no_method, &no_method]),
        (&["2023-07-20\t12:17:00\tFRA"], &[&no_fields]),
        (
            &["#Fields: cs-method date cs-uri-stem", "GET /a"],
            &[&columns],
        ),
        (&["#Fields: cs-method cs-uri-stem", "- /a"], &[&request]),
        (&["#Fields: cs-method cs-uri-stem", "OPTIONS *"], &[&no_url]),
        // The fields of the first line do not fit the second, which has a form of its own.
        (
            &[
                "#Fields: cs-method cs-uri-stem",
                "GET /a",
                "/b",
                "{\"method\":\"PUT\",\"url\":\"/c\"}",
                "GET /d",
            ],
            &["GET /a", "GET /b", "PUT /c", "GET /d"],
        ),
    ];
    for (lines, expected) in rows {
        assert_eq!(read(lines), expected, "{lines:?}");
    }
}

#[test]
fn fields_that_change_within_a_file_are_known_to_each_chunk() {
    let mut log = String::from("\u{feff}#Fields: cs-method cs-uri-stem\n");
    let mut expected = Vec::new();
    for number in 0..60_000 {
        match number % 10_007 {
            0 if number > 0 && number % 2 == 0 => log.push_str("#Fields: cs-method cs-uri-stem\n"),
            0 if number > 0 => log.push_str("\u{feff}#Fields: cs-uri-stem sc-status cs-method\n"),
            _ => {}
        }
        let is_long = number / 10_007 % 2 == 1;
        let line = if is_long {
            format!("/{number} 200 GET\n")
        } else {
            format!("GET /{number}\n")
        };
        log.push_str(&line);
        expected.push(format!("/{number}"));
    }
    let mut chunks = Chunks::new(log.as_bytes());
    let (mut found, mut number) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next(Vec::new()) {
        number += 1;
        let mut reader = chunk.reader.clone();
        for (_, line) in chunk.lines() {
            let entry = reader
                .read(line)
                .unwrap_or_else(|why| panic!("{line:?}: {why}"));
            found.extend(entry.map(|entry| entry.asked.target().into_owned()));
        }
    }
    assert!(number > 2, "{number} chunks");
    assert_eq!(found, expected);
}
