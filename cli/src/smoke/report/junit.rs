//! The report as `JUnit` XML, for systems that collect test results.

use quick_junit::{NonSuccessKind, Report as XmlReport, TestCase, TestCaseStatus, TestSuite};

use crate::smoke::judge::verdict::Verdict;
use crate::smoke::report::{Report, details};

/// A suite with a case for each probe.
pub(crate) fn junit(report: &Report) -> Result<String, String> {
    let mut suite = TestSuite::new(format!("smoke {}", report.edge));
    suite.add_property(("revision", report.revision.as_str()));
    suite.add_property(("switch", report.switch.as_str()));
    suite.add_property(("user-agent", report.user_agent.as_str()));
    let notes = report.all_notes();
    let downloads = report.downloads();
    let lines = downloads.iter().map(ToString::to_string);
    let lines: Vec<_> = notes.into_iter().chain(lines).collect();
    if !lines.is_empty() {
        suite.set_system_out(lines.join("\n"));
    }
    suite.add_test_cases(report.verdicts.iter().map(case));
    let mut xml = XmlReport::new("signpost");
    xml.add_test_suite(suite);
    xml.to_string().map_err(|error| error.to_string())
}

fn case(verdict: &Verdict) -> TestCase {
    let probe = &verdict.probe;
    let status = match verdict.findings.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(first.stage.code());
            status.set_message(first.message.as_str());
            status.set_description(details(verdict));
            status
        }
    };
    let mut case = TestCase::new(format!("{} {}", probe.kind.name(), probe.shown()), status);
    case.set_classname(probe.route.as_str());
    case.set_time(verdict.time);
    if !verdict.elsewhere.is_empty() {
        let lines: Vec<_> = verdict.elsewhere.iter().map(ToString::to_string).collect();
        case.set_system_out(lines.join("\n"));
    }
    case
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::junit;
    use crate::smoke::judge::finding::Finding;
    use crate::smoke::judge::stage::Stage;

    #[test]
    fn whatever_a_server_sends_the_file_is_well_formed() {
        let bad = "\u{fffe}\u{ffff}\u{0}\u{1b}[31m\u{9b}]]></failure>&\u{202e}";
        let mut report = crate::smoke::report::tests::report();
        let finding = Finding::difference(Stage::Location, bad, Some("a"), Some(bad));
        report.verdicts[1].findings = vec![finding.unwrap()];
        let xml = junit(&report).unwrap();
        let mut reader = Reader::from_str(&xml);
        let mut texts = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Text(text) => texts.push_str(&text.decode().unwrap()),
                _ => {}
            }
        }
        assert!(texts.contains("[location]"), "{xml}");
        // The parser accepts more characters than the standard allows.
        let is_of_xml = |character: char| {
            matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}'
                | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        };
        assert!(xml.chars().all(is_of_xml), "{xml}");
        assert!(!xml.contains(['\u{9b}', '\u{202e}']), "{xml}");
    }

    #[test]
    fn every_probe_is_a_case_and_every_failure_is_in_it() {
        insta::assert_snapshot!(junit(&crate::smoke::report::tests::report()).unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="signpost" tests="2" skipped="0" failures="1" errors="0">
            <testsuite name="smoke https://crates.io" tests="2" skipped="0" errors="0" failures="1">
                <properties>
                    <property name="revision" value="0123456789ab"/>
                    <property name="switch" value="off"/>
                    <property name="user-agent" value="signpost-smoke/0.1.0 (run 3f2a9c41d0e7b586)"/>
                </properties>
                <testcase name="example /api/v1/crates/a/0.1.1/download" classname="download" time="0.012"/>
                <testcase name="example /api/v1/crates/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/0.1.1/download" classname="download" time="0.007">
                    <failure message="`location` differs" type="location">  [location] `location` differs
            expected https://static.crates.io/crates/a
            received https://static.crates.iocrates/a
                                             ^ differs here
          [cdn-status] the target `eu` (https://eu.example) answered 403 Forbidden
        </failure>
                </testcase>
                <system-out>two were left out</system-out>
            </testsuite>
        </testsuites>
        "#);
    }
}
