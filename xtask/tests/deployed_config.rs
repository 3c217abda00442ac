//! The script `deploy/deployed-config.sh`, in a small repository.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/deployed-config.sh");

/// Compiles what begins with `good` to upper case, and refuses the rest.
const COMPILER: &str = "#!/bin/sh\ngrep -q ^good \"$2\" && tr a-z A-Z < \"$2\"\n";

fn run(directory: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("SIGNPOST", directory.join("compiler"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    output.unwrap()
}

#[test]
fn the_version_in_the_history_that_compiles_to_what_is_stored_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let compiler = directory.join("compiler");
    fs::write(&compiler, COMPILER).unwrap();
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
    run(directory, "git", &["init", "--quiet"]);
    for text in ["good: first\n", "bad\n", "good: third\n"] {
        fs::write(directory.join("config.toml"), text).unwrap();
        run(directory, "git", &["add", "config.toml"]);
        let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let commit = ["commit", "--quiet", "--message", text];
        let committed = run(directory, "git", &[name.as_slice(), &commit].concat());
        assert!(committed.status.success(), "{committed:?}");
    }

    for (stored, found) in [
        ("GOOD: FIRST", Some("good: first\n")),
        ("GOOD: FIRST\n", Some("good: first\n")),
        ("GOOD: THIRD\n", Some("good: third\n")),
        ("BAD\n", None),
        ("{}", None),
    ] {
        fs::write(directory.join("stored.json"), stored).unwrap();
        let output = run(directory, SCRIPT, &["stored.json", "config.toml"]);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            output.status.success(),
            found.is_some(),
            "{stored}: {output:?}"
        );
        assert_eq!(printed, found.unwrap_or_default(), "{stored}");
    }
}
