use super::PhaseReport;

/// What came of the phases, and of all together, as rows of texts below their titles.
pub fn table(reports: &[PhaseReport]) -> Vec<[String; 12]> {
    let titles = [
        "phase",
        "requests",
        "redirects",
        "JSON",
        "origin",
        "broken off",
        "failures",
        "platform",
        "log lines",
        "wrong",
        "per second",
        "Viceroy, module in MiB",
    ];
    let mut sum = PhaseReport {
        name: "all".to_owned(),
        ..PhaseReport::default()
    };
    for report in reports {
        sum.requests += report.requests;
        sum.redirects += report.redirects;
        sum.json += report.json;
        sum.from_origin += report.from_origin;
        sum.broken_off += report.broken_off;
        sum.failures += report.failures;
        sum.of_platform += report.of_platform;
        sum.log_lines += report.log_lines;
        sum.wrong += report.wrong;
        sum.time += report.time;
    }
    let rows = reports.iter().chain([&sum]).map(row);
    [titles.map(str::to_owned)]
        .into_iter()
        .chain(rows)
        .collect()
}

fn row(report: &PhaseReport) -> [String; 12] {
    let rate = u128::from(report.requests) * 1000 / report.time.as_millis().max(1);
    let sizes = [report.resident, report.heap].map(|sizes| {
        let mib = |size: u32| format!("{:.1}", f64::from(size) / 1024.0);
        sizes.map_or("-".to_owned(), |[before, after]| {
            format!("{} {}", mib(before), mib(after))
        })
    });
    [
        report.name.clone(),
        report.requests.to_string(),
        report.redirects.to_string(),
        report.json.to_string(),
        report.from_origin.to_string(),
        report.broken_off.to_string(),
        report.failures.to_string(),
        report.of_platform.to_string(),
        report.log_lines.to_string(),
        report.wrong.to_string(),
        rate.to_string(),
        sizes.join(", "),
    ]
}
