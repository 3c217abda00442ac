//! Checks the keys that `--may-differ` names.

use std::collections::BTreeSet;

use signpost_logs::text::visible;

use crate::differences::{names, steps};
use crate::output::Failure;

/// How many keys are suggested instead of an unknown one.
const OFFERED: usize = 3;

/// Refuses a pattern that names none of the keys: a misspelt one would silently allow nothing.
pub(super) fn check(patterns: &[String], keys: &BTreeSet<String>) -> Result<(), Failure> {
    let names_nothing = |pattern: &&String| {
        // A trailing comma leaves an empty pattern.
        !pattern.is_empty() && !keys.iter().any(|key| names(pattern, key))
    };
    let Some(pattern) = patterns.iter().find(names_nothing) else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "--may-differ names `{}`, which is not a key of these files; the nearest are `{}`",
        visible(pattern),
        visible(&nearest(pattern, keys).join("`, `")),
    )))
}

/// The keys, and the tables around them, that are closest to the pattern.
fn nearest<'k>(pattern: &str, keys: &'k BTreeSet<String>) -> Vec<&'k str> {
    let tables = keys.iter().flat_map(|key| {
        let request = key.find('[').unwrap_or(key.len());
        let ends = key.match_indices('.').map(|(end, _)| end);
        ends.take_while(move |end| *end < request)
            .filter_map(|end| key.get(..end))
    });
    let all: BTreeSet<_> = keys.iter().map(String::as_str).chain(tables).collect();
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_cached_key(|key| distance(pattern, key));
    all.truncate(OFFERED);
    all
}

/// The edit distance, step by step; `*` matches any step.
fn distance(pattern: &str, key: &str) -> usize {
    let (mut expected, mut found) = (steps(pattern), steps(key));
    let mut sum = 0;
    loop {
        sum += match (expected.next(), found.next()) {
            (None, None) => return sum,
            (Some("*"), Some(_)) => 0,
            (one, other) => {
                strsim::osa_distance(one.unwrap_or_default(), other.unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::check;

    #[test]
    fn a_pattern_that_names_nothing_is_refused_with_the_nearest_keys() {
        let keys = [
            "allowed_hosts",
            "log.client_ip",
            "routes.a.examples[/x.y]",
            "routes.a.status",
            "targets.cdn.base",
        ];
        let keys = keys.map(str::to_owned).into();
        for [pattern, nearest] in rows(
            "
            tagets.*.base            | targets.cdn.base
            tagets                   | targets
            routes.*.stats           | routes.a.status
            routes.b.status          | routes.a.status
            allowed_host             | allowed_hosts
            routes.a.examples[/x.z]  | routes.a.examples[/x.y]
            log.client-ip            | log.client_ip
            routes.*.examples        |
            routes.a.examples[/x.y]  |
            targets.cdn              |
            *                        |
                                     |
            ",
        ) {
            let checked = check(&["log".to_owned(), pattern.to_owned()], &keys);
            if nearest.is_empty() {
                assert_eq!(checked, Ok(()), "{pattern}");
                continue;
            }
            let words = checked.unwrap_err().to_string();
            let expected = format!(
                "`{pattern}`, which is not a key of these files; the nearest are `{nearest}`, "
            );
            assert!(words.contains(&expected), "{expected} is not in {words}");
        }
    }
}
