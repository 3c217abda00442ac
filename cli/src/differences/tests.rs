use std::collections::BTreeSet;

use signpost_rows::{PRODUCTION, STAGING, of_any_host, with_hosts, with_its_revision};
use signpost_testbed::rows;

use super::{Difference, between, keys, names, shown};
use crate::file::Loaded;
use crate::small::production;

#[test]
fn staging_differs_from_production_in_its_host_alone() {
    let differences = between(&production(), &Loaded::of(STAGING));
    let keys: Vec<_> = differences.iter().map(|found| found.key.as_str()).collect();
    assert_eq!(keys, ["allowed_hosts", "hosts", "targets.static.base"]);
}

#[test]
fn changed_added_and_dropped_keys_are_found() {
    let example = "[[routes.examples]]  # a name keeps its case
request  = \"/api/v1/crates/Inflector/0.11.4/download\"
location = \"https://static.crates.io/crates/Inflector/Inflector-0.11.4.crate\"
";
    let mut rows = rows(
        r#"
        cors = true           | cors = false                    | response.cors        | true   |
        name     = "readme"   | name     = "readme";status = 307 | routes.readme.status |        | 307
        backends = ["origin"] | backends = ["origin", "second"] | origin.backends      | origin | origin, second
        "#,
    );
    rows.push([
        example,
        "",
        "routes.download.examples[/api/v1/crates/Inflector/0.11.4/download]",
        "{base}/crates/Inflector/Inflector-0.11.4.crate",
        "",
    ]);
    let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    for [from, to, key, old, new] in rows {
        assert!(PRODUCTION.contains(from), "{from}");
        let changed = Loaded::of(&PRODUCTION.replace(from, &to.replace(';', "\n")));
        let expected = Difference {
            key: key.to_owned(),
            old: value(old),
            new: value(new),
        };
        assert_eq!(between(&production(), &changed), [expected], "{key}");
    }
}

#[test]
fn a_compiled_configuration_differs_in_nothing_from_its_source() {
    let source = production();
    let compiled = Loaded::of(source.config().to_json());
    assert_eq!(between(&source, &compiled), []);
}

#[test]
fn an_entry_of_before_says_the_same_as_its_source() {
    let source = production();
    let mut entry: serde_json::Value = serde_json::from_str(source.config().to_json()).unwrap();
    for key in ["revision", "format"] {
        entry.as_object_mut().unwrap().remove(key);
    }
    for route in entry["routes"].as_array_mut().unwrap() {
        assert_eq!(
            route.as_object_mut().unwrap().remove("json"),
            Some(true.into())
        );
    }
    let before = Loaded::of(&with_its_revision(&entry.to_string()));
    assert_eq!(between(&before, &source), []);
}

#[test]
fn an_example_that_goes_to_the_origin_is_compared_too() {
    let example =
        |request: &str| format!("\n[[examples]]\nrequest = \"{request}\"\norigin = true\n");
    let old = Loaded::of(&(PRODUCTION.to_owned() + &example("/crates/a") + &example("/new")));
    let new = Loaded::of(&(PRODUCTION.to_owned() + &example("/new")));
    let found = between(&old, &new);
    let expected = Difference {
        key: "examples[/crates/a]".to_owned(),
        old: Some("origin".to_owned()),
        new: None,
    };
    assert_eq!(found, [expected]);
    assert!(found[0].is_dropped_example());
    assert!(keys(&old).contains("examples[/crates/a]"));
    assert!(names("examples", "examples[/crates/a]"));
}

#[test]
fn an_example_of_a_host_is_the_same_at_the_host_of_another_configuration() {
    let with = |host: &str, other: &str| {
        let text = with_hosts(PRODUCTION, &format!("[\"{host}\", \"www.{host}\"]"));
        let example = format!("\n[[examples]]\nrequest = \"https://{other}/new\"\norigin = true\n");
        Loaded::of(&(text + &example))
    };
    let production = with("crates.io", "crates.io");
    for (host, other, expected) in [
        ("a.example", "a.example", &["hosts"][..]),
        (
            "a.example",
            "www.a.example",
            &["examples[{host}/new]", "examples[{host}2/new]", "hosts"],
        ),
    ] {
        let found = between(&production, &with(host, other));
        let keys: Vec<_> = found.iter().map(|found| found.key.as_str()).collect();
        assert_eq!(keys, expected, "{other}");
    }
}

#[test]
fn a_pattern_names_a_key_or_the_table_around_it() {
    for [pattern, key, expected] in rows(
        "
        allowed_hosts             | allowed_hosts                    | true
        hosts                     | allowed_hosts                    | false
        targets.*.base            | targets.static.base              | true
        targets                   | targets.static.base              | true
        targets.static.base.more  | targets.static.base              | false
        routes.download.examples  | routes.download.examples[/a.b/c] | true
        routes.*.examples[/a.b/c] | routes.download.examples[/a.b/c] | true
        routes.*.status           | routes.download.location         | false
        ",
    ) {
        let expected = expected == "true";
        assert_eq!(names(pattern, key), expected, "{pattern} and {key}");
    }
}

