//! The static fields of log lines, and the endpoints that lines go to.

use crate::fixtures::configs::{as_compiled, changed, problems_of, read};
use crate::fixtures::exchange;
use crate::test;
use signpost::config::{ClientIp, Config};
use signpost::decision::Reason;
use signpost::log_line::InForce;
use signpost::values::Switch;
use signpost::{Answer, config};
use signpost_rows::SMALL;

/// The line of a request that does not matter, from `tls` on.
#[track_caller]
fn end_of_line(config: &Config) -> String {
    let in_force = InForce {
        revision: None,
        switch: Switch::OFF,
        client_ip: ClientIp::None,
        fields: config.log().map(|log| &log.fields),
    };
    let line = Answer::origin(Reason::NoRoute).log_line(&exchange::of("/"), &in_force);
    let begin = r#"{"version":"1","date_time":"1970-01-01T00:00:00.000000Z","#;
    assert!(line.starts_with(begin), "{line}");
    serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|it| panic!("{line}: {it}"));
    let (_, end) = line.split_once(r#""switch":"off"}"#).expect("a switch");
    end.to_owned()
}

/// What stands in `[log]` of [`SMALL`], and how a line ends.
#[track_caller]
fn with_log(lines: &str) -> String {
    changed("endpoint = \"edge-log\"", lines)
}

#[test]
fn fields_are_the_last_members_of_a_line() {
    let rows = [
        ("endpoint = \"e\"", "}"),
        ("endpoint = \"e\"\n[log.fields]", "}"),
        (
            "endpoint = \"e\"\n[log.fields]\nservice = \"crates.io\"\nddsource = \"fastly\"",
            r#","ddsource":"fastly","service":"crates.io"}"#,
        ),
        (
            "endpoint = \"e\"\nfields = { 'dd-tags.A_1' = 'env:\"p\",\\' }",
            r#","dd-tags.A_1":"env:\"p\",\\"}"#,
        ),
    ];
    for (lines, expected) in rows {
        let written = read(&with_log(lines));
        assert_eq!(end_of_line(&written), expected, "{lines}");
        let compiled = config::from_json(written.to_json());
        let compiled = compiled.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(end_of_line(&compiled), expected, "{lines}");
    }
}

#[test]
fn what_no_line_can_have_is_left_out_and_the_rest_is_used() {
    let room = "x".repeat(1000);
    let lines = format!(
        "endpoints = [\"s3\", \"edge:log\", \"\", \"datadog\"]\nservice_endpoint = \"stdout\"\n\
         [log.fields]\n'1st' = \"x\"\na = \"{room}\"\nb = \"{room}\"\nc = \"kept\"\nhost = \"x\"\n\
         service = \" x\"\n'{}' = \"x\"\n",
        "n".repeat(65)
    );
    let config = as_compiled(&with_log(&lines));
    assert_eq!(
        end_of_line(&config),
        format!(r#","a":"{room}","c":"kept"}}"#)
    );
    let log = config.log().expect("a log");
    assert_eq!(log.endpoints, ["s3", "datadog"]);
    assert_eq!(log.service_endpoint, None);
}

#[test]
fn all_fields_together_take_no_more_than_a_kilobyte() {
    // With its name, quotes, colon and comma, a field takes seven bytes more than its value: `b` takes eight.
    for (length, is_kept) in [(1024 - 7 - 8, true), (1024 - 7 - 7, false)] {
        let value = "x".repeat(length);
        let config = as_compiled(&with_log(&format!(
            "endpoint = \"e\"\n[log.fields]\na = \"{value}\"\nb = \"y\""
        )));
        let end = end_of_line(&config);
        assert!(end.contains(&value), "{length}");
        assert_eq!(end.contains(r#""b":"y""#), is_kept, "{length}");
    }
}

#[test]
fn lines_go_to_every_endpoint_that_is_named() {
    let rows: [(&str, &[&str], Option<&str>, &str); 4] = [
        (
            "endpoint = \"a\"",
            &["a"],
            None,
            r#""log":{"endpoint":"a"}"#,
        ),
        (
            "endpoints = [\"a\"]",
            &["a"],
            None,
            r#""log":{"endpoint":"a"}"#,
        ),
        (
            "endpoints = [\"s3\", \"datadog\"]\nservice_endpoint = \"service\"",
            &["s3", "datadog"],
            Some("service"),
            r#""log":{"endpoints":["s3","datadog"],"service_endpoint":"service"}"#,
        ),
        (
            "endpoint = \"a\"\n[log.fields]\nservice = \"s\"",
            &["a"],
            None,
            r#""log":{"endpoint":"a","fields":{"service":"s"}}"#,
        ),
    ];
    for (lines, endpoints, service, compiled) in rows {
        let config = read(&with_log(lines));
        let log = config.log().expect("a log");
        assert_eq!(log.endpoints, endpoints, "{lines}");
        assert_eq!(log.service_endpoint.as_deref(), service, "{lines}");
        assert!(config.to_json().contains(compiled), "{}", config.to_json());
    }
    let fields = read(SMALL).log().map(|log| log.fields.as_str().to_owned());
    assert_eq!(fields.as_deref(), Some(""));
}

#[test]
fn fields_without_room_are_refused() {
    let long = "x".repeat(1000);
    let lines = format!("endpoint = \"e\"\nfields.a = \"{long}\"\nfields.b = \"{long}\"");
    let problems = problems_of(&with_log(&lines)).to_string();
    let expected = "line 12, column 12: log-field-invalid: log.fields.b: there is no room for `b`: all \
                    fields together take at most 1024 bytes of a line; shorten them";
    assert_eq!(problems, expected);
}

/// Every member of a line is one that no field can replace: a line with two of a name would be refused
/// by its readers.
#[test]
fn no_field_takes_the_name_of_a_member() {
    let in_force = exchange::with(Switch::OFF);
    let line = Answer::origin(Reason::NoRoute).log_line(&exchange::of("/"), &in_force);
    let line: serde_json::Map<_, _> = serde_json::from_str(&line).expect("an object");
    for (name, _) in line {
        let lines = format!("endpoint = \"e\"\nfields.{name} = \"x\"");
        let text = with_log(&lines);
        let problems = problems_of(&text).to_string();
        let expected =
            format!("log-field-invalid: log.fields.{name}: every line has its own `{name}`");
        assert!(problems.contains(&expected), "{problems}");
        assert_eq!(end_of_line(&as_compiled(&text)), "}", "{name}");
    }
}
