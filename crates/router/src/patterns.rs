//! The regexes of paths that are in use: a regex that several routes have is compiled and kept once.

use std::sync::{Arc, Weak};

use imbl::HashMap;

use crate::pattern::Pattern;

/// See the module. A copy shares everything with what it was taken from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    by_text: HashMap<Box<str>, Weak<Pattern>>,
    /// How many there may be before those that nobody uses any more are looked for.
    tidy_at: usize,
}

impl Patterns {
    /// The regex of a path, compiled.
    pub(crate) fn path(&mut self, regex: &str) -> Result<Arc<Pattern>, String> {
        if let Some(pattern) = self.by_text.get(regex).and_then(Weak::upgrade) {
            return Ok(pattern);
        }
        let pattern = Arc::new(Pattern::path(regex)?);
        if self.by_text.len() >= self.tidy_at {
            self.by_text.retain(|_, pattern| pattern.strong_count() > 0);
            self.tidy_at = 2 * self.by_text.len() + 64;
        }
        self.by_text.insert(regex.into(), Arc::downgrade(&pattern));
        Ok(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regex_is_compiled_once_as_long_as_somebody_uses_it() {
        let mut patterns = Patterns::default();
        let first = patterns.path("/a").unwrap();
        assert!(Arc::ptr_eq(&first, &patterns.clone().path("/a").unwrap()));
        let text = |n: usize| format!("/{n}");
        for n in 0..1000 {
            patterns.path(&text(n)).unwrap();
        }
        assert!(patterns.by_text.len() < 200, "{}", patterns.by_text.len());
        assert!(Arc::ptr_eq(&first, &patterns.path("/a").unwrap()));
    }
}
