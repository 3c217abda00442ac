//! The rules for Prometheus and the dashboard for Grafana ask only for what the commands serve, and the
//! page for operators lists it.

mod promql;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use signpost_testbed::{assert_table, is_installed};

use self::promql::Used;
use crate::{smoke, watch};

/// The labels that Prometheus adds to each series.
const ADDED: [&str; 2] = ["instance", "job"];

/// The labels of each metric there is.
type Metrics = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn yaml(file: &str) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A metric as Prometheus gets it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Exposed {
    kind: String,
    labels: BTreeSet<String>,
    help: String,
}

/// The metrics of the commands, and those that the rules record.
fn metrics() -> Metrics {
    let all = [watch::every(), smoke::every()];
    let mut metrics: Metrics = all
        .iter()
        .flat_map(|text| exposed(text))
        .map(|(name, exposed)| (name, exposed.labels))
        .collect();
    metrics.insert("up".to_owned(), BTreeSet::new());
    for labels in metrics.values_mut() {
        labels.extend(ADDED.map(str::to_owned));
    }
    for rule in rules() {
        if let Some(name) = rule["record"].as_str() {
            let labels = labels(&metrics, &promql::read(rule["expr"].as_str().unwrap()));
            let recorded = metrics.entry(name.to_owned()).or_default();
            recorded.extend(labels);
            recorded.extend(rule["labels"].as_object().unwrap().keys().cloned());
        }
    }
    metrics
}

/// Every metric in what a command serves.
fn exposed(text: &str) -> BTreeMap<String, Exposed> {
    let mut metrics: BTreeMap<String, Exposed> = BTreeMap::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            metrics.entry(name.to_owned()).or_default().help = help.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if !line.starts_with('#') {
            let used = promql::read(line.rsplit_once(' ').unwrap().0);
            for (name, labels) in used.metrics {
                let metric = metrics.get_mut(&name).unwrap_or_else(|| panic!("{line}"));
                metric.labels.extend(labels);
            }
        }
    }
    metrics
}

fn rules() -> Vec<Value> {
    let groups = yaml("deploy/prometheus/rules.yml");
    let groups = list(&groups["groups"]).iter();
    groups
        .flat_map(|group| list(&group["rules"]))
        .cloned()
        .collect()
}

/// All labels that the metrics of a query have.
fn labels(metrics: &Metrics, used: &Used) -> BTreeSet<String> {
    let names = used
        .metrics
        .iter()
        .filter_map(|(name, _)| metrics.get(name));
    names.flatten().cloned().collect()
}

/// What a query names that does not exist.
fn unknown(metrics: &Metrics, query: &str) -> Vec<String> {
    let used = promql::read(query);
    assert!(!used.metrics.is_empty(), "`{query}` has no metric");
    let mut unknown = Vec::new();
    for (name, selected) in &used.metrics {
        match metrics.get(name) {
            None => unknown.push(name.clone()),
            Some(labels) => {
                unknown.extend(selected.difference(labels).cloned());
            }
        }
    }
    // Of two metrics that one is divided by, one alone may have the label.
    let labels = labels(metrics, &used);
    unknown.extend(used.grouped.difference(&labels).cloned());
    unknown
}

/// What stands between `begin` and `end`, wherever that is in the text.
fn between<'t>(
    text: &'t str,
    begin: &'t str,
    end: &'static [char],
) -> impl Iterator<Item = &'t str> {
    let parts = text.split(begin).skip(1);
    parts.map(move |part| part.split(end).next().unwrap_or_default())
}

