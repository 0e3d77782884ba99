//! SPDX licence expressions: `AND` binds tighter than `OR`; the old `MIT/Apache-2.0` means `OR`.
//! Grammar: SPDX specification 2.3, annex D.

/// Whether some choice that `expression` offers consists of allowed licences only.
pub(super) fn permits(expression: &str, allowed: fn(&str) -> bool) -> Result<bool, String> {
    let mut words = Words { words: split(expression), next: 0, allowed };
    let verdict = words.any()?;
    match words.peek() {
        None => Ok(verdict),
        Some(word) => Err(format!("`{word}` is not expected")),
    }
}

fn split(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// A reader over the words of an expression that decides while it reads.
struct Words {
    words: Vec<String>,
    next: usize,
    allowed: fn(&str) -> bool,
}

impl Words {
    fn any(&mut self) -> Result<bool, String> {
        let mut verdict = self.all()?;
        while self.take("OR") {
            verdict |= self.all()?;
        }
        Ok(verdict)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut verdict = self.one()?;
        while self.take("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let verdict = self.any()?;
            return if self.take(")") { Ok(verdict) } else { Err("a `)` is missing".to_owned()) };
        }
        let mut licence = self.word()?;
        if self.take("WITH") {
            licence = format!("{licence} WITH {}", self.word()?);
        }
        Ok((self.allowed)(&licence))
    }

    fn word(&mut self) -> Result<String, String> {
        let word = self.peek().ok_or("it ends too early")?.to_owned();
        if matches!(word.as_str(), "AND" | "OR" | "WITH" | "(" | ")") {
            return Err(format!("`{word}` is not expected"));
        }
        self.next += 1;
        Ok(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.next += usize::from(found);
        found
    }

    fn peek(&self) -> Option<&str> {
        self.words.get(self.next).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(expression: &str) -> Result<bool, String> {
        permits(expression, |licence| licence.starts_with("Good"))
    }

    #[test]
    fn one_good_choice_is_enough() {
        assert_eq!(good("Bad-1 OR Good-1"), Ok(true));
        assert_eq!(good("Bad-1/Good-1"), Ok(true));
        assert_eq!(good("Bad-1 OR Bad-2"), Ok(false));
    }

    #[test]
    fn every_part_of_a_conjunction_must_be_good() {
        assert_eq!(good("Good-1 AND Bad-1"), Ok(false));
        assert_eq!(good("Good-1 AND Good-2"), Ok(true));
    }

    #[test]
    fn and_binds_tighter_than_or() {
        assert_eq!(good("Good-1 OR Good-2 AND Bad-1"), Ok(true));
        assert_eq!(good("(Good-1 OR Good-2) AND Bad-1"), Ok(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        let exact = |licence: &str| licence == "Apache-2.0 WITH LLVM-exception";
        assert_eq!(permits("Apache-2.0 WITH LLVM-exception", exact), Ok(true));
        assert_eq!(permits("Apache-2.0 WITH Other-exception", exact), Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for broken in ["", "OR", "Good-1 OR", "(Good-1", "Good-1 Good-2", "Good-1 WITH"] {
            assert!(good(broken).is_err(), "{broken}");
        }
    }
}
