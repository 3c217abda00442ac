//! What the script that installs clients leaves behind, with stand-ins for the programs of Debian.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = include_str!("../clients.sh");

const POLICY: &str = "/usr/sbin/policy-rc.d";

/// The file of a run that was killed, and one of the administrator's.
const LEFT: &str =
    "#!/bin/sh\n# By `cargo xtask setup --clients`, which removes it at its end.\nexit 101\n";
const OTHER: &str = "#!/bin/sh\nexit 0\n";

#[test]
fn services_stay_off_and_no_file_is_left() {
    for (name, before, install, code, after) in [
        ("it finishes", None, "true", 0, None),
        ("apt-get fails", None, "exit 100", 100, None),
        ("it is interrupted", None, "kill -INT $PPID", 130, None),
        ("it is ended", None, "kill -TERM $PPID", 143, None),
        ("its terminal goes away", None, "kill -HUP $PPID", 143, None),
        ("a run was killed", Some(LEFT), "true", 0, None),
        ("the administrator's", Some(OTHER), "true", 0, Some(OTHER)),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        if let Some(before) = before {
            fs::write(at("policy"), before).unwrap();
        }
        let policy = at("policy");
        let policy = policy.to_str().unwrap();
        program(
            &at("apt-get"),
            &format!("cp {policy} {policy}.seen\ncase $* in *install*) {install};; esac"),
        );
        // rsyslog has been there, Prometheus was removed, and Alertmanager is unknown.
        program(
            &at("dpkg-query"),
            "case $* in *' rsyslog') printf installed;; *' prometheus') printf config-files;; *) exit 1;; esac",
        );
        program(
            &at("deb-systemd-helper"),
            &format!(
                "[ -n \"$DPKG_MAINTSCRIPT_PACKAGE\" ] || exit 1\necho $* >> {}",
                at("disabled").display()
            ),
        );
        assert!(SCRIPT.contains(POLICY));

        let path = std::env::var("PATH").unwrap();
        let status = Command::new("sh")
            .args(["-c", &SCRIPT.replace(POLICY, policy)])
            .env("PATH", format!("{}:{path}", directory.path().display()))
            .status()
            .unwrap();

        assert_eq!(status.code(), Some(code), "{name}: {status}");
        let read = |name: &str| fs::read_to_string(at(name)).ok();
        assert_eq!(read("policy").as_deref(), after, "{name}");
        let meanwhile = read("policy.seen");
        assert_eq!(meanwhile.as_deref(), after.or(Some(LEFT)), "{name}");
        let disabled = "disable prometheus.service\ndisable prometheus-alertmanager.service\n";
        assert_eq!(read("disabled").as_deref(), Some(disabled), "{name}");
    }
}

fn program(file: &Path, text: &str) {
    fs::write(file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
