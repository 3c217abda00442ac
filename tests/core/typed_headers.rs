//! Whatever a browser or a cache would ignore or read otherwise is refused in a header.

use crate::fixtures::configs::{changed, problems_of, read};
use crate::test;
use signpost::config::ProblemCode;

/// Checks a value of a key: that it compiles if nothing is expected, and else what is said.
#[track_caller]
fn check(key: &str, value: &str, expected: &str) {
    let text = match key {
        "hsts" => changed("[log]", &format!("[response]\nhsts = {value:?}\n\n[log]")),
        _ => changed(
            "name = \"file\"",
            &format!("name = \"file\"\n{key} = {value:?}"),
        ),
    };
    if expected.is_empty() {
        read(&text);
        return;
    }
    let problems = problems_of(&text);
    let said: Vec<_> = problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.code(), ProblemCode::HeaderInvalid, "{value}");
            problem.message()
        })
        .collect();
    assert_eq!(said, [expected], "{key} = {value:?}");
}

/// Values of `Strict-Transport-Security`, and what is said.
const HSTS: &[(&str, &str)] = &[
    ("max-age=31536000", ""),
    ("max-age=0", ""),
    ("max-age=2147483648", ""),
    ("max-age=\"60\"", ""),
    ("max-age=\"6\\0\"", ""),
    ("max-age=60; includeSubDomains", ""),
    ("includeSubDomains ;max-age=60;preload", ""),
    ("MAX-AGE=60; INCLUDESUBDOMAINS; Preload", ""),
    (
        "31536000",
        "`31536000` does not say what it is; write `max-age=31536000`",
    ),
    (
        "max-age=undefined",
        "`undefined` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "max-age=1, max-age=1",
        "`max-age=1, max-age=1` is not a directive; separate directives by `;`, write a value after `=`, and each once, such as `max-age=31536000; includeSubDomains`",
    ),
    (
        "max-age=1; Max-Age=1",
        "`max-age` is there twice; write it once",
    ),
    (
        "includeSubDomains",
        "`max-age` is missing; write `max-age=31536000; includeSubDomains`",
    ),
    (
        "max-age=60, preload",
        "`max-age=60, preload` is not a directive; separate directives by `;`, write a value after `=`, and each once, such as `max-age=60; preload`",
    ),
    (
        "max-age: 60",
        "`max-age: 60` is not a directive; separate directives by `;`, write a value after `=`, and each once, such as `max-age=60`",
    ),
    (
        "max-age=2147483649",
        "`2147483649` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "max-age=-1",
        "`-1` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "max-age=\"\"",
        "`\"\"` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "max-age",
        "`max-age` lacks its number of seconds; write one such as `max-age=3600`",
    ),
    (
        "max-age=60; preload=true",
        "`preload` has no value, and `true` was read; write `preload`",
    ),
    (
        "max-age=60; includeSubdomain",
        "there is no directive `includeSubdomain`; did you mean `includeSubDomains`?",
    ),
    (
        "max-age=60; always",
        "there is no directive `always`; the directives are max-age, includeSubDomains, preload",
    ),
    (
        "max-age=60;",
        "`max-age=60;` has an empty directive; leave out the `;` beside it",
    ),
];

#[test]
fn a_value_that_browsers_would_ignore_is_refused() {
    for (value, expected) in HSTS {
        check("hsts", value, expected);
    }
}

/// Values of `Cache-Control`, and what is said.
const CACHE_CONTROL: &[(&str, &str)] = &[
    ("no-store", ""),
    ("public, max-age=3600", ""),
    ("Public ,MAX-AGE=3600", ""),
    (
        "public,max-age=60,s-maxage=600,stale-while-revalidate=30,stale-if-error=30,immutable,no-transform",
        "",
    ),
    ("max-age=60, must-revalidate, proxy-revalidate", ""),
    ("max-age=60, must-understand, no-store", ""),
    ("no-cache, no-store, max-age=0, must-revalidate", ""),
    ("no-cache=\"set-cookie\", max-age=60", ""),
    ("private=\"set-cookie, x-a\", s-maxage=60, public", ""),
    (
        "max-age: 3600",
        "`max-age: 3600` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `max-age=3600`",
    ),
    (
        "no_store",
        "there is no directive `no_store`; did you mean `no-store`?",
    ),
    (
        "public max-age=3600",
        "`public max-age=3600` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "public; max-age=3600",
        "`public; max-age=3600` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "public max-age=60",
        "`public max-age=60` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=60`",
    ),
    (
        "public\\\", no-store",
        "`public\\\", no-store` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "no-cache=\"a\\\\\", no-store",
        "`\"a\\\\\"` is not a list of header fields in quotation marks; write one such as `no-cache=\"set-cookie\"`, or `no-cache` alone",
    ),
    (
        "no-cache=\"a\\\", no-store",
        "`no-cache=\"a\\\", no-store` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "no-cache=\"a\"b\"",
        "`no-cache=\"a\"b\"` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "max-age=",
        "`max-age=` is not a directive; separate directives by `,`, write a value after `=`, and each once, such as `public, max-age=3600`",
    ),
    (
        "maxage=60",
        "there is no directive `maxage`; did you mean `max-age`?",
    ),
    (
        "only-if-cached",
        "there is no directive `only-if-cached`; the directives are max-age, s-maxage, public, private, no-cache, no-store, no-transform, must-revalidate, proxy-revalidate, must-understand, immutable, stale-while-revalidate, stale-if-error",
    ),
    (
        "s-maxage",
        "`s-maxage` lacks its number of seconds; write one such as `s-maxage=3600`",
    ),
    (
        "max-age=\"60\"",
        "`\"60\"` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "max-age=+60",
        "`+60` is not a number of seconds from 0 to 2147483648; write one such as `max-age=3600`",
    ),
    (
        "no-store=1",
        "`no-store` has no value, and `1` was read; write `no-store`",
    ),
    (
        "no-cache=set-cookie",
        "`set-cookie` is not a list of header fields in quotation marks; write one such as `no-cache=\"set-cookie\"`, or `no-cache` alone",
    ),
    (
        "private=\"a, b c\"",
        "`\"a, b c\"` is not a list of header fields in quotation marks; write one such as `private=\"set-cookie\"`, or `private` alone",
    ),
    (
        "max-age=1, Max-Age=2",
        "`max-age` is there twice; write it once",
    ),
    (
        "public,, max-age=60",
        "`public,, max-age=60` has an empty directive; leave out the `,` beside it",
    ),
    (
        "private, public",
        "`private` and `public` contradict each other; leave one of the two out",
    ),
    (
        "s-maxage=60, private",
        "`private` and `s-maxage` contradict each other; leave one of the two out",
    ),
    (
        "no-store, max-age=60",
        "`no-store` and `max-age` contradict each other; leave one of the two out",
    ),
    (
        "immutable, no-cache",
        "`no-cache` and `immutable` contradict each other; leave one of the two out",
    ),
    (
        "max-age=1, must-revalidate, stale-if-error=60",
        "`must-revalidate` and `stale-if-error` contradict each other; leave one of the two out",
    ),
];

#[test]
fn a_value_that_caches_would_read_otherwise_is_refused() {
    for (value, expected) in CACHE_CONTROL {
        check("cache_control", value, expected);
    }
}
