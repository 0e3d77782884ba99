//! A radix tree from strings to values that finds every key that is a prefix of a text.
//!
//! It is built once from all its keys and then only read. Nodes lie in breadth-first order, so that the children of a
//! node are neighbours; their first bytes lie in an array of their own, so that choosing a child reads one cache line.

use std::collections::VecDeque;
use std::ops::Range;

/// Stands for "no node" and "no value".
const NONE: u32 = u32::MAX;

/// See the module.
#[derive(Debug)]
pub(crate) struct Trie<T> {
    nodes: Box<[Node]>,
    /// The first byte of the label of each node.
    firsts: Box<[u8]>,
    /// All labels, one after another.
    labels: Box<[u8]>,
    values: Box<[T]>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    label: u32,
    label_len: u32,
    children: u32,
    children_len: u16,
    value: u32,
    /// The nearest node above that has a value.
    up: u32,
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
    /// Builds the tree. Keys must be sorted and different from one another.
    pub(crate) fn build(entries: Vec<(impl AsRef<[u8]>, T)>) -> Self {
        let (keys, values): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let mut builder = Builder::new(keys.iter().map(AsRef::as_ref).collect());
        builder.run();
        Self {
            nodes: builder.nodes.into(),
            firsts: builder.firsts.into(),
            labels: builder.labels.into(),
            values: values.into(),
        }
    }

    /// The values of all keys with which the text begins, the longest key first.
    pub(crate) fn prefixes_of(&self, text: impl Text) -> Prefixes<'_, T> {
        Prefixes { trie: self, node: self.deepest(text) }
    }

    /// The node with a value that is farthest down the text.
    fn deepest(&self, text: impl Text) -> u32 {
        let mut found = NONE;
        let mut index = 0;
        let mut at = 0;
        while let Some(node) = self.nodes.get(index as usize) {
            if !text.has(at, self.label(node)) {
                break;
            }
            at += node.label_len as usize;
            if node.value != NONE {
                found = index;
            }
            let Some(child) = text.byte(at).and_then(|byte| self.child(node, byte)) else { break };
            index = child;
        }
        found
    }

    fn label(&self, node: &Node) -> &[u8] {
        let start = node.label as usize;
        self.labels.get(start..start + node.label_len as usize).unwrap_or_default()
    }

    fn child(&self, node: &Node, byte: u8) -> Option<u32> {
        let start = node.children as usize;
        let firsts = self.firsts.get(start..start + usize::from(node.children_len))?;
        let offset = memchr::memchr(byte, firsts)?;
        Some(node.children + offset as u32)
    }
}

/// See [`Trie::prefixes_of`].
pub(crate) struct Prefixes<'t, T> {
    trie: &'t Trie<T>,
    node: u32,
}

impl<'t, T> Iterator for Prefixes<'t, T> {
    type Item = &'t T;

    fn next(&mut self) -> Option<&'t T> {
        let node = self.trie.nodes.get(self.node as usize)?;
        self.node = node.up;
        self.trie.values.get(node.value as usize)
    }
}

/// Lays the nodes out, level by level.
struct Builder<'k> {
    keys: Vec<&'k [u8]>,
    nodes: Vec<Node>,
    firsts: Vec<u8>,
    labels: Vec<u8>,
    /// Nodes that are placed and wait for their label and children.
    waiting: VecDeque<Waiting>,
}

/// A node and the keys below it, which all agree up to `depth`.
struct Waiting {
    node: usize,
    keys: Range<usize>,
    depth: usize,
    up: u32,
}

impl<'k> Builder<'k> {
    fn new(keys: Vec<&'k [u8]>) -> Self {
        Self { keys, nodes: Vec::new(), firsts: Vec::new(), labels: Vec::new(), waiting: VecDeque::new() }
    }

    fn run(&mut self) {
        let all = 0..self.keys.len();
        if !all.is_empty() {
            self.place(all, 0, NONE);
        }
        while let Some(waiting) = self.waiting.pop_front() {
            self.fill(waiting);
        }
    }

    fn place(&mut self, keys: Range<usize>, depth: usize, up: u32) {
        self.waiting.push_back(Waiting { node: self.nodes.len(), keys, depth, up });
        self.firsts.push(0);
        self.nodes.push(Node { label: 0, label_len: 0, children: 0, children_len: 0, value: NONE, up });
    }

