//! Releases that hold no redirect back: the switch stays where it is, and what worked answers until what is
//! new is proven.

use std::fs;
use std::process::Output;
use std::sync::LazyLock;

use signpost_testbed::{FastlyApi, Fault};

use super::trial::{Trial, compile, from_environment, printed, root};
use super::{
    PRODUCTION, acts, assert_code, begin, edge, end, entry, set_switch, store_config, version,
};

/// The new configuration, beside the other files of the tests.
static NEW: LazyLock<String> = LazyLock::new(|| {
    let production = fs::read_to_string(root().join(PRODUCTION)).unwrap();
    let new = production.replace("max-age=31536000", "max-age=63072000");
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/new.toml");
    fs::write(file, new).unwrap();
    file.to_owned()
});

/// The words of a release of it.
pub(crate) fn config() -> Vec<&'static str> {
    vec!["config", "--config", &NEW, "--deployed-config", PRODUCTION]
}

/// The same at once.
fn now() -> Vec<&'static str> {
    [config(), vec!["--now"]].concat()
}

/// A release of both, with two shares.
fn both() -> Vec<&'static str> {
    let mut words = config();
    words[0] = "production";
    let more = ["--staging-address", "192.0.2.1", "--shares", "1,100"];
    [words, more.to_vec()].concat()
}

/// Where the switch is before, during and after every release.
const POSITION: &str = "enforce 25%";

/// What somebody else stores.
const FOREIGN: &str = "{\"revision\":\"of somebody else\"}";

async fn api() -> FastlyApi {
    api_with(POSITION, &compile(PRODUCTION), &[]).await
}

async fn api_with(switch: &str, config: &str, more: &[(&str, &str)]) -> FastlyApi {
    let entries = [&[("config", config), ("switch", switch)], more].concat();
    FastlyApi::start(&entries).await.unwrap()
}

/// A release of this, with all that it needs.
async fn run(trial: &Trial, words: &[&str]) -> Output {
    let record = trial.record();
    let package = from_environment("SIGNPOST_PACKAGE");
    let mut all = [words, &["--edge", edge(PRODUCTION), "--execute"]].concat();
    all.extend(["--store-id", FastlyApi::STORE]);
    all.extend(["--way-back", record.to_str().unwrap()]);
    if words[0] != "config" {
        all.extend(["--service-id", FastlyApi::SERVICE]);
        all.extend(["--package", package.to_str().unwrap()]);
    }
    trial.command(&all).await
}

async fn roll_back(trial: &Trial) -> Output {
    let record = trial.record();
    let words = ["rollback", "--from", record.to_str().unwrap(), "--execute"];
    trial.command(&words).await
}

const PACKAGE: &[&str] = &["package", "--staging-address", "192.0.2.1"];

fn smoke(config: &str, share: &str, more: &str) -> String {
    let edge = edge(PRODUCTION);
    let switch = format!("{POSITION}{share}");
    format!(
        "POST /report smoke --config {config} --edge {edge} --switch {switch}{more} --settle 60s"
    )
}

fn smoke_of_config(config: &str) -> String {
    smoke(config, "", "")
}

fn smoke_of_both(share: &str) -> String {
    smoke(PRODUCTION, share, &format!(" --next {}", *NEW))
}

fn acts_of_package() -> Vec<String> {
    vec![
        version("PUT", "2/clone"),
        version("PUT", "3/package"),
        version("GET", "3/validate"),
        version("PUT", "3/activate/staging"),
        smoke_of_config(PRODUCTION) + " --connect-to crates.io:443:192.0.2.1:443",
        version("PUT", "3/activate"),
        smoke_of_config(PRODUCTION),
        smoke_of_config(PRODUCTION),
    ]
}

fn acts_of_config(shares: &[&str]) -> Vec<String> {
    let new = compile(&NEW);
    let mut acts = vec![
        format!("PUT {} {new}", entry("next")),
        smoke_of_both("") + " --targets always",
    ];
    for share in shares {
        let share = format!(", next {share}");
        let set = set_switch(&format!("{POSITION}{share}"));
        acts.extend([set, smoke_of_both(&share), smoke_of_both(&share)]);
    }
    acts.extend([
        store_config(&new),
        set_switch(POSITION),
        smoke_of_config(&NEW),
        format!("DELETE {}", entry("next")),
    ]);
    acts
}

fn acts_of_both() -> Vec<String> {
    let all = [acts_of_package(), acts_of_config(&["1%", "100%"])];
    framed(all.concat())
}

fn framed(acts: Vec<String>) -> Vec<String> {
    [vec![begin()], acts, vec![end()]].concat()
}

fn entries(trial: &Trial) -> [String; 4] {
    ["switch", "config", "next", "release"].map(|key| trial.api.entry(key).unwrap_or_default())
}

/// What is in force is what was before.
#[track_caller]
fn assert_as_before(trial: &Trial, name: &str) {
    let before = [POSITION, &compile(PRODUCTION), "", ""];
    assert_eq!(entries(trial), before, "{name}");
    assert_eq!(trial.api.active(), Some(2), "{name}");
    assert_eq!(trial.api.staged(), None, "{name}");
}

