//! How the jobs of `.github/workflows/deploy.yml` follow each other, and what they may reach.

use std::fs;
use std::path::Path;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text() -> String {
    fs::read_to_string(root().join(".github/workflows/deploy.yml")).unwrap()
}

fn workflow() -> Value {
    serde_saphyr::from_str(&text()).unwrap()
}

fn steps<'a>(workflow: &'a Value, job: &str) -> &'a [Value] {
    workflow["jobs"][job]["steps"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

const RELEASES: [&str; 2] = ["staging", "production"];

#[test]
fn a_release_that_is_cancelled_or_fails_is_taken_back_and_leaves_its_record() {
    let workflow = workflow();
    for job in RELEASES {
        let steps = steps(&workflow, job);
        let release = steps
            .iter()
            .position(|step| step["id"] == "release")
            .unwrap();
        let release = &steps[release..];
        let shown = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
        assert!(
            shown(&release[0], "run").contains(" --way-back way-back.json "),
            "{job}"
        );
        let condition = shown(&release[1], "if");
        assert!(condition.starts_with("(cancelled() || failure())"), "{job}");
        assert!(shown(&release[1], "run").contains("rollback --from way-back.json"));
        assert!(shown(&release[2], "if").starts_with("always()"), "{job}");
        assert!(shown(&release[2], "uses").starts_with("actions/upload-artifact@"));
        // The record, and the configuration that it names.
        let kept = shown(&release[2]["with"], "path");
        assert_eq!(kept, "way-back.json*\ndeployed.toml\n", "{job}");
        assert!(shown(&release[0], "run").contains(" --deployed-config deployed.toml "));
    }
}

#[test]
fn nothing_is_deployed_that_is_untested_or_older_or_not_shown() {
    let workflow = workflow();
    let jobs = &workflow["jobs"];
    assert_eq!(jobs["ci"]["uses"], "./.github/workflows/ci.yml");
    let needs = |job: &str| jobs[job]["needs"].to_string();
    assert!(needs("staging").contains("\"ci\""));
    assert!(needs("production").contains("\"plan\""));
    for job in RELEASES {
        let refusal = steps(&workflow, job)
            .iter()
            .position(|step| step["run"].to_string().contains("refuse-older.sh"));
        // Before anything is built, right after the checkout.
        assert_eq!(refusal, Some(1), "{job}");
    }
}

/// A program of a pull request that finds the token could send it anywhere.
#[test]
fn where_a_pull_request_is_checked_out_there_is_no_token() {
    let workflow = workflow();
    let Some(jobs) = workflow["jobs"].as_object() else {
        panic!("no jobs");
    };
    let mut tokens = Vec::new();
    for (name, job) in jobs {
        let is_for_main = job["needs"].to_string().contains("build")
            || job["needs"].to_string().contains("staging");
        if is_for_main || !job.to_string().contains("secrets.") {
            continue;
        }
        tokens.push(name.as_str());
        for step in steps(&workflow, name) {
            if step["uses"].to_string().contains("actions/checkout") {
                let default = "${{ github.event.repository.default_branch }}";
                assert_eq!(step["with"]["ref"], default, "{name}");
            }
        }
    }
    assert_eq!(tokens, ["deployed"]);
}
