//! The files in `deploy/` between Fastly and `signpost watch`.

use std::fs;
use std::path::Path;
use std::process::Command;

use signpost_testbed::{MessageType, Rsyslog};

/// The configuration of rsyslog for production.
pub(crate) const RSYSLOG: &str = include_str!("../../../deploy/rsyslog/signpost.conf");

const UNIT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../deploy/systemd/signpost-watch.service"
);

/// The command with which production reads rsyslog's file, with this build of `signpost`.
pub(crate) fn watch_command() -> String {
    let command = shown_command();
    let watch = format!("| '{}' watch ", env!("CARGO_BIN_EXE_signpost"));
    assert!(command.contains("| signpost watch "), "{command}");
    command.replace("| signpost watch ", &watch)
}

/// The type that the Terraform module sets unless told otherwise.
pub(crate) fn message_type() -> MessageType {
    let variables = include_str!("../../../deploy/terraform/variables.tf");
    let (_, rest) = variables
        .split_once("message_type = optional(string, \"")
        .unwrap();
    let (name, _) = rest.split_once('"').unwrap();
    MessageType::named(name).unwrap_or_else(|| panic!("no type is called {name}"))
}

fn shown_command() -> String {
    let unit = fs::read_to_string(UNIT).unwrap();
    let mut lines = unit.lines();
    let command = lines.find_map(|line| line.strip_prefix("ExecStart=/bin/sh -c '"));
    command.unwrap().strip_suffix('\'').unwrap().to_owned()
}

#[test]
fn the_page_for_operators_shows_the_command_of_the_unit() {
    let page = include_str!("../../../docs/operating.md");
    let command = shown_command().replace("\"$ALERTMANAGER\"", "http://127.0.0.1:9093");
    assert!(page.contains(&command), "{command}");
}

#[test]
fn rsyslogd_takes_the_configuration_by_itself_and_beside_that_of_debian() {
    if !Rsyslog::is_installed() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = directory.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let by_itself = write("signpost.conf", RSYSLOG);
    let mut rows = vec![
        ("by itself", by_itself.clone(), true),
        (
            "with a key that does not exist",
            write("wrong.conf", &RSYSLOG.replace("ruleset=", "rules=")),
            false,
        ),
    ];
    if let Ok(debian) = fs::read_to_string("/etc/rsyslog.conf") {
        let included = debian.replace("/etc/rsyslog.d/*.conf", by_itself.to_str().unwrap());
        rows.push(("beside Debian's", write("debian.conf", &included), true));
    }
    for (name, file, is_right) in rows {
        let output = Command::new("/usr/sbin/rsyslogd")
            .args(["-N1", "-f"])
            .arg(&file)
            .output()
            .unwrap();
        assert_eq!(output.status.success(), is_right, "{name}: {output:?}");
    }
}

#[test]
fn systemd_takes_the_unit() {
    if !Path::new("/usr/bin/systemd-analyze").exists() {
        return;
    }
    let output = Command::new("systemd-analyze")
        .args(["verify", UNIT])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("signpost-watch.service:"),
        "{output:?}"
    );
}
