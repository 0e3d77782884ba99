//! Lists: elements between commas, white space around them not counted, empty elements left out.

pub(crate) fn elements(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|element| !element.is_empty())
}

/// Each element through a parser; the reason names the element that is wrong.
pub(crate) fn parse_each<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    elements(text).map(|element| parse(element).map_err(|reason| format!("`{element}`: {reason}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{elements, parse_each};

    #[test]
    fn elements_are_trimmed_and_empty_ones_dropped() {
        assert_eq!(elements(" a, b c ,,d,").collect::<Vec<_>>(), ["a", "b c", "d"]);
        assert_eq!(elements(" , ").count(), 0);
    }

    #[test]
    fn the_wrong_element_is_named() {
        assert_eq!(parse_each("8k, x", crate::size::count).unwrap_err(), "`8k`: expected a whole number, 0 or more");
    }
}
