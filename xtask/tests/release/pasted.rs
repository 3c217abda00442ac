//! What `cargo xtask release` prints without `--execute`, pasted whole into a shell.

use std::fs;
use std::process::Output;

use signpost_testbed::{FastlyApi, Fault};

use super::trial::{OLD_CONFIG, Trial, compile, printed};
use super::{
    ACTIVATION, PRODUCTION, STAGING, acts, acts_of_release, acts_of_way_back, assert_code,
};

/// Neither `-e` nor `pipefail`, as a person's shell has it, and then both.
const SHELLS: [&[&str]; 3] = [&["sh"], &["bash"], &["bash", "-e", "-o", "pipefail"]];

/// Prints a release to this environment and pastes it.
async fn paste(trial: &Trial, shell: &[&str], environment: &str) -> Output {
    assert!(
        which::which("jq").is_ok(),
        "jq is missing, which the printed commands need"
    );
    let printed = trial.release(environment, &[]).await;
    let block = String::from_utf8(printed.stdout).unwrap();
    trial.shell(shell, &block, &[]).await
}

#[tokio::test]
async fn what_is_printed_does_the_same_as_what_is_executed() {
    for shell in SHELLS {
        let trial = Trial::new().await;
        let pasted = paste(&trial, shell, "production").await;
        assert_code(&pasted, 0);
        let switches = ["enforce 1%", "enforce 10%", "enforce"];
        assert_eq!(acts(&trial.api), acts_of_release(PRODUCTION, &switches));
        assert_eq!(trial.api.entry("config"), Some(compile(PRODUCTION)));
    }
}

#[tokio::test]
async fn what_is_pasted_keeps_the_same_record_as_what_is_executed() {
    let entries = [("config", "{\"revision\":\"é\"}"), ("switch", "enforce")];
    let pasted = Trial::with(FastlyApi::start(&entries).await.unwrap());
    assert_code(&paste(&pasted, &["sh"], "staging").await, 0);
    let executed = Trial::with(FastlyApi::start(&entries).await.unwrap());
    assert_code(&executed.release("staging", &["--execute"]).await, 0);
    let [pasted, executed] = [&pasted, &executed].map(|trial| fs::read_to_string(trial.record()));
    assert_eq!(pasted.unwrap(), executed.unwrap());
}

#[tokio::test]
async fn each_pasted_step_that_fails_leads_to_the_way_back_and_to_nothing_after_it() {
    let good = acts_of_release(STAGING, &["enforce"]);
    for (index, act) in good.iter().enumerate() {
        let shell = SHELLS[index % SHELLS.len()];
        let trial = Trial::with(Trial::new().await.api.failing(index, Fault::Refused));
        let pasted = paste(&trial, shell, "staging").await;
        let name = format!("{act} in {shell:?}: {}", printed(&pasted));
        assert_eq!(pasted.status.code(), Some(1), "{name}");
        let mut expected = good[..=index].to_vec();
        expected.extend(acts_of_way_back(STAGING, index > ACTIVATION));
        assert_eq!(acts(&trial.api), expected, "{name}");
        let config = trial.api.entry("config");
        assert_eq!(config.as_deref(), Some(OLD_CONFIG.trim_end()), "{name}");
    }
}

#[tokio::test]
async fn a_pasted_way_back_that_fails_in_one_step_goes_on_with_the_others() {
    let good = acts_of_release(STAGING, &["enforce"]);
    let failed = good.len() - 1;
    for (helping, shell) in [0, 1, 2, 3].into_iter().zip(SHELLS.iter().cycle()) {
        let api = Trial::new().await.api;
        let api = api
            .failing(failed, Fault::Refused)
            .failing(failed + 1 + helping, Fault::Refused);
        let trial = Trial::with(api);
        let pasted = paste(&trial, shell, "staging").await;
        let name = format!("{helping} in {shell:?}: {}", printed(&pasted));
        assert_eq!(pasted.status.code(), Some(3), "{name}");
        let mut expected = good.clone();
        expected.extend(acts_of_way_back(STAGING, true));
        assert_eq!(acts(&trial.api), expected, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_at_or_kept_changes_nothing() {
    for shell in SHELLS {
        let no_config = FastlyApi::start(&[("switch", "enforce")]).await.unwrap();
        let kept_another = Trial::new().await;
        fs::write(kept_another.record(), "of another").unwrap();
        for (name, trial) in [
            (
                "no list",
                Trial::with(Trial::new().await.api.failing_look(0)),
            ),
            (
                "no entry",
                Trial::with(Trial::new().await.api.failing_look(1)),
            ),
            ("no configuration", Trial::with(no_config)),
            ("kept another", kept_another),
        ] {
            let before = fs::read_to_string(trial.record()).ok();
            let pasted = paste(&trial, shell, "staging").await;
            let name = format!("{name} in {shell:?}: {}", printed(&pasted));
            assert_eq!(pasted.status.code(), Some(1), "{name}");
            assert_eq!(acts(&trial.api), [""; 0], "{name}");
            assert_eq!(fs::read_to_string(trial.record()).ok(), before, "{name}");
            assert!(name.contains("Nothing was changed."), "{name}");
        }
    }
}

#[tokio::test]
async fn a_configuration_that_does_not_compile_is_not_stored() {
    let trial = Trial::new().await.without_compiler();
    let pasted = paste(&trial, &["sh"], "staging").await;
    assert_code(&pasted, 1);
    let mut expected = acts_of_release(STAGING, &["enforce"])[..=ACTIVATION].to_vec();
    expected.extend(acts_of_way_back(STAGING, true));
    assert_eq!(acts(&trial.api), expected);
}

#[tokio::test]
async fn an_interrupt_of_a_pasted_release_leads_to_the_way_back() {
    for shell in [&["sh"], &["bash"]] {
        let trial = Trial::new().await.interrupted_at("enforce", "SIGINT");
        let printed_block = trial.release("staging", &[]).await.stdout;
        let block = String::from_utf8(printed_block).unwrap();
        // A person's shell survives the interrupt of what it runs.
        let script = format!("trap : INT\n{block}");
        let pasted = trial.shell(shell, &script, &[]).await;
        let name = format!("{shell:?}: {}", printed(&pasted));
        assert_eq!(pasted.status.code(), Some(1), "{name}");
        let mut expected = acts_of_release(STAGING, &["enforce"]);
        expected.extend(acts_of_way_back(STAGING, true));
        assert_eq!(acts(&trial.api), expected, "{name}");
    }
}
