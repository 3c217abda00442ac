//! Releases that hold no redirect back: the switch stays where it is, and what worked answers until what is
//! new is proven.

use std::fs;
use std::process::Output;
use std::sync::LazyLock;

use signpost_testbed::{FastlyApi, Fault};

use super::trial::{Trial, at_once, compile, from_environment, printed, root};
use super::{
    PRODUCTION, acts, assert_code, begin, edge, end, entry, set_switch, store_config, version,
};

/// The new configuration, beside the other files of the tests.
pub(crate) static NEW: LazyLock<String> = LazyLock::new(|| {
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
pub(crate) fn now() -> Vec<&'static str> {
    [config(), vec!["--now"]].concat()
}

/// A release of both, with two shares.
pub(crate) fn both() -> Vec<&'static str> {
    let mut words = config();
    words[0] = "production";
    let more = ["--staging-address", "192.0.2.1", "--shares", "1,100"];
    [words, more.to_vec()].concat()
}

/// Where the switch is before, during and after every release.
pub(crate) const POSITION: &str = "enforce 25%";

/// What somebody else stores.
pub(crate) const FOREIGN: &str = "{\"revision\":\"of somebody else\"}";

pub(crate) async fn api() -> FastlyApi {
    api_with(POSITION, &compile(PRODUCTION), &[]).await
}

pub(crate) async fn api_with(switch: &str, config: &str, more: &[(&str, &str)]) -> FastlyApi {
    let entries = [&[("config", config), ("switch", switch)], more].concat();
    FastlyApi::start(&entries).await.unwrap()
}

/// A release of this, with all that it needs.
pub(crate) async fn run(trial: &Trial, words: &[&str]) -> Output {
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

pub(crate) async fn roll_back(trial: &Trial) -> Output {
    let record = trial.record();
    let words = ["rollback", "--from", record.to_str().unwrap(), "--execute"];
    trial.command(&words).await
}

pub(crate) const PACKAGE: &[&str] = &["package", "--staging-address", "192.0.2.1"];

fn smoke(config: &str, share: &str, more: &str) -> String {
    let edge = edge(PRODUCTION);
    let switch = format!("{POSITION}{share}");
    format!(
        "POST /report smoke --config {config} --edge {edge} --switch {switch}{more} --settle 60s"
    )
}

pub(crate) fn smoke_of_config(config: &str) -> String {
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

pub(crate) fn acts_of_both() -> Vec<String> {
    let all = [acts_of_package(), acts_of_config(&["1%", "100%"])];
    framed(all.concat())
}

/// How many acts tidy up at the end of a release of both.
const TIDY: usize = 2;

fn framed(acts: Vec<String>) -> Vec<String> {
    [vec![begin()], acts, vec![end()]].concat()
}

/// The entries of the store, in which the trial's own name in `release` is `mine`.
pub(crate) fn entries(trial: &Trial) -> [String; 4] {
    let record = trial.record();
    ["switch", "config", "next", "release"].map(|key| {
        let value = trial.api.entry(key).unwrap_or_default();
        let is_own = key == "release" && value.starts_with(record.to_str().unwrap());
        if is_own { "mine".to_owned() } else { value }
    })
}

/// What is in force is what was before.
#[track_caller]
pub(crate) fn assert_as_before(trial: &Trial, name: &str) {
    let before = [POSITION, &compile(PRODUCTION), "", ""];
    assert_eq!(entries(trial), before, "{name}");
    assert_eq!(trial.api.active(), Some(2), "{name}");
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
        let staged = (active == 3).then_some(3);
        assert_eq!(trial.api.staged(), staged, "{words:?}");
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
    let good = &acts_of_both();
    // Those that tidy up are no reason to roll back.
    let rows = good[..good.len() - TIDY].iter().enumerate();
    at_once(rows.map(|(index, act)| async move {
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
    }))
    .await;
}

#[tokio::test]
async fn a_proven_release_stays_if_it_cannot_tidy_up() {
    let good = acts_of_both();
    for (index, act) in good.iter().enumerate().skip(good.len() - TIDY) {
        let trial = Trial::with(api().await.failing(index, Fault::Refused));
        let output = run(&trial, &both()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{act}: {printed}");
        assert!(
            printed.contains("The release is done, and serves"),
            "{printed}"
        );
        let [switch, config, ..] = entries(&trial);
        assert_eq!([&*switch, &*config], [POSITION, &*compile(&NEW)], "{act}");
        assert_eq!(trial.api.active(), Some(3), "{act}");
        // What rolls back a release that failed must not find one.
        assert!(!trial.record().exists(), "{act}: {printed}");
    }
}

/// No release begins in this store.
pub(crate) async fn check_not_begun(trial: &Trial, name: &str) {
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
