//! What `--partial` does not write over, and what `--merge` does not add.

use std::fs;

use super::Files;
use super::merge::{check_refused, make, with_a_summary};

/// Makes a file of a summary in which each text, which it must have, is another.
#[track_caller]
fn edit(files: &Files, name: &str, changes: &[(&str, &str)]) {
    let good = fs::read_to_string(files.at("good")).unwrap();
    let edited = changes.iter().fold(good, |text, (from, to)| {
        assert!(text.contains(from), "{name}: {from} is not in {text}");
        text.replace(from, to)
    });
    files.write(name, edited.as_bytes());
}

#[test]
fn a_summary_is_not_written_over_anything_else() {
    let files = with_a_summary();
    files.write("more", b"/x\n");
    files.write("other", b"{\"signpost\":1}");
    fs::hard_link(files.at("requests"), files.at("linked")).unwrap();
    let names = [
        "old.toml", "new.toml", "requests", "more", "other", "linked",
    ];
    let contents = || names.map(|name| fs::read(files.at(name)).unwrap());
    let before = contents();
    check_refused(
        &files,
        "
        old.toml new.toml --requests requests --partial requests    | --partial names requests, which the plan reads as requests; name another file
        old.toml new.toml --requests requests --partial ./requests  | --partial names ./requests, which the plan reads as requests; name another file
        old.toml new.toml --requests requests --partial linked      | --partial names linked, which the plan reads as requests; name another file
        old.toml new.toml --requests more requests --partial more   | --partial names more, which the plan reads as more; name another file
        old.toml new.toml --requests requests --partial old.toml    | --partial names old.toml, which the plan reads as old.toml; name another file
        old.toml new.toml --requests requests --partial new.toml    | --partial names new.toml, which the plan reads as new.toml; name another file
        old.toml new.toml --merge good --partial new.toml           | --partial names new.toml, which the plan reads as new.toml; name another file
        old.toml new.toml --requests requests --partial other       | --partial names other, which is not a summary; name another file, or remove this one first
        --merge good --partial requests                             | --partial names requests, which is not a summary
        missing new.toml --requests requests --partial requests     | --partial names requests, which the plan reads as requests
        old.toml new.toml --requests requests --partial .           | cannot write .: it is a directory
        ",
    );
    assert_eq!(contents(), before);
}

#[test]
fn a_summary_is_written_over_a_summary() {
    let files = with_a_summary();
    let good = fs::read(files.at("good")).unwrap();
    files.write("empty", b"");
    files.write("cut", &good[..good.len() / 2]);
    edit(&files, "version", &[("_plan\":3,", "_plan\":2,")]);
    edit(
        &files,
        "program",
        &[("\"signpost\":\"", "\"signpost\":\"9")],
    );
    for name in ["good", "empty", "cut", "version", "program", "new"] {
        make(
            &files,
            &format!("old.toml new.toml --requests requests --partial {name}"),
        );
        let (code, _, errors) = files.plan(&["--merge", name]);
        assert_eq!((code, errors.as_str()), (Some(1), ""), "{name}");
    }
}

#[test]
fn no_request_is_added_twice() {
    let files = with_a_summary();
    fs::copy(files.at("good"), files.at("copy")).unwrap();
    for arguments in [
        "old.toml new.toml --requests requests --partial other",
        "--merge good other --partial sum",
        "--merge good --partial alone",
    ] {
        make(&files, arguments);
    }
    check_refused(
        &files,
        "
        --merge good good          | good cannot be added to good: good has its requests already; name each summary once
        --merge good ./good        | ./good cannot be added to good: good has its requests already
        --merge good copy          | copy cannot be added to good: good has its requests already
        --merge other good copy    | copy cannot be added to other: good has its requests already
        --merge good other sum     | sum cannot be added to good: good has its requests already; name each summary once, and none beside a sum that has it
        --merge sum other          | other cannot be added to sum: sum has its requests already
        --merge good alone         | alone cannot be added to good: good has its requests already
        --merge good copy --partial part | copy cannot be added to good: good has its requests already
        ",
    );
    // Two runs over one log are taken for two logs: both have their own number.
    let (code, text, errors) = files.plan(&["--merge", "good", "other"]);
    assert_eq!((code, errors.as_str()), (Some(1), ""));
    assert!(text.starts_with("4 requests: "), "{text}");
    assert_eq!(files.plan(&["--merge", "sum"]), (code, text, errors));
}

