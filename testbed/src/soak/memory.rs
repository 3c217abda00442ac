//! How much memory there is in use over a phase.

use std::fs;

/// The memory of a process that is in use, in KiB; `None` where the system does not say it in `/proc`.
pub(super) fn resident(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The largest value of the second quarter, and of the last.
pub(super) fn second_and_last_quarter(values: &[u32]) -> Option<[u32; 2]> {
    let largest = |quarter: usize| {
        let quarter = values.get(values.len() * quarter / 4..values.len() * (quarter + 1) / 4)?;
        quarter.iter().copied().max()
    };
    Some([largest(1)?, largest(3)?])
}

#[cfg(test)]
mod tests {
    use super::{resident, second_and_last_quarter};

    #[test]
    fn quarters_are_compared_by_their_largest_value() {
        let values = [9, 9, 1, 2, 0, 0, 5, 6];
        assert_eq!(second_and_last_quarter(&values), Some([2, 6]));
        assert_eq!(second_and_last_quarter(&[1]), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_in_memory() {
        assert!(resident(std::process::id()).is_some_and(|size| size > 100));
        assert_eq!(resident(u32::MAX), None);
    }
}