#[tokio::test]
async fn what_is_new_is_released_beside_what_worked() {
    let shares = ["1%", "10%", "50%", "100%"];
    for (words, expected, in_force, active) in [
        (config(), acts_of_config(&shares), NEW.as_str(), 2),
        (PACKAGE.to_vec(), acts_of_package(), PRODUCTION, 3),
    ] {
        let trial = Trial::with(api().await);
        let output = run(&trial, &words).await;
        assert_code(&output, 0);
        assert_eq!(acts(&trial.api), framed(expected), "{words:?}");
        let after = [POSITION, &compile(in_force), "", ""];
        assert_eq!(entries(&trial), after, "{words:?}");
        assert_eq!(trial.api.active(), Some(active), "{words:?}");
    }
}

#[tokio::test]
async fn a_release_of_which_any_act_is_refused_is_taken_back() {
    check_each_act_failing(Fault::Refused).await;
}

#[tokio::test]
async fn a_release_of_which_any_answer_is_lost_is_taken_back() {
    check_each_act_failing(Fault::AnswerLost).await;
}

async fn check_each_act_failing(fault: Fault) {
    let good = acts_of_both();
    for (index, act) in good.iter().enumerate() {
        let name = format!("{index}. {act}, {fault:?}");
        let trial = Trial::with(api().await.failing(index, fault));
        let output = run(&trial, &both()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {printed}");
        let acts = acts(&trial.api);
        let (done, back) = acts.split_at(index + 1);
        assert_eq!(done, &good[..=index], "{name}");
        // The share goes first.
        let mut switches = done
            .iter()
            .rev()
            .filter(|act| act.contains(&entry("switch")));
        let is_refused = fault == Fault::Refused && act.contains(&entry("switch"));
        let stored = switches.nth(usize::from(is_refused));
        if stored.is_some_and(|act| act.contains(", next ")) {
            assert_eq!(back[0], set_switch(POSITION), "{name}");
        }
        // The version goes last, before the smoke test.
        let at = |act: &str| back.iter().position(|one| one.contains(act));
        if let (Some(version), Some(entry)) = (at("2/activate"), at(&entry("next"))) {
            assert!(entry < version, "{name}: {back:?}");
        }
        assert!(at(&smoke_of_config(PRODUCTION)).is_some(), "{name}");
        assert_as_before(&trial, &name);
    }
}

#[tokio::test]
async fn a_release_that_is_killed_before_any_write_is_taken_back_from_its_record() {
    for (words, writes) in [(both(), 11), (now(), 1)] {
        for write in 1..=writes {
            let name = format!("{words:?} before write {write}");
            let trial = Trial::with(api().await).killed_at(write);
            let output = run(&trial, &words).await;
            assert_eq!(output.status.code(), None, "{name}: {}", printed(&output));

            // Nobody begins another one on top of it.
            if write > 1 {
                check_not_begun(&trial, &name).await;
            }
            let output = roll_back(&trial).await;
            assert_eq!(
                output.status.code(),
                Some(0),
                "{name}: {}",
                printed(&output)
            );
            assert_as_before(&trial, &name);
        }
    }
}

/// No release begins in this store.
async fn check_not_begun(trial: &Trial, name: &str) {
    let before = acts(&trial.api);
    for output in [
        run(trial, &config()).await,
        run(trial, PACKAGE).await,
        trial.release("production", &["--execute"]).await,
    ] {
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {printed}");
        for said in ["has begun and not ended", "; nothing was changed"] {
            assert!(printed.contains(said), "{name}: {printed}");
        }
    }
    assert_eq!(acts(&trial.api), before, "{name}");
}

#[tokio::test]
async fn no_release_begins_while_another_has_not_ended() {
    let config = compile(PRODUCTION);
    for (name, switch, more) in [
        ("next", POSITION, [("next", FOREIGN)].as_slice()),
        ("a share", "off, next 5%", &[]),
        ("a release", POSITION, &[("release", "way-back.json")]),
    ] {
        let trial = Trial::with(api_with(switch, &config, more).await);
        check_not_begun(&trial, name).await;
        assert!(!trial.record().exists(), "{name}");
    }
}

#[tokio::test]
async fn a_release_begins_only_from_what_its_operator_believes() {
    let production = compile(PRODUCTION);
    for (name, switch, stored, said) in [
        (
            "another configuration",
            POSITION,
            compile(&NEW),
            "compiles to",
        ),
        (
            "no redirects",
            "shadow",
            production.clone(),
            "at `shadow` no redirect leaves",
        ),
        ("misspelt", "enforec", production, "reads `enforec`"),
    ] {
        let trial = Trial::with(api_with(switch, &stored, &[]).await);
        let output = run(&trial, &config()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {printed}");
        assert!(printed.contains(said), "{name}: {printed}");
        assert_eq!(acts(&trial.api), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn an_interrupted_release_gives_all_files_back_to_config() {
    let switch = "enforce 25%, next 10%";
    let trial = Trial::with(api().await).interrupted_at(switch, "SIGTERM");
    let output = run(&trial, &config()).await;
    assert_code(&output, 1);
    assert_as_before(&trial, "interrupted");
}

#[tokio::test]
async fn what_somebody_else_changes_stops_a_release_and_stays() {
    let old = &compile(PRODUCTION);
    let new = &compile(&NEW);
    let other = "another.json";
    // The look before which it changes, the entry, its new value, the exit code, and what is stored
    // afterwards.
    for (look, key, value, code, expected) in [
        (2, "switch", "off", 1, ["off", old, "", ""]),
        (4, "switch", "off", 1, ["off", old, "", ""]),
        (4, "switch", "shadow, next 1%", 1, ["shadow", old, "", ""]),
        (4, "switch", "enforec", 1, ["enforec", old, "", ""]),
        (4, "config", FOREIGN, 2, [POSITION, FOREIGN, "", "mine"]),
        (4, "config", new, 1, [POSITION, old, "", ""]),
        (4, "next", FOREIGN, 2, [POSITION, old, FOREIGN, "mine"]),
        (4, "release", other, 2, [POSITION, old, "", other]),
        (7, "next", FOREIGN, 2, [POSITION, old, FOREIGN, "mine"]),
        (8, "config", FOREIGN, 2, [POSITION, FOREIGN, "", "mine"]),
    ] {
        let name = format!("{key} {value} at look {look}");
        let trial = Trial::with(api().await).changed_by_somebody_else(look, key, value);
        let output = run(&trial, &config()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        let said = format!("somebody else changed the entry `{key}`");
        assert!(printed.contains(&said), "{name}: {printed}");
        let record = trial.record();
        let expected = expected.map(|it| match it {
            "mine" => record.to_str().unwrap(),
            it => it,
        });
        assert_eq!(entries(&trial), expected, "{name}: {printed}");
        // Nobody is told to overwrite it by hand.
        let (_, by_hand) = printed.split_once("by hand now").unwrap_or_default();
        let says_why = by_hand.contains("not done, because somebody else");
        assert_eq!(says_why, code == 2, "{name}: {printed}");
    }
}

#[tokio::test]
async fn what_somebody_else_activates_stops_a_release_and_stays() {
    let activate = r#"case "$*" in *" upload "*|*"compute update"*)
        "$SIGNPOST_FASTLY" service version activate --service-id=stand-in-service --version=1 > /dev/null;;
    esac"#;
    let trial = Trial::with(api().await).before_fastly(activate);
    let output = run(&trial, PACKAGE).await;
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(
        printed.contains("somebody else activated the version 1"),
        "{printed}"
    );
    assert_eq!(trial.api.active(), Some(1), "{printed}");
}

#[tokio::test]
async fn a_rollback_asks_again_for_a_list_and_without_one_removes_next() {
    // Looks before the rollback: the entries, and before `next`, the share and the smoke test that fails.
    let failed = 1 + 2 + 1;
    for (name, looks, code, expected) in [
        ("one", 3..4, 1, [POSITION, "", ""]),
        ("two", 3..5, 1, [POSITION, "", ""]),
        ("all", 3..100, 2, ["enforce 25%, next 1%", "", "mine"]),
    ] {
        let mut api = api().await.failing(failed, Fault::Refused);
        for look in looks {
            api = api.failing_look(look);
        }
        let trial = Trial::with(api);
        let output = run(&trial, &config()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        let [switch, _, next, release] = entries(&trial);
        let release = if release.is_empty() { "" } else { "mine" };
        assert_eq!([&*switch, &*next, release], expected, "{name}: {printed}");
    }
}

#[tokio::test]
async fn a_takedown_is_stored_whatever_else_goes_on_and_stays() {
    let (old, new) = (compile(PRODUCTION), compile(&NEW));
    let now_next = format!("PUT {} {new}", entry("next"));
    for (name, switch, more, puts_next, tried_at) in [
        ("calm", POSITION, [].as_slice(), false, POSITION),
        (
            "a share",
            "enforce, next 5%",
            &[("next", FOREIGN)],
            true,
            "enforce",
        ),
        ("misspelt", "enforec", &[("release", "x")], false, "off"),
    ] {
        for fault in [None, Some(Fault::AnswerLost)] {
            let mut expected = vec![store_config(&new)];
            expected.extend(puts_next.then(|| now_next.clone()));
            expected.push(smoke_of_config(&NEW).replace(POSITION, tried_at));
            let mut api = api_with(switch, &old, more).await;
            if let Some(fault) = fault {
                api = api.failing(expected.len() - 1, fault);
            }
            let trial = Trial::with(api);
            let output = run(&trial, &now()).await;
            let printed = printed(&output);
            let code = if fault.is_some() { 2 } else { 0 };
            assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
            assert_eq!(acts(&trial.api), expected, "{name}");
            let says_how = printed.contains("signpost release rollback --from");
            assert_eq!(says_how, fault.is_some(), "{name}: {printed}");
            assert_eq!(trial.api.entry("config").as_ref(), Some(&new), "{name}");
        }
    }
    let trial = Trial::with(api().await);
    assert_code(&run(&trial, &now()).await, 0);
    assert_code(&roll_back(&trial).await, 0);
    assert_as_before(&trial, "taken back");
}
