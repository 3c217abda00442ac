use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command_line::CommandLine;

/// Who may approve: people with a place in the repository.
const REVIEWERS: [&str; 3] = ["OWNER", "MEMBER", "COLLABORATOR"];

/// A pull request, as GitHub shows it.
#[derive(Debug, Deserialize)]
pub(crate) struct PullRequest {
    number: u64,
    head: Value,
    base: Value,
    user: Value,
    /// Left out in a list of pull requests.
    changed_files: Option<usize>,
}

/// The status `impact review` of a commit.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    commit: Value,
    state: &'static str,
    description: &'static str,
}

impl PullRequest {
    /// Asks for a pull request.
    pub(crate) fn ask(number: u64) -> Result<Self> {
        let found = github(&format!("pulls/{number}"))?.pop();
        let found = found.context("GitHub shows no pull request")?;
        serde_json::from_value(found).context("cannot read the pull request")
    }

    /// The files that it changes, with both names of a renamed one.
    ///
    /// # Errors
    ///
    /// When GitHub does not list all of them; it stops at 3,000.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let files = github(&format!("pulls/{}/files?per_page=100", self.number))?;
        let listed = files.len();
        ensure!(
            Some(listed) == self.changed_files,
            "GitHub lists only {listed} of the files that changed: split the pull request"
        );
        let names = files
            .iter()
            .flat_map(|file| [&file["filename"], &file["previous_filename"]]);
        Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The status of its last commit; `None` if it does not go into the default branch.
    ///
    /// GitHub keeps a status for a commit, and every pull request with that commit shows it. So it
    /// must not depend on which of them asks: those into the default branch bring the same change and
    /// are judged together, and the others set no status.
    pub(crate) fn status(&self, is_high: bool) -> Result<Option<Status>> {
        if self.base["ref"] != self.base["repo"]["default_branch"] {
            return Ok(None);
        }
        let branch = self.base["ref"].as_str().unwrap_or_default();
        let open = github(&format!("pulls?state=open&base={branch}&per_page=100"))?;
        let mut same: Vec<Self> = serde_json::from_value(Value::Array(open))?;
        same.retain(|other| other.head["sha"] == self.head["sha"]);
        let authors = same.iter().chain([self]);
        let authors: Vec<_> = authors.map(|other| &other.user["id"]).collect();
        let approvals = same.iter().map(|other| other.is_approved(&authors));
        let (state, description) = if !is_high {
            ("success", "No file of high impact")
        } else if approvals.collect::<Result<Vec<_>>>()?.contains(&true) {
            ("success", "High impact, and its last commit is approved")
        } else {
            ("pending", "High impact: its last commit needs an approval")
        };
        Ok(Some(Status {
            commit: self.head["sha"].clone(),
            state,
            description,
        }))
    }

    /// Whether a reviewer who is not among the authors approved the last commit for this base.
    fn is_approved(&self, authors: &[&Value]) -> Result<bool> {
        let mut events = github(&format!("issues/{}/events?per_page=100", self.number))?;
        events.retain(|event| event["event"] == "base_ref_changed");
        let retargeted = events.iter().map(|event| event["created_at"].as_str());
        let retargeted = retargeted.max().flatten();
        let reviews = github(&format!("pulls/{}/reviews?per_page=100", self.number))?;
        // The last verdict of each person counts.
        let last: BTreeMap<_, _> = reviews
            .iter()
            .filter(|review| review["state"] != "COMMENTED" && review["state"] != "PENDING")
            .map(|review| (review["user"]["id"].to_string(), review))
            .collect();
        Ok(last.values().any(|review| {
            review["state"] == "APPROVED"
                && review["commit_id"] == self.head["sha"]
                && review["submitted_at"].as_str() > retargeted
                && REVIEWERS.contains(&review["author_association"].as_str().unwrap_or_default())
                && !authors.contains(&&review["user"]["id"])
        }))
    }
}

/// Asks GitHub by the program gh, which knows the repository of the current directory.
fn github(path: &str) -> Result<Vec<Value>> {
    let path = format!("repos/{{owner}}/{{repo}}/{path}");
    let line = CommandLine::new("gh api --paginate --slurp").argument(path);
    let pages: Vec<Value> = serde_json::from_str(&line.output()?)?;
    let items = pages.into_iter().map(|page| match page {
        Value::Array(items) => items,
        item => vec![item],
    });
    Ok(items.flatten().collect())
}
