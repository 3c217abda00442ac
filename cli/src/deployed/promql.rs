//! Finds the metrics and labels that a query in `PromQL` names. `promtool` checks its grammar.

use std::collections::BTreeSet;

/// What a query names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Metrics, each with the labels that it is selected by.
    pub(crate) metrics: Vec<(String, BTreeSet<String>)>,
    /// Labels that series are grouped or matched by.
    pub(crate) grouped: BTreeSet<String>,
}

/// Operators that are words, and the modifiers of selectors and aggregations.
const WORDS: [&str; 6] = ["and", "or", "unless", "offset", "bool", "atan2"];

/// Words before a list of labels.
const GROUPS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// Reads a query.
pub(crate) fn read(query: &str) -> Used {
    let mut used = Used::default();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\'') {
            rest = after_text(rest, first);
        } else if first == '[' {
            rest = rest.split_once(']').unwrap_or_default().1;
        } else if first == '{' {
            let labels;
            (labels, rest) = labels_of(&rest[1..]);
            if let Some((_, selected)) = used.metrics.last_mut() {
                selected.extend(labels);
            }
        } else if !is_in_word(first) {
            rest = &rest[first.len_utf8()..];
        } else {
            let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
            let word;
            (word, rest) = rest.split_at(end);
            let next = rest.trim_start();
            let list = next.strip_prefix('(');
            let is_aggregation = ["by", "without"].iter().any(|by| {
                let after = next.strip_prefix(by);
                after.is_some_and(|after| after.trim_start().starts_with('('))
            });
            match list {
                Some(list) if GROUPS.contains(&word) => {
                    let list = list.split_once(')').unwrap_or((list, ""));
                    let labels = list.0.split(',').map(str::trim);
                    let labels = labels.filter(|label| !label.is_empty());
                    used.grouped.extend(labels.map(str::to_owned));
                    rest = list.1;
                }
                // A function.
                Some(_) => {}
                // A number, a duration or an operator.
                None if first.is_ascii_digit() || WORDS.contains(&word) || is_aggregation => {}
                None => used.metrics.push((word.to_owned(), BTreeSet::new())),
            }
        }
    }
    used
}

/// Reads the labels up to the closing brace. Returns them and the rest of the text.
fn labels_of(mut rest: &str) -> (BTreeSet<String>, &str) {
    let mut labels = BTreeSet::new();
    while let Some(first) = rest.chars().next() {
        if first == '}' {
            return (labels, &rest[1..]);
        }
        if matches!(first, '"' | '\'') {
            rest = after_text(rest, first);
        } else if is_in_word(first) {
            let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
            labels.insert(rest[..end].to_owned());
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    (labels, rest)
}

/// What is after a text that begins and ends with this quote, and has no escaped one.
fn after_text(rest: &str, quote: char) -> &str {
    let text = &rest[quote.len_utf8()..];
    text.split_once(quote).unwrap_or_default().1
}

fn is_in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':' | '.')
}

#[test]
fn metrics_and_labels_are_found_wherever_they_stand() {
    for (query, metrics, grouped) in [
        ("up", "up", ""),
        ("0.5 * (a:b offset 1h) >= 1e3", "a:b", ""),
        (r#"up{job="a{b", x!~'y'}[5m]"#, "up{job,x}", ""),
        (
            "sum by (x, y) (rate(a{z=\"1\"}[$__rate_interval])) / on() b",
            "a{z} b",
            "x y",
        ),
        (
            "sum(a) without(x) unless max_over_time(b[1h:5m]) and c",
            "a b c",
            "x",
        ),
        ("vector(0.4) or absent(a) == bool 0", "a", ""),
    ] {
        let used = read(query);
        let found = used.metrics.iter().map(|(name, labels)| {
            let labels: Vec<_> = labels.iter().map(String::as_str).collect();
            if labels.is_empty() {
                name.clone()
            } else {
                format!("{name}{{{}}}", labels.join(","))
            }
        });
        assert_eq!(found.collect::<Vec<_>>().join(" "), metrics, "{query}");
        let found: Vec<_> = used.grouped.into_iter().collect();
        assert_eq!(found.join(" "), grouped, "{query}");
    }
}
