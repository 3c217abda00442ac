use std::fmt;

use super::line::quoted;
use super::plan::{Action, OnFailure, Plan, Step};

/// A plan as one block that does the same when it is pasted whole into a shell, interactive or not,
/// with or without `set -e`, and without `pipefail`.
pub(crate) struct Shell<'a>(&'a Plan);

impl Plan {
    /// The plan, to be pasted into a shell.
    pub(crate) fn shell(&self) -> Shell<'_> {
        Shell(self)
    }
}

/// What begins every block. A signal to the shell alone would otherwise be forgotten.
const BEGINNING: &str = "\
(
  interrupted=
  trap 'interrupted=yes' HUP INT QUIT TERM
  next() { test -z \"$interrupted\" && echo \"$1\"; }
";

/// What ends a block that stops at the first failure.
const STOP: &str = "  { echo 'It failed.'; exit 1; }\n";

const NOTHING_CHANGED: &str = "  { echo 'Nothing was changed.'; exit 1; }\n\n";

/// A signal is ignored by the shell and by what it starts from here on.
const WAY_BACK: &str = "  {
    echo 'It failed. The way back begins.'
    trap '' HUP INT QUIT TERM
    code=1
";

const WAY_BACK_END: &str = "    \
    test \"$code\" = 1 && echo 'What served before serves again, and the switch is `off`.'
    test \"$code\" = 1 || echo 'Not all of the way back was gone: do the rest by hand, now.'
    exit \"$code\"
  }
";

const ALL_END: &str = "    \
    test \"$code\" = 0 || echo 'Not all of it was done: do the rest by hand, now.'
    exit \"$code\"
";

impl fmt::Display for Shell<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.0;
        formatter.write_str(BEGINNING)?;
        if !plan.looks.is_empty() {
            until_failure(&plan.looks, formatter)?;
            formatter.write_str("  test -z \"$interrupted\" ||\n")?;
            formatter.write_str(NOTHING_CHANGED)?;
        }
        match &plan.on_failure {
            OnFailure::Stop => {
                until_failure(&plan.steps, formatter)?;
                formatter.write_str("  next 'Done.' ||\n")?;
                formatter.write_str(STOP)?;
            }
            OnFailure::GoOn => {
                writeln!(formatter, "    trap '' HUP INT QUIT TERM\n    code=0")?;
                all(&plan.steps, formatter)?;
                formatter.write_str(ALL_END)?;
            }
            OnFailure::GoBack(way_back) => {
                until_failure(&plan.steps, formatter)?;
                formatter.write_str("  next 'Done.' ||\n")?;
                formatter.write_str(WAY_BACK)?;
                all(way_back, formatter)?;
                formatter.write_str(WAY_BACK_END)?;
            }
        }
        formatter.write_str(")\n")
    }
}

/// Joined by `&&`, also to what comes next, because `set -e` has no effect in what `||` follows.
fn until_failure(steps: &[Step], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, Step { aim, action }) in steps.iter().enumerate() {
        let aim = quoted(&format!("{}/{} {aim}", index + 1, steps.len()));
        let action = action.to_string().replace('\n', "\n    ");
        writeln!(formatter, "  next {aim} &&\n    {action} &&")?;
    }
    Ok(())
}

fn all(steps: &[Step], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for Step { aim, action } in steps {
        let action = action.to_string().replace('\n', "\n      ");
        writeln!(
            formatter,
            "    echo {}\n      {action} || code=3",
            quoted(aim)
        )?;
    }
    Ok(())
}

/// As a shell takes it, to be joined to others by `&&`.
impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(line) => line.fmt(formatter),
            Self::Keep(keeping) => keeping.fmt(formatter),
            Self::Hold(duration) => write!(formatter, "sleep {}", duration.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::calls::Store;
    use super::super::plan::{Action, OnFailure, Plan, Step};

    #[test]
    fn a_plan_is_shown_as_one_block_to_paste() {
        let store = Store::new("fastly", "STORE");
        let step = |aim: &str, action| Step {
            aim: aim.to_owned(),
            action,
        };
        let switch = |position: &str| Action::Run(store.set_switch(position.parse().unwrap()));
        let plan = Plan {
            looks: vec![step("Look", Action::Run(store.find_config()))],
            steps: vec![
                step("Hold back", switch("shadow")),
                step("Wait", Action::Hold(Duration::from_mins(2))),
            ],
            on_failure: OnFailure::GoBack(vec![step("Let none leave", switch("off"))]),
        };
        let expected = r#"(
  interrupted=
  trap 'interrupted=yes' HUP INT QUIT TERM
  next() { test -z "$interrupted" && echo "$1"; }
  next '1/1 Look' &&
    entry=$(fastly config-store-entry describe --store-id=STORE --key=config --json) &&
    config=$(printf '%s' "$entry" | jq -e -j .item_value) &&
  test -z "$interrupted" ||
  { echo 'Nothing was changed.'; exit 1; }

  next '1/2 Hold back' &&
    fastly config-store-entry update --upsert --store-id=STORE --key=switch --value=shadow &&
  next '2/2 Wait' &&
    sleep 120 &&
  next 'Done.' ||
  {
    echo 'It failed. The way back begins.'
    trap '' HUP INT QUIT TERM
    code=1
    echo 'Let none leave'
      fastly config-store-entry update --upsert --store-id=STORE --key=switch --value=off || code=3
    test "$code" = 1 && echo 'What served before serves again, and the switch is `off`.'
    test "$code" = 1 || echo 'Not all of the way back was gone: do the rest by hand, now.'
    exit "$code"
  }
)
"#;
        assert_eq!(plan.shell().to_string(), expected);
    }
}
