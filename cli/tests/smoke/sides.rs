//! The real module under Viceroy with two configurations in force: files on both sides are asked for, and
//! each is expected from its side.

use std::fs;

use signpost_rows::{changed, with_its_revision};

use crate::bed::{Module, PRODUCTION};
use crate::two_targets::{BOTH, TwoCdns};

/// What a smoke test says if `config` answers in the place of `next`.
const NOT_IN_FORCE: &str = "`config` answered a file on the side of `next`: the entry `next` is missing or the \
     same as `config`, the deployed module cannot read it, or the switch gives it no share";

/// The module with this in the entry `next`, if it is there.
async fn module(switch: &str, next: Option<&str>) -> Module {
    BOTH.module_with(|server| {
        let server = server.switch(switch);
        match next {
            Some(next) => server.next(next),
            None => server,
        }
    })
    .await
}

/// A configuration whose answers are those of `config`, but for who answers.
fn alike() -> String {
    changed(&BOTH.toml(), "window = \"1m\"", "window = \"2m\"")
}

fn entry(toml: &str) -> String {
    let config = signpost::authoring::from_toml(toml);
    config.unwrap().to_json().to_owned()
}

/// The same, of a format that a newer tool may write.
fn of_newer_tool(entry: &str) -> String {
    // After the revision and the format.
    let content = entry.splitn(3, ',').nth(2).unwrap();
    with_its_revision(&format!("{{\"format\":99,{content}"))
}

#[tokio::test]
async fn each_file_is_expected_from_its_side() {
    let cdns = TwoCdns::start().await;
    let file = cdns.files.directory.path().join("next.toml");
    let alike = alike();
    let in_next = entry(&alike);
    // Every file is at the first of the two targets.
    let first = entry(&PRODUCTION);
    let (half, all) = ("enforce, next 50%", "enforce, next 100%");
    let (shadow, off) = ("shadow, next 50%", "off, next 50%");
    // The configuration that the test is given, the switch, what is in the entry, and whether it is in force.
    let rows = [
        ("another target", &*PRODUCTION, half, Some(&*first), true),
        (
            "all at another target",
            &*PRODUCTION,
            all,
            Some(&first),
            true,
        ),
        ("the same answers", &alike, half, Some(&in_next), true),
        ("the same, in shadow", &alike, shadow, Some(&in_next), true),
        ("missing, at another target", &PRODUCTION, half, None, false),
        ("missing", &alike, half, None, false),
        ("missing, in shadow", &alike, shadow, None, false),
        ("missing, at off", &alike, off, None, false),
        ("broken", &alike, half, Some(&in_next[1..]), false),
        ("empty", &alike, half, Some("{}"), false),
        (
            "of a newer tool",
            &alike,
            half,
            Some(&of_newer_tool(&in_next)),
            false,
        ),
        (
            "the same as config",
            &alike,
            half,
            Some(&entry(&BOTH.toml())),
            false,
        ),
    ];
    for (row, next, switch, in_next, is_in_force) in rows {
        fs::write(&file, next).unwrap();
        let module = module(switch, in_next).await;
        let arguments = ["--switch", switch, "--next", file.to_str().unwrap()];
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        let printed = format!("{row}: {}{}", smoke.stdout, smoke.stderr);
        assert_eq!(smoke.code, Some(i32::from(!is_in_force)), "{printed}");
        let says = format!("[decision] {NOT_IN_FORCE}\n");
        assert_eq!(smoke.stdout.contains(&says), !is_in_force, "{printed}");
        let others = [
            "[location]",
            "[status]",
            "[answer]",
            "[origin]",
            "[negative]",
        ];
        let is_alone =
            row.contains("another target") || others.iter().all(|it| !smoke.stdout.contains(it));
        assert!(is_alone, "only the header can tell: {printed}");
    }
}

#[tokio::test]
async fn a_share_that_the_switch_does_not_give_is_found() {
    let cdns = TwoCdns::start().await;
    let file = cdns.files.directory.path().join("next.toml");
    let alike = alike();
    fs::write(&file, &alike).unwrap();
    let next = ["--next", file.to_str().unwrap()];
    // The deployed switch, the one that is expected, and what is said.
    let rows = [
        ("enforce", "enforce, next 50%", NOT_IN_FORCE),
        (
            "enforce, next 50%",
            "enforce",
            "`next` answered what `config` has to answer",
        ),
    ];
    for (switch, expected, words) in rows {
        let module = module(switch, Some(&entry(&alike))).await;
        let arguments = [&next[..], &["--switch", expected]].concat();
        let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
        let printed = format!("{switch}: {}{}", smoke.stdout, smoke.stderr);
        assert_eq!(smoke.code, Some(1), "{printed}");
        assert!(smoke.stdout.contains(words), "{printed}");
    }
}

#[tokio::test]
async fn what_config_answers_in_the_place_of_next_is_right_and_noted() {
    let cdns = TwoCdns::start().await;
    let file = cdns.files.directory.path().join("next.toml");
    // Without the readmes, `next` has no way for them.
    let text = alike();
    let (readmes, rest) = (
        text.find("[[routes]]\nname     = \"readme\"").unwrap(),
        text.rfind("[[routes]]").unwrap(),
    );
    let without = format!("{}{}", &text[..readmes], &text[rest..]);
    fs::write(&file, &without).unwrap();
    let switch = "enforce, next 100%";
    let module = module(switch, Some(&entry(&without))).await;
    let next = file.to_str().unwrap();
    let arguments = ["--switch", switch, "--next", next, "--format", "json"];
    let smoke = cdns.smoke(BOTH, &module.viceroy.url(), &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let json = smoke.json();
    let verdicts = json["verdicts"].as_array().unwrap();
    let decisions = verdicts.iter().filter_map(|it| it["decision"].as_str());
    let refused = "redirect;route=\"readme\";because=\"next-refused\"";
    assert!(decisions.clone().any(|it| it == refused), "{json:#}");
    assert!(
        decisions.clone().any(|it| it.ends_with(";by=\"next\"")),
        "{json:#}"
    );
    let notes = json["notes"].to_string();
    let words = "answered by `config`, because `next` has no way for them, such as /api/v1/crates/";
    assert!(notes.contains(words), "{notes}");
}
