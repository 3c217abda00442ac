use std::collections::BTreeMap;

use crate::table::table;

/// What was measured of one thing, and what it should be.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    /// The value in terms of what it is compared with.
    pub(super) ratio: Option<f64>,
    pub(super) target: Option<Target>,
}

/// A bound of the ratio, or of the value where there is no ratio.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

/// The figures that were written last, as text, by what they are of.
#[derive(Debug)]
pub(super) struct Written(BTreeMap<String, String>);

impl Figure {
    /// Whether it is as it should be, as any figure without a target is.
    pub(super) fn is_met(&self) -> bool {
        let measured = self.ratio.unwrap_or(self.value);
        self.target.is_none_or(|target| match target {
            Target::AtMost(most) => measured <= most,
            Target::AtLeast(least) => measured >= least,
        })
    }

    fn row(&self, last: &Written) -> [String; 6] {
        let (what, value) = (self.what.clone(), number(self.value));
        let ratio = self.ratio.map(|ratio| format!("{ratio:.3}"));
        let target = self.target.map(|target| match target {
            Target::AtMost(most) => format!("at most {}", number(most)),
            Target::AtLeast(least) => format!("at least {}", number(least)),
        });
        let met = match &target {
            Some(_) if self.is_met() => "met",
            Some(_) => "MISSED",
            None => "",
        };
        [
            what,
            format!("{value} {}", self.unit),
            ratio.unwrap_or_default(),
            target.unwrap_or_default(),
            met.to_owned(),
            last.0.get(&self.what).cloned().unwrap_or_default(),
        ]
    }
}

/// The figures with their targets, and beside them those that were written last.
pub(super) fn show(figures: &[Figure], last: &Written) -> String {
    let heading = ["what", "figure", "ratio", "target", "", "last"].map(str::to_owned);
    let rows = figures.iter().map(|figure| figure.row(last));
    table(&[heading].into_iter().chain(rows).collect::<Vec<_>>())
}

/// A small number as it is, and a large one in groups of three digits.
fn number(value: f64) -> String {
    if value < 1000.0 {
        return format!("{}", (value * 100.0).round() / 100.0);
    }
    let digits = format!("{value:.0}");
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

impl Written {
    /// Reads lines of `what`, a tab, and the figure.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        let lines = lines.map(|(what, figure)| (what.to_owned(), figure.to_owned()));
        Self(lines.collect())
    }

    /// Replaces what was measured again, and keeps the rest.
    pub(super) fn replace(mut self, figures: &[Figure]) -> String {
        for figure in figures {
            let [what, value, ratio, ..] = figure.row(&self);
            let written = [value, ratio].join("  ").trim_end().to_owned();
            self.0.insert(what, written);
        }
        let lines = self.0.iter();
        lines
            .map(|(what, figure)| format!("{what}\t{figure}\n"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Target, Written, show};

    fn figure(value: f64, ratio: Option<f64>, target: Option<Target>) -> Figure {
        Figure {
            what: "redirect".to_owned(),
            value,
            unit: "µs",
            ratio,
            target,
        }
    }

    #[test]
    fn a_target_bounds_the_ratio_or_else_the_value() {
        let rows = [
            (1.0, Some(1.03), Some(Target::AtMost(1.03)), true),
            (1.0, Some(1.04), Some(Target::AtMost(1.03)), false),
            (9.0, None, Some(Target::AtLeast(9.0)), true),
            (8.9, None, Some(Target::AtLeast(9.0)), false),
            // Nothing was measured.
            (8.9, Some(f64::NAN), Some(Target::AtMost(9.0)), false),
            (8.9, None, None, true),
        ];
        for (value, ratio, target, expected) in rows {
            let figure = figure(value, ratio, target);
            assert_eq!(figure.is_met(), expected, "{figure:?}");
        }
    }

    #[test]
    fn figures_stand_beside_the_last_ones_and_replace_them() {
        let last = Written::parse("redirect\t70 µs  1.100\nmodule\t650,000 bytes\n");
        let figures = [figure(1_234_567.8, Some(1.04), Some(Target::AtMost(1.03)))];
        assert_eq!(
            show(&figures, &last),
            "what      figure        ratio  target                last\n\
             redirect  1,234,568 µs  1.040  at most 1.03  MISSED  70 µs  1.100\n"
        );
        assert_eq!(
            last.replace(&figures),
            "module\t650,000 bytes\nredirect\t1,234,568 µs  1.040\n"
        );
    }
}
