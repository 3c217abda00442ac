//! `--next`: the new configuration in `next`, beside the old one in `config`.

use serde_json::Value;
use signpost_rows::sides::{CONFIG, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT};

use super::Files;
use super::merge::{check_refused, make};

/// `config.toml`, `next.toml`, and `requests` for a file of each side and one that `next` has no way for.
fn files() -> Files {
    let files = Files::new();
    files.write("config.toml", CONFIG.as_bytes());
    files.write("next.toml", NEXT.as_bytes());
    let lines = format!("{FILE_OF_CONFIG}\n{FILE_OF_NEXT}\n/old/serde\n");
    files.write("requests", lines.as_bytes());
    files
}

#[test]
fn what_a_share_changes_and_what_next_refuses_is_shown() {
    let files = files();
    // The options, and the numbers of changed requests, those on the side of `next`, and those that it refuses.
    for (options, expected) in [
        ("--next 1 --requests requests", [0, 0, 0]),
        ("--next 50 --requests requests", [1, 2, 1]),
        ("--next 100 --requests requests", [2, 3, 1]),
        ("--next 100", [4, 6, 2]),
    ] {
        let arguments = ["config.toml", "next.toml", "--format", "json"];
        let options: Vec<_> = options.split(' ').collect();
        let (code, text, errors) = files.plan(&[&arguments[..], &options].concat());
        assert_eq!((code, errors.as_str()), (Some(1), ""), "{options:?}");
        let plan: Value = serde_json::from_str(&text).unwrap();
        let next = &plan["next"];
        let changed = plan["requests"].as_u64().unwrap() - plan["same"].as_u64().unwrap();
        let number = |found: &Value| found["requests"].as_u64().unwrap();
        let found = [changed, number(next), number(&next["refused"])];
        assert_eq!(found, expected, "{options:?}: {text}");
    }
    let arguments = [
        "config.toml",
        "next.toml",
        "--next",
        "100",
        "--requests",
        "requests",
    ];
    let (_, text, _) = files.plan(&arguments);
    let expected = "
With 100% of the files on the side of `next`:
           3  100.0 %  on the side of `next`
           1   33.3 %  answered by `config`, because `next` has no way (next-refused)

next-refused: 1 request
  = https://config.example/old/{name}  (route old)
  `next` has no way: no-route
    line 3: GET /old/serde
      = https://config.example/old/serde
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn summaries_remember_the_share() {
    let files = files();
    files.write("more", b"/old/other\n/nothing\n");
    let plan = "config.toml next.toml --next 50 --requests";
    make(&files, &format!("{plan} requests --partial one"));
    make(&files, &format!("{plan} more --partial two"));
    make(
        &files,
        "config.toml next.toml --next 5 --requests more --partial five",
    );
    make(
        &files,
        "config.toml next.toml --requests more --partial alone",
    );
    for more in ["", " --format json"] {
        let run = |arguments: &str| {
            let arguments = format!("{arguments}{more}");
            files.plan(&arguments.split(' ').collect::<Vec<_>>())
        };
        let single = run(&format!("{plan} requests more"));
        assert_eq!((single.0, single.2.as_str()), (Some(1), ""), "{more}");
        assert_eq!(run("--merge one two"), single, "{more}");
        assert_eq!(
            run("config.toml next.toml --merge one two"),
            single,
            "{more}"
        );
    }
    check_refused(
        &files,
        "
        --merge one five                      | five cannot be added to one: its share of `next` is 5%, not 50%; merge only summaries of the same plan
        --merge one alone                     | alone cannot be added to one: its share of `next` is none, not 50%; merge only
        --merge alone two                     | two cannot be added to alone: its share of `next` is 50%, not none; merge only
        --merge one two --next 50             | the argument '--merge <FILE>...' cannot be used with
        none next.toml --next 5               | OLD is `none`, and without a configuration in `config` nothing is redirected, whatever is in `next`; name the configuration in force, or leave --next out
        config.toml next.toml --next 0        | invalid value '0' for '--next <PERCENT>': 0 is not in 1..=100
        config.toml next.toml --next 101      | invalid value '101' for '--next <PERCENT>': 101 is not in 1..=100
        config.toml next.toml --next 5%       | invalid value '5%' for '--next <PERCENT>':
        config.toml next.toml --next 5 --unhealthy cdn | the argument '--next <PERCENT>' cannot be used with
        ",
    );
}
