//! Every command of `docs/runbook.md`, in a shell, one after the other.

#[path = "../runbook/commands.rs"]
mod commands;

use signpost_testbed::FastlyApi;

use super::trial::{OLD_CONFIG, Trial, printed};
use super::{PRODUCTION, acts, entry, set_switch, store_config, version};
use commands::{commands, runbook};

#[tokio::test]
async fn each_command_of_the_runbook_runs() {
    let trial = Trial::new().await;
    let record = trial.record();
    let kept = serde_json::json!({
        "service_id": FastlyApi::SERVICE, "store_id": FastlyApi::STORE, "edge": "https://crates.io",
        "deployed_config": PRODUCTION, "version": 2, "draft": 1, "config": "kept",
        "next": OLD_CONFIG, "release": "mine",
    });
    let kept = kept.to_string();
    std::fs::write(&record, kept).unwrap();
    let runbook = runbook();
    for command in commands(&runbook) {
        // The second way to activate a version comes when the first has done it.
        let is_second = command.starts_with("fastly service version activate");
        let variables = [
            ("SERVICE", FastlyApi::SERVICE),
            ("STORE", FastlyApi::STORE),
            ("VERSION", if is_second { "2" } else { "1" }),
            ("EDGE", "https://crates.io"),
            ("WAY_BACK", record.to_str().unwrap()),
        ];
        let script = format!("set -u; {command}");
        let output = trial.shell(&["sh", "-e"], &script, &variables).await;
        assert!(output.status.success(), "{command}: {}", printed(&output));
    }

    let smoke = |switch| {
        let smoke = super::smoke(PRODUCTION, switch);
        format!("{smoke} --not-at-origin cdn-download")
    };
    let explain = "POST /report explain config/crates-io.toml \
                   https://crates.io/api/v1/crates/smallvec/1.10.0/download";
    assert_eq!(
        acts(&trial.api),
        [
            set_switch("off"),
            set_switch("off"),
            smoke("off"),
            set_switch("off"),
            version("PUT", "1/activate"),
            smoke("off"),
            version("PUT", "2/activate"),
            set_switch("off"),
            store_config("kept"),
            smoke("off"),
            explain.to_owned(),
            format!(
                "POST /report smoke --config {PRODUCTION} --edge https://crates.io --switch off \
                 --targets always --not-at-origin cdn-download"
            ),
            set_switch("enforce 1%"),
            smoke("enforce 1%"),
        ]
    );
    let looks: Vec<_> = trial.api.calls().iter().map(ToString::to_string).collect();
    let describe = format!("GET {}", entry("config"));
    assert!(looks.contains(&describe), "{looks:?}");
}
