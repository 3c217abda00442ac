//! What the program writes to a terminal, and where nothing can be written.

mod tool;

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use signpost_rows::PRODUCTION;
use tool::{ended, signpost};

/// The exit code, standard output and standard error of `signpost check` in the workspace.
fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&mut signpost(&[&["check"], arguments].concat()))
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    }
}

#[test]
fn nothing_in_a_file_commands_the_terminal() {
    let files = Files::new();
    let changed = PRODUCTION
        .replace("[\"origin\"]", "[\"or\\u001b[31migin\"]")
        .replace(
            "cors = true",
            "\"k\u{202e}ey\" = true # \u{1b}]0;title\u{7}\r",
        );
    let file = files.write("bad.toml", &changed);
    let (code, text, _) = check(&[&file]);
    assert_eq!(code, Some(1));
    let is_command = |found: char| (found.is_control() && found != '\n') || found == '\u{202e}';
    assert!(!text.contains(is_command), "{text:?}");
    let renamed = PRODUCTION
        .replace("[targets.static]", "[targets.\"static\\u202e\"]")
        .replace("\"static\"", "\"static\\u202e\"");
    let renamed = files.write("renamed.toml", renamed);
    let (code, text, _) = check(&["config/crates-io.toml", &renamed]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("static\\u{202e}"), "{text}");
    assert!(!text.contains(is_command), "{text:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_crash() {
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let good = "config/crates-io.toml";
    for arguments in [
        &["check", good][..],
        &["compile", good],
        &["--help"],
        &["man"],
    ] {
        let (code, _, errors) = ended(signpost(arguments).stdout(full()));
        assert_eq!(code, Some(2), "{arguments:?}: {errors}");
        let words = "error: cannot write to standard output: ";
        assert!(errors.starts_with(words), "{arguments:?}: {errors}");
    }
    for arguments in [
        &["check", "missing.toml"][..],
        &["check"],
        &["compile", "Cargo.lock"],
    ] {
        let output = signpost(arguments).stderr(full()).output().unwrap();
        let expected = if arguments.contains(&"Cargo.lock") {
            1
        } else {
            2
        };
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
    }
}

#[test]
fn there_is_colour_only_on_a_terminal_or_where_it_is_asked_for() {
    let files = Files::new();
    let file = files.write("bad.toml", PRODUCTION.replace("cors", "korz"));
    for (variable, coloured) in [
        (None, false),
        (Some(("NO_COLOR", "1")), false),
        (Some(("CLICOLOR_FORCE", "1")), true),
    ] {
        let output = signpost(&["check", &file]).envs(variable).output().unwrap();
        let has_escapes = output.stdout.contains(&b'\x1b');
        assert_eq!(has_escapes, coloured, "{variable:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_sees_colours_and_lines_of_its_own_width() {
    let files = Files::new();
    let file = files.write("bad.toml", "korz = 1");
    for (columns, width) in [(60, 60), (250, 100)] {
        let size = nix::pty::Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let nix::pty::OpenptyResult { master, slave } = nix::pty::openpty(&size, None).unwrap();
        let mut command = signpost(&["check", "bad.toml"]);
        let mut child = command
            .current_dir(file.strip_suffix("bad.toml").unwrap())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR")
            .stdout(slave)
            .spawn()
            .unwrap();
        // The other end of the terminal is closed only when this is gone too.
        drop(command);
        let mut seen = Vec::new();
        // A terminal that is closed is an error on Linux, after all that was written.
        let _ = fs::File::from(master).read_to_end(&mut seen);
        assert_eq!(child.wait().unwrap().code(), Some(1));
        let seen = String::from_utf8(seen).unwrap();
        assert!(seen.contains("\u{1b}["), "{seen}");
        let plain = anstream::adapter::strip_str(&seen).to_string();
        let longest = plain.lines().map(|line| line.chars().count()).max();
        let longest = longest.unwrap_or_default();
        assert!(
            (width - 20..=width).contains(&longest),
            "{longest} of {width}: {plain}"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let config = "config/crates-io.toml";
    let staging = "config/crates-io-staging.toml";
    for (arguments, code) in [
        (&["check", config][..], 0),
        (&["compile", config], 0),
        (&["explain", config, "/api/v1/crates/a/1.0.0/download"], 0),
        (&["routes", config], 0),
        (&["plan", config, staging], 1),
    ] {
        let mut child = signpost(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        let ended = (child.wait().unwrap().code(), errors);
        assert_eq!(ended, (Some(code), String::new()), "{arguments:?}");
    }
}
