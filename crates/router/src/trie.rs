//! A radix tree from strings to values that finds every key that is a prefix of a text.
//!
//! Trees share what they have in common: a clone copies one pointer, and a change copies the nodes on the way to its key
//! and nothing else. What a node needs to decide where to go on lies in the node itself, labels and first bytes alike,
//! so that a step down reads few cache lines.

use std::sync::Arc;

use smallvec::SmallVec;

/// How many values on the way down are kept to be visited in reverse; those above more than these come first.
const KEPT: usize = 8;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Trie<T> {
    root: Option<Arc<Node<T>>>,
}

#[derive(Debug, Clone)]
struct Node<T> {
    label: SmallVec<[u8; 16]>,
    /// The first byte of the label of each child.
    firsts: SmallVec<[u8; 16]>,
    children: Vec<Arc<Node<T>>>,
    value: Option<T>,
}

/// A text that is walked through from one of its ends.
pub(crate) trait Text: Copy {
    /// The byte at a distance from the end at which the walk begins.
    fn byte(self, at: usize) -> Option<u8>;
    /// Whether `label` stands at that distance.
    fn has(self, at: usize, label: &[u8]) -> bool;
}

/// A text that is read from its beginning.
#[derive(Clone, Copy)]
pub(crate) struct Forward<'t>(pub(crate) &'t [u8]);

/// A text that is read from its end, for keys that are suffixes. The keys must be given reversed.
#[derive(Clone, Copy)]
pub(crate) struct Backward<'t>(pub(crate) &'t [u8]);

impl Text for Forward<'_> {
    fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn has(self, at: usize, label: &[u8]) -> bool {
        self.0.get(at..).is_some_and(|rest| rest.starts_with(label))
    }
}

impl Text for Backward<'_> {
    fn byte(self, at: usize) -> Option<u8> {
        self.0.iter().rev().nth(at).copied()
    }

    fn has(self, at: usize, label: &[u8]) -> bool {
        self.0.len() >= at + label.len() && self.0.iter().rev().skip(at).zip(label).all(|(a, b)| a == b)
    }
}