#[test]
fn damaged_summaries_and_those_of_another_program_are_refused() {
    let files = with_a_summary();
    make(
        &files,
        "old.toml new.toml --requests requests --partial other",
    );
    let most = u64::MAX.to_string();
    let half = (u64::MAX / 2).to_string();
    let requests = |number: &str| format!("\"requests\":{number},");
    let one = requests("1");
    edit(&files, "overflow", &[(&one, &requests(&most))]);
    edit(&files, "half", &[(&one, &requests(&half))]);
    edit(
        &files,
        "blank",
        &[("\"blank_lines\":0", &format!("\"blank_lines\":{most}"))],
    );
    edit(&files, "paths", &[("\"here\":1", "\"here\":3")]);
    edit(
        &files,
        "many-paths",
        &[("\"here\":1", &format!("\"here\":{most},\"below\":1"))],
    );
    edit(&files, "spot", &[("\"file\":0", "\"file\":1")]);
    edit(
        &files,
        "far",
        &[("\"file\":0", &format!("\"file\":{most}"))],
    );
    edit(
        &files,
        "program",
        &[("\"signpost\":\"", "\"signpost\":\"9")],
    );
    edit(&files, "run", &[("\"runs\":[", "\"runs\":[1,")]);
    let (code, text, errors) = files.plan(&["--merge", "half"]);
    assert_eq!((code, errors.as_str()), (Some(1), ""), "{text}");
    check_refused(
        &files,
        "
        --merge overflow         | overflow is damaged: it counts more lines than there can be; write it again with `signpost plan --partial overflow`
        --merge blank            | blank is damaged: it counts more lines than there can be
        --merge half other       | other cannot be added to half: together they count more lines than there can be, so that one is damaged
        --merge other half       | half cannot be added to other: together they count more lines than there can be
        --merge paths            | paths is damaged: it counts more requests that no route takes than requests
        --merge many-paths       | many-paths is damaged: it counts more requests that no route takes than requests
        --merge spot             | spot is damaged: a sample is of a file that it does not name
        --merge good far         | far is damaged: a sample is of a file that it does not name
        --merge program          | signpost 9
        --merge good run         | run cannot be added to good: good has its requests already
        ",
    );
}

#[test]
fn the_order_of_unhealthy_targets_makes_no_other_plan() {
    let files = with_a_summary();
    files.write(
        "two.toml",
        include_bytes!("../../../docs/examples/two-targets.toml"),
    );
    let orders = [
        ("one", "--unhealthy fastly --unhealthy cloudfront"),
        ("other", "--unhealthy cloudfront --unhealthy fastly"),
        (
            "again",
            "--unhealthy fastly --unhealthy cloudfront --unhealthy fastly",
        ),
    ];
    let single = |unhealthy: &str| {
        let run = format!("two.toml two.toml --requests requests requests requests {unhealthy}");
        files.plan(&run.split(' ').collect::<Vec<_>>())
    };
    for (name, unhealthy) in orders {
        make(
            &files,
            &format!("two.toml two.toml --requests requests {unhealthy} --partial {name}"),
        );
        assert_eq!(single(unhealthy), single(orders[0].1), "{name}");
    }
    let merged = files.plan(&["--merge", "one", "other", "again"]);
    assert_eq!(merged, single(orders[0].1));
    assert_eq!(merged.0, Some(0), "{}", merged.2);
}