#[test]
fn lists_that_differ_are_not_shown_alike() {
    let lists = [
        "[]",
        r#"[""]"#,
        r#"["(empty)"]"#,
        r#"["a"]"#,
        r#"["a", "b"]"#,
        r#"["a, b"]"#,
        r#"["a,b"]"#,
        r#"["a", " b"]"#,
        r#"["\"a\"", "b"]"#,
        r#"["\"a\", b"]"#,
    ];
    let lists = lists.map(|list| serde_json::from_str(list).unwrap());
    let all: BTreeSet<_> = lists.iter().map(shown).collect();
    assert_eq!(all.len(), lists.len(), "{all:?}");
    assert_eq!(shown(&lists[4]), "a, b");
    assert_eq!(shown(&lists[5]), r#""a, b""#);
}

#[test]
fn a_list_of_two_differs_from_a_list_of_three() {
    let with = |backends| {
        Loaded::of(
            &PRODUCTION.replace("backends = [\"origin\"]", &format!("backends = {backends}")),
        )
    };
    let expected = Difference {
        key: "origin.backends".to_owned(),
        old: Some("origin, \"a, b\"".to_owned()),
        new: Some("origin, a, b".to_owned()),
    };
    let found = between(
        &with("[\"origin\", \"a, b\"]"),
        &with("[\"origin\", \"a\", \"b\"]"),
    );
    assert_eq!(found, [expected]);
}

#[test]
fn omitted_keys_are_keys_too() {
    let everything = PRODUCTION
        .replace(
            "name     = \"readme\"",
            "name = \"readme\"\nstatus = 307\njson = false\ncache_control = \"no-store\"",
        )
        .replace("\"full\"", "\"none\"")
        .replace("[origin]", "retry.window = \"30s\"\n[origin]");
    let some = Loaded::of(&of_any_host(PRODUCTION));
    assert_eq!(keys(&Loaded::of(&everything)), keys(&some));
}

/// A route with these targets, and each file as an example at one of them.
fn at(targets: &str, examples: &[(&str, &str)]) -> Loaded {
    let examples: Vec<_> = examples
        .iter()
        .map(|(file, target)| {
            let location = format!("https://{target}.example/{file}");
            format!(
                "{{ request = \"/f/{file}\", target = \"{target}\", location = \"{location}\" }}"
            )
        })
        .collect();
    Loaded::of(&format!(
        "origin.backends = [\"origin\"]\nallowed_hosts = [\"a.example\", \"b.example\"]\n\
         targets.a.base = \"a.example\"\ntargets.b.base = \"b.example\"\n\
         [[routes]]\nname = \"other\"\npath = \"/o/other\"\ntargets = [\"a\", \"b\"]\nlocation = \"/o\"\n\
         examples = [{{ request = \"/o/other\", target = \"a\", location = \"https://a.example/o\" }},\n\
         {{ request = \"/o/other\", target = \"b\", location = \"https://b.example/o\" }}]\n\
         [[routes]]\nname = \"file\"\npath = \"/f/{{file:segment}}\"\n{targets}\n\
         location = \"/{{file}}\"\nexamples = [{}]\n",
        examples.join(", ")
    ))
}

/// The targets and examples before and after, and which of the examples differ.
type Row<'r> = (
    (&'r str, &'r [(&'r str, &'r str)]),
    (&'r str, &'r [(&'r str, &'r str)]),
    &'r [&'r str],
);

#[test]
fn an_example_is_told_from_the_same_request_at_another_target() {
    let both = "targets = [\"a\", \"b\"]";
    let all = [("x", "a"), ("x", "b"), ("y", "a"), ("y", "b")];
    let only_a = "target = \"a\"";
    let only_b = "target = \"b\"";
    let rows: &[Row<'_>] = &[
        ((both, &all), (both, &all), &[]),
        ((both, &all), (both, &all[..3]), &["[/f/y at b]"]),
        ((both, &all[..3]), (both, &all), &["[/f/y at b]"]),
        ((both, &all), (both, &all[1..]), &["[/f/x at a]"]),
        // An example at the only target stays an example at that target.
        ((only_a, &[all[0]]), (both, &all[..2]), &["[/f/x at b]"]),
        (
            (only_a, &[all[0], all[2]]),
            (both, &all[..2]),
            &["[/f/x at b]", "[/f/y at a]"],
        ),
        ((only_a, &[all[0]]), (only_b, &[all[1]]), &[]),
        (
            (only_a, &[all[0], all[2]]),
            (only_a, &[all[0]]),
            &["[/f/y]"],
        ),
    ];
    for ((old_targets, old), (new_targets, new), expected) in rows {
        let (old, new) = (at(old_targets, old), at(new_targets, new));
        let row = format!("{old:?} {new:?}");
        let found = between(&old, &new);
        let examples: Vec<_> = found
            .iter()
            .filter_map(|found| found.key.strip_prefix("routes.file.examples"))
            .collect();
        assert_eq!(examples, *expected, "{row}");
        // Every difference can be named by --may-differ.
        let all: BTreeSet<_> = keys(&old).into_iter().chain(keys(&new)).collect();
        assert!(found.iter().all(|found| all.contains(&found.key)), "{row}");
    }
}