impl<T> Trie<T> {
    /// Shows the values of all keys with which the text begins to `visit`, as a rule the longest key first.
    pub(crate) fn prefixes_of<'t>(&'t self, text: impl Text, mut visit: impl FnMut(&'t T)) {
        let mut kept: [Option<&'t T>; KEPT] = [None; KEPT];
        let mut count = 0;
        let mut at = 0;
        let mut next = self.root.as_deref();
        while let Some(node) = next {
            if !text.has(at, &node.label) {
                break;
            }
            at += node.label.len();
            if let (Some(value), Some(slot)) = (&node.value, kept.get_mut(count % KEPT)) {
                if let Some(above) = slot.replace(value) {
                    visit(above);
                }
                count += 1;
            }
            next = text.byte(at).and_then(|byte| node.child(byte));
        }
        for index in (count.saturating_sub(KEPT)..count).rev() {
            kept.get(index % KEPT).copied().flatten().into_iter().for_each(&mut visit);
        }
    }

    /// Whether there is no key.
    pub(crate) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&T> {
        let mut rest = key;
        let mut next = self.root.as_deref();
        while let Some(node) = next {
            rest = rest.strip_prefix(&*node.label)?;
            match rest.first() {
                None => return node.value.as_ref(),
                Some(byte) => next = node.child(*byte),
            }
        }
        None
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<T: Clone> Trie<T> {
    /// Gives a key another value; `change` is told the present one and takes the key out by returning none.
    pub(crate) fn update(&mut self, key: &[u8], change: impl FnOnce(Option<&T>) -> Option<T>) {
        match change(self.get(key)) {
            Some(value) => self.insert(key, value),
            None => self.remove(key),
        }
    }

    /// Gives a key a value.
    pub(crate) fn insert(&mut self, key: &[u8], value: T) {
        let mut rest = key;
        let Some(mut next) = self.root.as_mut() else {
            self.root = Some(Arc::new(Node::leaf(key, value)));
            return;
        };
        loop {
            let node = Arc::make_mut(next);
            let common = node.label.iter().zip(rest).take_while(|(a, b)| a == b).count();
            if common < node.label.len() {
                node.split(common);
            }
            rest = rest.get(common..).unwrap_or_default();
            let Some(first) = rest.first().copied() else {
                node.value = Some(value);
                return;
            };
            match node.position(first) {
                None => return node.push(first, Arc::new(Node::leaf(rest, value))),
                Some(position) => match node.children.get_mut(position) {
                    Some(child) => next = child,
                    None => return,
                },
            }
        }
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &[u8]) {
        if self.get(key).is_none() {
            return;
        }
        let Some(mut next) = self.root.as_mut() else { return };
        if next.children.is_empty() {
            self.root = None;
            return;
        }
        let mut rest = key;
        loop {
            let node = Arc::make_mut(next);
            rest = rest.get(node.label.len()..).unwrap_or_default();
            let Some(first) = rest.first() else {
                node.value = None;
                return node.close_up();
            };
            let Some(position) = node.position(*first) else { return };
            let Some(child) = node.children.get(position) else { return };
            if child.children.is_empty() {
                node.firsts.remove(position);
                node.children.remove(position);
                return node.close_up();
            }
            match node.children.get_mut(position) {
                Some(child) => next = child,
                None => return,
            }
        }
    }
}

impl<T> Node<T> {
    fn leaf(label: &[u8], value: T) -> Self {
        Self { label: label.into(), firsts: SmallVec::new(), children: Vec::new(), value: Some(value) }
    }

    fn position(&self, byte: u8) -> Option<usize> {
        memchr::memchr(byte, &self.firsts)
    }

    fn child(&self, byte: u8) -> Option<&Self> {
        self.children.get(self.position(byte)?).map(|child| &**child)
    }

    fn push(&mut self, first: u8, child: Arc<Self>) {
        self.firsts.push(first);
        self.children.push(child);
    }

    /// Keeps the beginning of the label; all else becomes a child.
    fn split(&mut self, at: usize) {
        let rest: SmallVec<[u8; 16]> = self.label.get(at..).unwrap_or_default().into();
        let first = rest.first().copied().unwrap_or_default();
        let below = Self {
            label: rest,
            firsts: std::mem::take(&mut self.firsts),
            children: std::mem::take(&mut self.children),
            value: self.value.take(),
        };
        self.label.truncate(at);
        self.push(first, Arc::new(below));
    }
}

impl<T: Clone> Node<T> {
    /// Takes the place of its only child if it has no value itself.
    fn close_up(&mut self) {
        if self.value.is_some() || self.children.len() != 1 {
            return;
        }
        let Some(child) = self.children.pop() else { return };
        let child = Arc::unwrap_or_clone(child);
        self.label.extend_from_slice(&child.label);
        self.firsts = child.firsts;
        self.children = child.children;
        self.value = child.value;
    }
}

/// Without recursion: how deep a tree is, its keys decide.
impl<T> Drop for Trie<T> {
    fn drop(&mut self) {
        let mut waiting: Vec<Arc<Node<T>>> = self.root.take().into_iter().collect();
        while let Some(node) = waiting.pop() {
            if let Some(node) = Arc::into_inner(node) {
                waiting.extend(node.children);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn trie(keys: &[&'static str]) -> Trie<&'static str> {
        let mut trie = Trie::default();
        for key in keys {
            trie.insert(key.as_bytes(), *key);
        }
        trie
    }

    fn prefixes<T: Copy>(trie: &Trie<T>, text: impl Text) -> Vec<T> {
        let mut found = Vec::new();
        trie.prefixes_of(text, |value| found.push(*value));
        found
    }

    fn forward(trie: &Trie<&'static str>, text: &str) -> Vec<&'static str> {
        prefixes(trie, Forward(text.as_bytes()))
    }

    #[test]
    fn an_empty_tree_finds_nothing() {
        assert_eq!(forward(&trie(&[]), "/a"), [""; 0]);
    }

    #[test]
    fn all_keys_that_begin_the_text_are_found_longest_first() {
        let trie = trie(&["", "/", "/a", "/ab", "/abc/d", "/b", "/abx"]);
        assert_eq!(forward(&trie, "/abc/de"), ["/abc/d", "/ab", "/a", "/", ""]);
        assert_eq!(forward(&trie, "/abc"), ["/ab", "/a", "/", ""]);
        assert_eq!(forward(&trie, "/b"), ["/b", "/", ""]);
        assert_eq!(forward(&trie, "x"), [""]);
        assert_eq!(forward(&trie, ""), [""]);
    }

    #[test]
    fn a_text_that_leaves_a_label_in_its_middle_finds_what_lies_above() {
        let trie = trie(&["/long/label", "/long/label/below"]);
        assert_eq!(forward(&trie, "/long/lab"), [""; 0]);
        assert_eq!(forward(&trie, "/long/label/bel"), ["/long/label"]);
    }

    #[test]
    fn suffixes_are_found_from_the_end() {
        let mut trie = Trie::default();
        for suffix in [".example", ".a.example", ".org"] {
            trie.insert(&suffix.bytes().rev().collect::<Vec<u8>>(), suffix);
        }
        let found = |host: &str| prefixes(&trie, Backward(host.as_bytes()));
        assert_eq!(found("x.a.example"), [".a.example", ".example"]);
        assert_eq!(found("example"), [""; 0]);
        assert_eq!(found(".org"), [".org"]);
    }

    #[test]
    fn a_node_may_have_a_child_for_every_byte() {
        let mut trie = Trie::default();
        for byte in 0..=255_u8 {
            trie.insert(&[b'/', byte], byte);
        }
        for byte in 0..=255 {
            assert_eq!(prefixes(&trie, Forward(&[b'/', byte, b'x'])), [byte]);
        }
    }

    #[test]
    fn a_tree_as_deep_as_its_keys_are_many_is_dropped_as_well() {
        let mut trie = Trie::default();
        let key = vec![b'a'; 20_000];
        for length in (1..key.len()).rev() {
            trie.insert(&key[..length], ());
        }
        assert_eq!(prefixes(&trie, Forward(&key)).len(), key.len() - 1);
        drop(trie);
    }

    proptest! {
        /// Also: a clone does not see what becomes of the tree that it was taken from.
        #[test]
        fn a_tree_is_a_map_whatever_is_put_in_and_taken_out(
            steps in prop::collection::vec(("[ab/]{0,5}", any::<bool>()), 0..60),
            text in "[ab/]{0,8}",
        ) {
            let (mut trie, mut map) = (Trie::default(), BTreeMap::new());
            let mut before = (trie.clone(), map.clone());
            for (number, (key, is_there)) in steps.iter().enumerate() {
                before = (trie.clone(), map.clone());
                if *is_there {
                    trie.insert(key.as_bytes(), number);
                    map.insert(key.clone(), number);
                } else {
                    trie.remove(key.as_bytes());
                    map.remove(key);
                }
            }
            for (trie, map) in [(trie, map), before] {
                let mut found = prefixes(&trie, Forward(text.as_bytes()));
                found.sort_unstable();
                let mut expected: Vec<_> = map.iter().filter(|(key, _)| text.starts_with(&**key)).map(|(_, n)| *n).collect();
                expected.sort_unstable();
                prop_assert_eq!(found, expected);
                for (key, number) in &map {
                    prop_assert_eq!(trie.get(key.as_bytes()), Some(number));
                }
                prop_assert_eq!(trie.root.is_none(), map.is_empty());
            }
        }
    }
}
