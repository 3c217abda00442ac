use crate::table::table;

/// What was measured of one thing, and what it should be.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) value: f64,
    pub(super) unit: String,
    /// The value in terms of what it is compared with.
    pub(super) ratio: Option<f64>,
    /// A bound of the ratio, or of the value where there is no ratio.
    pub(super) target: Option<Target>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    /// Whether it is as it should be, as any figure without a target is.
    pub(super) fn is_met(&self) -> bool {
        let measured = self.ratio.unwrap_or(self.value);
        self.target.is_none_or(|target| match target {
            Target::AtMost(most) => measured <= most,
            Target::AtLeast(least) => measured >= least,
        })
    }

    /// The value with its ratio.
    fn text(&self) -> String {
        let text = format!("{} {}", number(self.value), self.unit);
        match self.ratio {
            Some(ratio) => format!("{text}, ratio {ratio:.3}"),
            None => text,
        }
    }
}

/// The figures with their targets, and beside them those that were written last.
pub(super) fn show(figures: &[Figure], last: &str) -> String {
    let mut rows = vec![["what", "figure", "target", "", "last"].map(str::to_owned)];
    rows.extend(figures.iter().map(|figure| {
        let (target, outcome) = match figure.target {
            Some(Target::AtMost(bound)) => (format!("at most {}", number(bound)), "met"),
            Some(Target::AtLeast(bound)) => (format!("at least {}", number(bound)), "met"),
            None => (String::new(), ""),
        };
        let outcome = if figure.is_met() { outcome } else { "MISSED" };
        let before = last.lines().find_map(|line| text_of(&figure.what, line));
        let before = before.unwrap_or_default();
        let (what, text) = (figure.what.clone(), figure.text());
        [what, text, target, outcome.to_owned(), before.to_owned()]
    }));
    table(&rows)
}

/// What is written for the next run: the figures, and those of the last run that were not measured again.
pub(super) fn replace(last: &str, figures: &[Figure]) -> String {
    let is_old = |line: &&str| figures.iter().all(|new| text_of(&new.what, line).is_none());
    let old = last.lines().filter(is_old).map(str::to_owned);
    let new = figures
        .iter()
        .map(|it| format!("{}\t{}", it.what, it.text()));
    let mut lines: Vec<_> = old.chain(new).collect();
    lines.sort();
    lines.join("\n") + "\n"
}

/// The text of a line, if it is of this.
fn text_of<'l>(what: &str, line: &'l str) -> Option<&'l str> {
    line.strip_prefix(what)?.strip_prefix('\t')
}

/// A small number as it is, and a large one in groups of three digits.
pub(super) fn number(value: f64) -> String {
    if value < 1000.0 {
        return ((value * 100.0).round() / 100.0).to_string();
    }
    let digits = format!("{value:.0}");
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::{Figure, Target, replace, show};

    fn figure(value: f64, ratio: Option<f64>, target: Option<Target>) -> Figure {
        let (what, unit) = ("redirect".to_owned(), "µs".to_owned());
        Figure {
            what,
            value,
            unit,
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
        let last = "module\t650,000 bytes\nredirect\t70 µs, ratio 1.100\n";
        let figures = [figure(1_234_567.8, Some(1.04), Some(Target::AtMost(1.03)))];
        assert_eq!(
            show(&figures, last),
            "what      figure                     target                last\n\
             redirect  1,234,568 µs, ratio 1.040  at most 1.03  MISSED  70 µs, ratio 1.100\n"
        );
        assert_eq!(
            replace(last, &figures),
            "module\t650,000 bytes\nredirect\t1,234,568 µs, ratio 1.040\n"
        );
    }
}
