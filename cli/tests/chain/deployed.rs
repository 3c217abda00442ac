//! The files in `deploy/` between Fastly and `signpost watch`.

use std::fs;
use std::process::Command;

use signpost_testbed::{MessageType, Rsyslog, is_installed};

/// The configuration of rsyslog for production.
pub(crate) const RSYSLOG: &str = include_str!("../../../deploy/rsyslog/signpost.conf");

const UNIT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../deploy/systemd/signpost-watch.service"
);

/// The unit of the smoke test, which is started in the same way.
const SMOKE_UNIT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../deploy/systemd/signpost-smoke.service"
);

/// Where production serves figures: Prometheus asks for them there.
const METRICS: &str = "127.0.0.1:9464";

/// Where the smoke test does.
const SMOKE_METRICS: &str = "127.0.0.1:9465";

/// The command with which production reads rsyslog's file, with this build of `signpost`. It serves figures at
/// any port, and ends within a second if this process is killed.
pub(crate) fn watch_command() -> String {
    let watch = format!("| '{}' watch --wait 1s ", env!("CARGO_BIN_EXE_signpost"));
    let mut command = shown_command(UNIT);
    for (from, to) in [("| signpost watch ", &*watch), (METRICS, "127.0.0.1:0")] {
        assert!(command.contains(from), "{command}");
        command = command.replace(from, to);
    }
    command
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

fn shown_command(unit: &str) -> String {
    let unit = fs::read_to_string(unit).unwrap();
    let mut lines = unit.lines();
    let command = lines.find_map(|line| line.strip_prefix("ExecStart=/bin/sh -c '"));
    command.unwrap().strip_suffix('\'').unwrap().to_owned()
}

#[test]
fn the_page_for_operators_shows_the_command_of_the_unit() {
    let page = include_str!("../../../docs/operating.md");
    let command = shown_command(UNIT).replace("\"$ALERTMANAGER\"", "http://127.0.0.1:9093");
    assert!(page.contains(&command), "{command}");
}

#[test]
fn prometheus_asks_where_the_units_serve() {
    let prometheus = include_str!("../../../deploy/prometheus/prometheus.yml");
    for (unit, metrics) in [(UNIT, METRICS), (SMOKE_UNIT, SMOKE_METRICS)] {
        let target = format!("targets: [\"{metrics}\"]");
        assert!(prometheus.contains(&target), "{prometheus}");
        let command = shown_command(unit);
        assert!(command.contains(&format!("--metrics {metrics}")), "{unit}");
    }
}

/// Without it, the fifth quick failure is the last: no alarm ever comes.
#[test]
fn systemd_starts_each_unit_again_however_often_it_fails() {
    for unit in [UNIT, SMOKE_UNIT] {
        let unit = fs::read_to_string(unit).unwrap();
        let (before, service) = unit.split_once("[Service]").unwrap();
        assert!(before.contains("\nStartLimitIntervalSec=0\n"), "{unit}");
        assert!(service.contains("\nRestart=always\n"), "{unit}");
    }
}

#[test]
fn the_watch_may_read_what_rsyslog_writes_and_no_other_log() {
    let unit = fs::read_to_string(UNIT).unwrap();
    assert!(unit.contains("\nSupplementaryGroups=signpost\n"), "{unit}");
    for key in ["dirGroup", "fileGroup"] {
        let group = format!("{key}=\"signpost\"\n");
        assert!(RSYSLOG.contains(&group), "{RSYSLOG}");
    }
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
    let config = Rsyslog::without_group(RSYSLOG).unwrap();
    let by_itself = write("signpost.conf", &config);
    let mut rows = vec![
        ("by itself", by_itself.clone(), true),
        (
            "with a key that does not exist",
            write("wrong.conf", &config.replace("ruleset=", "rules=")),
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
fn systemd_takes_the_units() {
    if !is_installed("systemd-analyze") {
        return;
    }
    for unit in [UNIT, SMOKE_UNIT] {
        let output = Command::new("systemd-analyze")
            .args(["verify", unit])
            .output()
            .unwrap();
        assert!(output.status.success(), "{unit}: {output:?}");
        let (_, name) = unit.rsplit_once('/').unwrap();
        assert!(
            !String::from_utf8_lossy(&output.stderr).contains(&format!("{name}:")),
            "{output:?}"
        );
    }
}
