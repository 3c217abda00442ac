//! `signpost completions` and `signpost man` as the processes that packagers run.

mod tool;

use std::io::Write as _;
use std::process::{Command, Stdio};

use tool::{ended, signpost};

const COMMANDS: [&str; 11] = [
    "check",
    "compile",
    "explain",
    "init",
    "plan",
    "release",
    "routes",
    "smoke",
    "watch",
    "completions",
    "man",
];

#[test]
fn every_shell_gets_completions_of_every_command() {
    for (shell, begins) in [
        ("bash", "_signpost() {"),
        ("zsh", "#compdef signpost"),
        ("fish", "# Print an optspec"),
    ] {
        let (code, script, errors) = ended(&mut signpost(&["completions", shell]));
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{shell}");
        assert!(script.starts_with(begins), "{shell}: {script}");
        for command in COMMANDS {
            assert!(script.contains(command), "{command} is not in {shell}'s");
        }
    }
    let (code, script, errors) = ended(&mut signpost(&["completions", "cmd"]));
    assert_eq!((code, script.as_str()), (Some(2), ""));
    assert!(errors.contains("invalid value 'cmd'"), "{errors}");
}

#[test]
fn each_shell_can_read_its_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let (_, script, _) = ended(&mut signpost(&["completions", shell]));
        let child = Command::new(shell)
            .arg("-n")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        // Not every machine has every shell.
        let Ok(mut child) = child else { continue };
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{shell}: {output:?}");
        assert!(output.stderr.is_empty(), "{shell}: {output:?}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let page = |arguments: &[&str]| {
        let (code, page, errors) = ended(&mut signpost(&[&["man"], arguments].concat()));
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{arguments:?}");
        page
    };
    let own = page(&[]);
    assert!(own.contains(".TH signpost 1"), "{own}");
    for command in COMMANDS {
        let page = page(&[command]);
        for part in [
            &format!(".TH signpost-{command} 1"),
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH OPTIONS",
            "Examples:",
            "Exit codes: 0",
        ] {
            assert!(page.contains(part), "{part} is not in {command}'s: {page}");
        }
        let reference = format!("signpost\\-{command}(1)");
        assert!(own.contains(&reference), "{reference} is not in {own}");
    }
}

#[test]
fn there_is_no_page_of_what_is_no_command() {
    let (code, page, errors) = ended(&mut signpost(&["man", "compil"]));
    assert_eq!((code, page.as_str()), (Some(2), ""));
    let expected = "error: there is no command `compil`; `signpost help` lists the commands\n";
    assert_eq!(errors, expected);
}
