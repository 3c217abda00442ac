use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Counts {
    /// So many tests passed, and so many failed.
    pub(crate) const fn new(passed: usize, failed: usize) -> Self {
        Self { passed, failed }
    }

    /// Reads the line with which a test program ends:
    /// `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (_, counted) = line
            .trim()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let mut parts = counted.split("; ");
        let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
        let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
        Some(Self::new(passed, failed))
    }

    /// All tests.
    pub(crate) fn total(self) -> usize {
        self.passed + self.failed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_last_line_of_a_test_program_is_read() {
        let ignored = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        for (line, expected) in [
            (ignored, Some(Counts::new(12, 0))),
            (
                "test result: FAILED. 1 passed; 2 failed; 0 ignored",
                Some(Counts::new(1, 2)),
            ),
            (
                "  test result: ok. 3 passed; 0 failed; 0 filtered out\r",
                Some(Counts::new(3, 0)),
            ),
            ("test result: unclear", None),
            ("test it_works ... ok", None),
            ("the test result: ok. 1 passed; 0 failed", None),
            ("", None),
        ] {
            assert_eq!(Counts::read(line), expected, "{line}");
        }
    }

    #[test]
    fn counts_are_added_and_shown() {
        let mut counts = Counts::new(2, 1);
        counts += Counts::new(3, 0);
        assert_eq!(counts.total(), 6);
        assert_eq!(counts.to_string(), "5 passed, 1 failed");
    }
}
