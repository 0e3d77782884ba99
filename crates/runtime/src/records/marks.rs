//! The records of which a request asks only whether they are there.

use gibbon_plugin_api::{Mark, MarkDef};
use imbl::OrdMap;
use uuid::Uuid;

/// Those of one kind. Shared with the snapshots before and after; an entry takes about 50 bytes.
#[derive(Clone)]
pub(crate) struct Marks {
    pub(crate) def: &'static MarkDef,
    pub(crate) by_id: OrdMap<Uuid, Mark>,
}

impl Marks {
    pub(crate) fn new(def: &'static MarkDef) -> Self {
        Self { def, by_id: OrdMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The memory that this process has, in bytes.
    fn resident() -> usize {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
    }

    #[test]
    fn a_million_of_them_take_less_than_100_megabytes() {
        let before = resident();
        let mut marks: OrdMap<Uuid, Mark> = OrdMap::new();
        for number in 0..1_000_000_u128 {
            // In no order, as ids that are digests come.
            let id = Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
            marks.insert(id, Mark { until: u32::MAX, value: 0 });
        }
        let taken = resident().saturating_sub(before);
        assert_eq!(marks.len(), 1_000_000);
        assert!(taken < 100_000_000, "{taken} bytes");
    }
}
