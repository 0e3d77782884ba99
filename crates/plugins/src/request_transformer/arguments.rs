//! What is done to the arguments of a query or a form. Those that are not touched stay as they were written.

use gibbon_plugin_api::query;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::handler::Rendered;

/// What is written as `%XX`: all but the unreserved characters (RFC 3986 section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Arguments in their order.
struct Arguments(Vec<Argument>);

struct Argument {
    /// Decoded.
    name: String,
    /// As it is written, with the `=` before it; empty where there is none.
    value: String,
}

/// The query or form after the operations; `None` where nothing is left.
pub(super) fn edited(text: &str, operations: &Rendered) -> Option<String> {
    let mut arguments = Arguments::read(text);
    arguments.edit(operations);
    (!arguments.0.is_empty()).then(|| arguments.write())
}

/// Two lists of arguments, one behind the other.
pub(super) fn joined(one: &str, other: &str) -> String {
    [one, other].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("&")
}

impl Arguments {
    fn read(text: &str) -> Self {
        let pieces = text.split('&').filter(|piece| !piece.is_empty());
        let read = |piece: &str| {
            let name = query::arguments(piece).next().map(|argument| argument.name.into_owned()).unwrap_or_default();
            let value = piece.find('=').and_then(|place| piece.get(place..)).unwrap_or("");
            Argument { name, value: value.to_owned() }
        };
        Self(pieces.map(read).collect())
    }

    fn edit(&mut self, operations: &Rendered) {
        for name in operations.remove.iter() {
            self.0.retain(|argument| argument.name != **name);
        }
        for (old, new) in &operations.rename {
            self.rename(old, new);
        }
        for (name, value) in &operations.replace {
            self.replace(name, value);
        }
        for (name, value) in &operations.add {
            if !self.contains(name) {
                self.append(name, value);
            }
        }
        for (name, value) in &operations.append {
            self.append(name, value);
        }
    }

    fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|argument| argument.name == name)
    }

    fn rename(&mut self, old: &str, new: &str) {
        if old == new || !self.contains(old) {
            return;
        }
        self.0.retain(|argument| argument.name != new);
        self.0.iter_mut().filter(|argument| argument.name == old).for_each(|argument| argument.name = new.to_owned());
    }

    fn replace(&mut self, name: &str, value: &str) {
        let mut is_first = true;
        self.0.retain_mut(|argument| {
            if argument.name != name {
                return true;
            }
            argument.value = written(value);
            std::mem::take(&mut is_first)
        });
    }

    fn append(&mut self, name: &str, value: &str) {
        self.0.push(Argument { name: name.to_owned(), value: written(value) });
    }

    fn write(&self) -> String {
        let pieces =
            self.0.iter().map(|argument| format!("{}{}", utf8_percent_encode(&argument.name, ENCODED), argument.value));
        pieces.collect::<Vec<_>>().join("&")
    }
}

fn written(value: &str) -> String {
    format!("={}", utf8_percent_encode(value, ENCODED))
}