    fn fill(&mut self, Waiting { node, keys, depth, up }: Waiting) {
        let first = self.keys.get(keys.start).copied().unwrap_or_default();
        let last = self.keys.get(keys.end - 1).copied().unwrap_or_default();
        // The keys are sorted, so that what the first and the last share, all share.
        let end = depth + first.iter().zip(last).skip(depth).take_while(|(a, b)| a == b).count();
        let label = first.get(depth..end).unwrap_or_default();
        let start = self.labels.len() as u32;
        self.labels.extend_from_slice(label);
        if let (Some(byte), Some(slot)) = (label.first(), self.firsts.get_mut(node)) {
            *slot = *byte;
        }
        let value = if first.len() == end { keys.start as u32 } else { NONE };
        let below = if value == NONE { keys.clone() } else { keys.start + 1..keys.end };
        let children = self.nodes.len() as u32;
        self.place_children(below, end, if value == NONE { up } else { node as u32 });
        let children_len = (self.nodes.len() as u32 - children) as u16;
        if let Some(slot) = self.nodes.get_mut(node) {
            *slot = Node { label: start, label_len: label.len() as u32, children, children_len, value, up };
        }
    }

    /// Places one child for each byte that follows at `depth`.
    fn place_children(&mut self, keys: Range<usize>, depth: usize, up: u32) {
        let mut start = keys.start;
        while start < keys.end {
            let byte = self.keys.get(start).and_then(|key| key.get(depth).copied());
            let rest = self.keys.get(start..keys.end).unwrap_or_default();
            let same = rest.partition_point(|key| key.get(depth).copied() <= byte);
            self.place(start..start + same, depth, up);
            start += same;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trie(keys: &[&'static str]) -> Trie<&'static str> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        Trie::build(keys.into_iter().map(|key| (key, key)).collect())
    }

    fn prefixes(trie: &Trie<&'static str>, text: &str) -> Vec<&'static str> {
        trie.prefixes_of(Forward(text.as_bytes())).copied().collect()
    }

    #[test]
    fn an_empty_tree_finds_nothing() {
        assert_eq!(prefixes(&trie(&[]), "/a"), [""; 0]);
    }

    #[test]
    fn all_keys_that_begin_the_text_are_found_longest_first() {
        let trie = trie(&["", "/", "/a", "/ab", "/abc/d", "/b", "/abx"]);
        assert_eq!(prefixes(&trie, "/abc/de"), ["/abc/d", "/ab", "/a", "/", ""]);
        assert_eq!(prefixes(&trie, "/abc"), ["/ab", "/a", "/", ""]);
        assert_eq!(prefixes(&trie, "/b"), ["/b", "/", ""]);
        assert_eq!(prefixes(&trie, "x"), [""]);
        assert_eq!(prefixes(&trie, ""), [""]);
    }

    #[test]
    fn a_text_that_leaves_a_label_in_its_middle_finds_what_lies_above() {
        let trie = trie(&["/long/label", "/long/label/below"]);
        assert_eq!(prefixes(&trie, "/long/lab"), [""; 0]);
        assert_eq!(prefixes(&trie, "/long/label/bel"), ["/long/label"]);
    }

    #[test]
    fn suffixes_are_found_from_the_end() {
        let mut keys: Vec<(Vec<u8>, &str)> = [".example", ".a.example", ".org"]
            .into_iter()
            .map(|suffix| (suffix.bytes().rev().collect(), suffix))
            .collect();
        keys.sort_unstable();
        let trie = Trie::build(keys);
        let found = |host: &str| trie.prefixes_of(Backward(host.as_bytes())).copied().collect::<Vec<_>>();
        assert_eq!(found("x.a.example"), [".a.example", ".example"]);
        assert_eq!(found("example"), [""; 0]);
        assert_eq!(found(".org"), [".org"]);
    }

    #[test]
    fn a_node_may_have_a_child_for_every_byte() {
        let mut keys: Vec<(Vec<u8>, u8)> = (0..=255).map(|byte| (vec![b'/', byte], byte)).collect();
        keys.sort_unstable();
        let trie = Trie::build(keys);
        for byte in 0..=255 {
            let found: Vec<_> = trie.prefixes_of(Forward(&[b'/', byte, b'x'])).copied().collect();
            assert_eq!(found, [byte]);
        }
    }
}
