//! `--partial` and `--merge`, and several files.

use std::fs;

use serde_json::Value;
use signpost_testbed::rows;

use super::{Files, Lines, PRODUCTION, Paths, gzip};

/// How many log lines there are.
const LINES: usize = 3_000;

fn log() -> Vec<String> {
    let old = signpost::authoring::from_toml(PRODUCTION).unwrap();
    let mut lines = Lines::new(&old, Paths::Popular);
    let line = |number: usize| match number % 100 {
        50 => "\n".to_owned(),
        51 => format!("what is {number}?\n"),
        52 => format!("/users/{number}\n"),
        _ => lines.next_line() + "\n",
    };
    (0..LINES).map(line).collect()
}

/// The arguments with which a part is summarized into `NAME.part`.
fn partial(name: &str) -> Vec<String> {
    let part = format!("{name}.part");
    let arguments = [
        "old.toml",
        "new.toml",
        "--requests",
        name,
        "--partial",
        &part,
    ];
    arguments.map(str::to_owned).to_vec()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[track_caller]
fn summarize(files: &Files, name: &str) {
    let found = files.plan(&borrowed(&partial(name)));
    assert_eq!(found, (Some(0), String::new(), String::new()), "{name}");
}

#[test]
fn merged_summaries_print_what_a_single_run_prints() {
    let files = Files::new();
    let log = log();
    for (row, cuts) in [
        ("one part", &[][..]),
        ("halves", &[LINES / 2]),
        ("nothing at first", &[0]),
        ("nothing in the middle", &[1_000, 1_000]),
        ("nothing at last", &[LINES]),
        ("a line at first", &[1, 2, 2_000]),
        (
            "many",
            &[300, 600, 900, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700],
        ),
    ] {
        let ends = cuts.iter().copied().chain([LINES]);
        let starts = [0].into_iter().chain(cuts.iter().copied());
        let mut names = Vec::new();
        for (index, (start, end)) in starts.zip(ends).enumerate() {
            let (name, text) = (format!("{index}.log"), log[start..end].concat());
            let is_packed = index % 2 == 1;
            let content = if is_packed {
                gzip(&text)
            } else {
                text.into_bytes()
            };
            files.write(&name, &content);
            summarize(&files, &name);
            names.push(name);
        }
        let parts: Vec<_> = names.iter().map(|name| format!("{name}.part")).collect();
        for more in [
            &[][..],
            &["--format", "json"],
            &[
                "--cost",
                "0.60,0.05",
                "--cpu-ms",
                "0.4,0.3",
                "--max-unreadable",
                "100",
            ],
        ] {
            let run = [
                &["old.toml", "new.toml", "--requests"],
                &*borrowed(&names),
                more,
            ];
            let single = files.plan(&run.concat());
            assert_eq!(
                (single.0, single.2.as_str()),
                (Some(1), ""),
                "{row} {more:?}"
            );
            let merge = [&["--merge"], &*borrowed(&parts), more];
            assert_eq!(files.plan(&merge.concat()), single, "{row} {more:?}");
            let merge = [
                &["old.toml", "new.toml", "--merge"],
                &*borrowed(&parts),
                more,
            ];
            assert_eq!(
                files.plan(&merge.concat()),
                single,
                "{row} {more:?}, checked"
            );
            // A summary of summaries, as a tree of machines makes it.
            let half = parts.len().div_ceil(2);
            let (mut left, mut right) = (vec!["--merge"], vec!["--merge"]);
            left.extend(borrowed(&parts[..half]));
            right.extend(borrowed(&parts[half..]));
            let mut merge = vec!["--merge"];
            for (list, name) in [(left, "left.part"), (right, "right.part")] {
                if list.len() > 1 {
                    let found = files.plan(&[&list[..], &["--partial", name]].concat());
                    assert_eq!(found.0, Some(0), "{row}: {}", found.2);
                    merge.push(name);
                }
            }
            let found = files.plan(&[&merge[..], more].concat());
            assert_eq!(found, single, "{row} {more:?}, merged twice");
        }
    }
}

#[test]
fn a_line_of_several_files_has_its_file() {
    let files = Files::new();
    files.write("a", b"what?\n");
    files.write("b", b"\n/api/v1/crates/smallvec/1.10.0/download\n");
    let arguments = ["old.toml", "new.toml", "--requests", "a", "b"];
    let (code, text, errors) = files.plan(&arguments);
    assert_eq!((code, errors.as_str()), (Some(1), ""));
    for part in [
        "a line 1: what?\n",
        "b line 2: GET /api/v1/crates/smallvec/1.10.0/download\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let (_, text, _) = files.plan(&[&arguments[..], &["--format", "json"]].concat());
    let plan: Value = serde_json::from_str(&text).unwrap();
    let sample = &plan["groups"][0]["samples"][0];
    assert_eq!((&sample["file"], &sample["line"]), (&"b".into(), &2.into()));
}

#[test]
fn the_configurations_stand_before_or_after_the_requests() {
    let files = Files::new();
    for name in ["a", "b"] {
        files.write(name, super::REQUESTS.as_bytes());
    }
    for [before, after] in rows(
        "
        old.toml new.toml --requests a                      | --requests a old.toml new.toml
        old.toml new.toml --requests a b                    | --requests a b old.toml new.toml
        old.toml new.toml --requests a b                    | --requests a --requests b old.toml new.toml
        old.toml new.toml --requests a b                    | --requests a --requests b -- old.toml new.toml
        old.toml new.toml --requests a b --format json      | --requests a b old.toml new.toml --format json
        old.toml new.toml --max-unreadable 5 --requests a   | --requests a old.toml new.toml --max-unreadable 5
        none new.toml --requests a                          | --requests a none new.toml
        ",
    ) {
        let [before, after] = [before, after].map(|it| it.split(' ').collect::<Vec<_>>());
        let expected = files.plan(&before);
        assert_eq!((expected.0, expected.2.as_str()), (Some(1), ""), "{before:?}");
        assert_eq!(files.plan(&after), expected, "{after:?}");
    }
    check_refused(
        &files,
        "
        --requests a                      | name OLD and NEW, such as `signpost plan OLD NEW --requests FILE`
        --requests old.toml new.toml      | name OLD and NEW, such as `signpost plan OLD NEW --requests FILE`
        --requests a --format json        | name OLD and NEW, such as `signpost plan OLD NEW --requests FILE`
        --requests old.toml a b           | a has problems
        --requests - - new.toml           | standard input can be read only once; name `-` once
        old.toml --requests a new.toml    | the following required arguments were not provided
        ",
    );
}

#[test]
fn a_file_that_breaks_off_is_said_after_the_merge_as_well() {
    let files = Files::new();
    let text = log().concat();
    let mut cut = gzip(&text);
    cut.truncate(cut.len() - 1_000);
    files.write("cut", &cut);
    files.write("whole", text.as_bytes());
    summarize(&files, "whole");
    let (code, text, errors) = files.plan(&borrowed(&partial("cut")));
    let why = "cut breaks off: its gzip data has no end\n";
    let expected = format!("error: the summary is incomplete: {why}");
    assert_eq!((code, text.as_str(), errors), (Some(2), "", expected));
    let merged = files.plan(&["--merge", "cut.part", "whole.part"]);
    let single = files.plan(&["old.toml", "new.toml", "--requests", "cut", "whole"]);
    assert_eq!(merged, single);
    let expected = format!("error: the plan is incomplete: {why}");
    assert_eq!((merged.0, merged.2), (Some(2), expected));
    assert!(
        merged
            .1
            .contains("Not all requests were read: cut breaks off")
    );
}

/// Each row has arguments, and what the error begins with.
#[track_caller]
pub(crate) fn check_refused(files: &Files, table: &'static str) {
    for [arguments, words] in rows(table) {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let (code, text, errors) = files.plan(&arguments);
        assert_eq!(
            (code, text.as_str()),
            (Some(2), ""),
            "{arguments:?}: {errors}"
        );
        let expected = format!("error: {words}");
        assert!(errors.starts_with(&expected), "{arguments:?}: {errors}");
    }
}

/// A summary by the name of `good`.
pub(crate) fn with_a_summary() -> Files {
    let files = Files::new();
    files.write("requests", super::REQUESTS.as_bytes());
    make(
        &files,
        "old.toml new.toml --requests requests --partial good",
    );
    files
}

#[track_caller]
pub(crate) fn make(files: &Files, arguments: &str) {
    let arguments: Vec<_> = arguments.split(' ').collect();
    let found = files.plan(&arguments);
    assert_eq!(
        found,
        (Some(0), String::new(), String::new()),
        "{arguments:?}"
    );
}

#[test]
fn files_that_are_no_summary_are_refused() {
    let files = with_a_summary();
    let good = fs::read_to_string(files.at("good")).unwrap();
    files.write("empty", b"");
    files.write(
        "version",
        good.replace("_plan\":3,", "_plan\":2,").as_bytes(),
    );
    files.write("cut", &good.as_bytes()[..good.len() / 2]);
    files.write("more", format!("{good}x").as_bytes());
    files.write("unknown", good.replace("blank_lines", "blanks").as_bytes());
    files.write(
        "kind",
        good.replace("redirect-elsewhere", "other").as_bytes(),
    );
    files.write("binary", &[0x1F, 0x8B, 0]);
    check_refused(
        &files,
        "
        --merge good missing  | cannot read missing: there is no such file
        --merge good .        | cannot read .: it is a directory; name a file
        --merge good version  | version is a summary of version 2, and this signpost reads version 3; write it again with this signpost
        --merge cut           | cut breaks off; write it again with `signpost plan --partial cut`
        --merge good empty    | empty breaks off; write it again with
        --merge good requests | requests is not a summary that `signpost plan --partial` wrote:
        --merge more          | more is not a summary that `signpost plan --partial` wrote: trailing characters
        --merge unknown       | unknown is not a summary that `signpost plan --partial` wrote: unknown field `blanks`
        --merge kind          | kind is not a summary that `signpost plan --partial` wrote: unknown variant `other`
        --merge binary        | binary is not a summary that `signpost plan --partial` wrote:
        --merge old.toml      | old.toml is not a summary that `signpost plan --partial` wrote:
        ",
    );
}

#[test]
fn summaries_of_other_plans_are_refused() {
    let files = with_a_summary();
    files.write(
        "two.toml",
        include_bytes!("../../../docs/examples/two-targets.toml"),
    );
    files.write("empty", b"");
    for arguments in [
        "none new.toml --requests requests --partial of-none",
        "new.toml old.toml --requests requests --partial back",
        "old.toml old.toml --requests requests --partial same",
        "two.toml two.toml --requests requests --partial two",
        "two.toml two.toml --requests requests --unhealthy fastly --partial sick",
        "old.toml new.toml --requests empty --partial nothing",
        "old.toml new.toml --requests empty --partial nothing-else",
    ] {
        make(&files, arguments);
    }
    check_refused(
        &files,
        "
        --merge good of-none            | of-none cannot be added to good: its OLD is `none`, not the revision
        --merge of-none good            | good cannot be added to of-none: its OLD is the revision
        --merge good back               | back cannot be added to good: its OLD is the revision
        --merge good same               | same cannot be added to good: its NEW is the revision
        --merge two sick                | sick cannot be added to two: its unhealthy targets are fastly, not none; merge only summaries of the same plan
        new.toml old.toml --merge good  | good is not a summary of OLD and NEW: its OLD is the revision
        old.toml old.toml --merge good  | good is not a summary of OLD and NEW: its NEW is the revision
        none new.toml --merge good      | good is not a summary of OLD and NEW: its OLD is the revision
        --merge nothing                 | there is no request in empty, so nothing can be planned
        --merge nothing nothing-else    | there is no request in 2 files, so nothing can be planned
        ",
    );
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    check_refused(
        &with_a_summary(),
        "
        --merge good --partial no/part                  | cannot write no/part: there is no directory no; make it first
        --merge good --requests requests                | the argument '--merge <FILE>...' cannot be used with
        --merge good --unhealthy fastly                 | the argument '--merge <FILE>...' cannot be used with
        --merge good --partial p --cost 1,1 --cpu-ms 1  | the argument '--partial <FILE>' cannot be used with
        old.toml --merge good                           | the following required arguments were not provided
        old.toml new.toml --partial part                | the following required arguments were not provided
        old.toml new.toml --cost 1,1 --cpu-ms 1         | the following required arguments were not provided
        --merge good --partial p --format json          | the argument '--partial <FILE>' cannot be used with
        --merge good --partial p --max-unreadable 9     | the argument '--partial <FILE>' cannot be used with
        --merge good --cost 1,1                         | the following required arguments were not provided
        --merge good --cpu-ms 1                         | the following required arguments were not provided
        --merge good --cost 1 --cpu-ms 1                | invalid value '1' for '--cost <REQUESTS,CPU>': it needs two prices
        --merge good --cost 1,-1 --cpu-ms 1             | invalid value '1,-1' for '--cost <REQUESTS,CPU>': `-1` is not a number such as 0.05
        --merge good --cost 1,1 --cpu-ms x              | invalid value 'x' for '--cpu-ms <ANSWERED[,PASSED]>': `x` is not a number such as 0.05
        ",
    );
}
