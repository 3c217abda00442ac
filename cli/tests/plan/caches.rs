//! What clients go on with after the change, because caches kept it.

use serde_json::{Value, json};

use super::Files;

/// A configuration that redirects the files of one host to another.
fn from_to(from: &str, to: &str, lines: &str) -> String {
    format!(
        r#"
allowed_hosts = ["{to}.example"]
hosts = ["{from}.example"]
origin.backends = ["origin"]

[targets.files]
base = "https://{to}.example"

[[routes]]
name = "file"
path = "/f/{{file:segment}}"
target = "files"
location = "/f/{{file}}"
{lines}

[[routes.examples]]
request = "/f/x"
location = "https://{to}.example/f/x"
"#
    )
}

const DAY: &str = "status = 301\ncache_control = \"max-age=86400\"";

/// The old redirect leads from A to B and is kept for a day; the new one leads from B to A.
#[test]
fn whoever_kept_the_old_redirect_goes_round() {
    let files = Files::new();
    files.write("old.toml", from_to("a", "b", DAY).as_bytes());
    files.write("new.toml", from_to("b", "a", "").as_bytes());
    files.write(
        "requests",
        b"https://a.example/f/1\nhttps://b.example/f/1\nhttps://b.example/\n",
    );
    let arguments = ["old.toml", "new.toml", "--requests", "requests"];
    let (code, text, errors) = files.plan(&arguments);
    assert_eq!((code, errors.as_str()), (Some(1), ""));
    for part in [
        "           2  of these can loop for clients that kept an old redirect\n",
        "
  Clients that kept the old redirect follow it for up to 1day after the change (301, max-age=86400)
  Loop, for clients that kept an old redirect:
      https://a.example/f/1
    → https://b.example/f/1  (old, kept for up to 1day; route file, target files)
    → https://a.example/f/1  (new; route file, target files)
    line 1: GET https://a.example/f/1
",
        "
  Loop, for clients that kept an old redirect:
      https://b.example/f/1
    → https://a.example/f/1  (new; route file, target files)
    → https://b.example/f/1  (old, kept for up to 1day; route file, target files)
    line 2: GET https://b.example/f/1
",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let (code, text, _) = files.plan(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(1));
    let plan: Value = serde_json::from_str(&text).unwrap();
    let kept = json!({"seconds": 86_400, "status": 301, "cache_control": "max-age=86400"});
    assert_eq!(plan["looping"], 2);
    let group = &plan["groups"][0];
    assert_eq!(group["kept"], kept);
    let hop = |from: &str, to: &str, kept: &Value| {
        json!({
            "url": format!("https://{from}.example/f/1"),
            "location": format!("https://{to}.example/f/1"),
            "route": "file",
            "target": "files",
            "first_choice": true,
            "entry": null,
            "kept": kept,
        })
    };
    let hops = json!([hop("a", "b", &kept), hop("b", "a", &Value::Null)]);
    assert_eq!(group["loop"], hops);
    // A summary holds all of it.
    let part = [&arguments[..], &["--partial", "part"]].concat();
    assert_eq!(files.plan(&part).0, Some(0));
    let merged = files.plan(&["--merge", "part", "--format", "json"]);
    assert_eq!(merged, (Some(1), text, String::new()));
    // The examples show it as well.
    let (code, text, _) = files.plan(&arguments[..2]);
    assert_eq!(code, Some(1));
    assert!(text.contains("1  of these can loop"), "{text}");
}

#[test]
fn old_redirects_that_no_cache_keeps_are_not_spoken_of() {
    let files = Files::new();
    files.write(
        "requests",
        b"https://a.example/f/1\nhttps://b.example/f/1\n",
    );
    for lines in ["", "status = 307", "cache_control = \"no-store\""] {
        files.write("old.toml", from_to("a", "b", lines).as_bytes());
        files.write("new.toml", from_to("b", "a", DAY).as_bytes());
        let arguments = ["old.toml", "new.toml", "--requests", "requests"];
        let (code, text, _) = files.plan(&arguments);
        assert_eq!(code, Some(1), "{lines}");
        assert!(!text.contains("kept"), "{lines}: {text}");
    }
}