#[test]
fn a_query_for_what_does_not_exist_is_found() {
    let metrics = metrics();
    for (query, expected) in [
        ("rate(signpost_requests_total[5m])", &[][..]),
        ("signpost_request_total", &["signpost_request_total"]),
        (r#"signpost_requests_total{place="FRA"}"#, &["place"]),
        (
            "sum by (route) (signpost_target_requests_total)",
            &["route"],
        ),
        ("signpost:repeat_ratio:2m{route=\"a\", job=\"b\"}", &[]),
        ("signpost:repeat_ratio:2m{decision=\"a\"}", &["decision"]),
    ] {
        assert_eq!(unknown(&metrics, query), expected, "{query}");
    }
}

#[test]
fn every_rule_asks_for_metrics_and_labels_that_exist() {
    let metrics = metrics();
    for rule in rules() {
        let name = rule["alert"].as_str().or(rule["record"].as_str()).unwrap();
        let query = rule["expr"].as_str().unwrap();
        assert_eq!(unknown(&metrics, query), [""; 0], "{name}");
        let mut known = labels(&metrics, &promql::read(query));
        known.extend(rule["labels"].as_object().unwrap().keys().cloned());
        for text in ["summary", "description"].map(|key| rule["annotations"][key].as_str()) {
            let end = &[' ', '}'];
            for label in between(text.unwrap_or_default(), "$labels.", end) {
                assert!(known.contains(label), "{name}: {label}");
            }
        }
    }
}

#[test]
fn every_alert_has_its_words_its_severity_and_an_example_that_promtool_runs() {
    let examples = yaml("deploy/prometheus/rules_test.yml");
    let examples = list(&examples["tests"]).iter();
    let examples = examples.flat_map(|test| list(&test["alert_rule_test"]));
    let shown = |name: &str, fires: bool| {
        let mut examples = examples.clone();
        examples.any(|example| {
            example["alertname"] == name && list(&example["exp_alerts"]).is_empty() != fires
        })
    };
    let rules = rules();
    let alerts: Vec<_> = rules
        .iter()
        .filter(|rule| !rule["alert"].is_null())
        .collect();
    assert!(alerts.len() > 5);
    for alert in alerts {
        let name = alert["alert"].as_str().unwrap();
        assert!(shown(name, true), "no example in which {name} fires");
        assert!(shown(name, false), "no example in which {name} does not");
        let severity = alert["labels"]["severity"].as_str().unwrap();
        assert!(["critical", "warning"].contains(&severity), "{name}");
        for key in ["summary", "description"] {
            assert!(alert["annotations"][key].is_string(), "{name} has no {key}");
        }
    }
}

#[test]
fn promtool_and_amtool_accept_every_file_and_the_examples_hold() {
    for (program, arguments) in [
        ("promtool", &["check", "config", "prometheus.yml"][..]),
        ("promtool", &["test", "rules", "rules_test.yml"]),
        ("promtool", &["test", "rules", "rules_day_test.yml"]),
        ("amtool", &["check-config", "alertmanager.yml"]),
    ] {
        if is_installed(program) {
            run(program, arguments);
        }
    }
}

#[test]
fn every_query_of_the_dashboard_asks_for_metrics_and_labels_that_exist() {
    let dashboard = fs::read_to_string(root().join("deploy/grafana/signpost.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let metrics = metrics();
    let mut queries = Vec::new();
    let mut places = BTreeSet::new();
    for panel in list(&dashboard["panels"]) {
        let title = panel["title"].as_str().unwrap();
        let targets = list(&panel["targets"]);
        assert!(!targets.is_empty(), "{title} has no query");
        queries.extend(targets.iter().map(|target| (title, target, "legendFormat")));
        let place = &panel["gridPos"];
        assert!(places.insert(place.to_string()), "{title} hides another");
        assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24);
    }
    for variable in list(&dashboard["templating"]["list"]) {
        if variable["type"] == "query" {
            let query = variable["query"]["query"].as_str().unwrap();
            let inner = query.strip_prefix("label_values(").unwrap();
            let (metric, label) = inner.strip_suffix(')').unwrap().split_once(", ").unwrap();
            assert_eq!(unknown(&metrics, metric), [""; 0], "{query}");
            assert!(
                labels(&metrics, &promql::read(metric)).contains(label),
                "{query}"
            );
        }
    }
    for annotation in list(&dashboard["annotations"]["list"]) {
        let name = annotation["name"].as_str().unwrap();
        queries.push((name, annotation, "titleFormat"));
    }
    assert!(queries.len() > 15);
    let mut checked = String::from("groups:\n- name: dashboard\n  rules:\n");
    for (number, (title, target, legend)) in queries.into_iter().enumerate() {
        let query = target["expr"].as_str().unwrap();
        // The rules may not be there.
        assert!(!query.contains("signpost:"), "{title}: {query}");
        assert_eq!(unknown(&metrics, query), [""; 0], "{title}: {query}");
        let known = labels(&metrics, &promql::read(query));
        for label in between(target[legend].as_str().unwrap(), "{{", &['}']) {
            assert!(known.contains(label), "{title}: {label}");
        }
        let query = Value::from(query.replace("$__rate_interval", "5m"));
        writeln!(checked, "  - {{record: 'q:{number}', expr: {query}}}").unwrap();
    }
    if is_installed("promtool") {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("dashboard.yml");
        fs::write(&file, checked).unwrap();
        run("promtool", &["check", "rules", file.to_str().unwrap()]);
    }
}

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    if !is_installed("promtool") {
        return;
    }
    for text in [watch::every(), smoke::every()] {
        let mut promtool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = promtool.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let output = promtool.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && errors.is_empty(), "{errors}");
    }
}

#[test]
fn the_page_for_operators_lists_every_metric() {
    let watch = exposed(&watch::every());
    let mut smoke = exposed(&smoke::every());
    // Those of alarms are the same, and listed once.
    smoke.retain(|name, _| !watch.contains_key(name));
    for (heading, metrics) in [
        ("### Metrics", watch),
        ("### Metrics of the smoke test", smoke),
    ] {
        let rows = metrics.into_iter().map(|(name, exposed)| {
            let labels: Vec<_> = exposed
                .labels
                .iter()
                .map(|label| format!("`{label}`"))
                .collect();
            [
                format!("`{name}`"),
                exposed.kind,
                labels.join(", "),
                exposed.help,
            ]
        });
        let rows: Vec<_> = rows.collect();
        let titles = ["metric", "type", "labels", "meaning"];
        assert_table("docs/operating.md", heading, titles, &rows);
    }
}

#[test]
fn rules_and_documents_have_the_names_of_alarms() {
    let rules = fs::read_to_string(root().join("deploy/prometheus/rules.yml")).unwrap();
    let page = fs::read_to_string(root().join("docs/operating.md")).unwrap();
    let texts = [watch::every(), smoke::every()];
    let begin = "signpost_alarms_total{alarm=\"";
    let names: Vec<_> = texts
        .iter()
        .flat_map(|text| between(text, begin, &['"']))
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for name in names {
        assert!(rules.contains(&format!("alert: {name}\n")), "{name}");
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// Runs a program in the folder of the rules.
#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root().join("deploy/prometheus"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {text}{errors}"
    );
}
