import { foldable } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { classHighlighter, highlightTree } from '@lezer/highlight';
import { expect, it } from 'vitest';
import { folding, language } from './language';

/** The parts of a text that have a colour, by the name of it. */
function coloured(source: string): string[] {
  const found: string[] = [];
  highlightTree(language.parser.parse(source), classHighlighter, (from, to, names) => {
    found.push(`${names.replaceAll('tok-', '')} ${source.slice(from, to)}`);
  });
  return found;
}

it.each([
  ['name: a', ['propertyName name', 'punctuation :', 'string a']],
  ['"a b": "c: d" # e', ['propertyName "a b"', 'punctuation :', 'string "c: d"', 'comment # e']],
  ['- port: 80', ['punctuation -', 'propertyName port', 'punctuation :', 'number 80']],
  ['url: http://a:80/b#c', ['propertyName url', 'punctuation :', 'string http://a:80/b#c']],
  ['[true, 1.5]', ['punctuation [', 'bool true', 'punctuation ,', 'number 1.5', 'punctuation ]']],
  ['{"a": null}', ['punctuation {', 'propertyName "a"', 'punctuation :', 'bool null', 'punctuation }']],
  ["a: 'it''s\n  it' # b", ['propertyName a', 'punctuation :', "string 'it''s", "string   it'", 'comment # b']],
  [
    '- k: |\n    a: 1\n  l: 2',
    [
      'punctuation -',
      'propertyName k',
      'punctuation :',
      'meta |',
      'string     a: 1',
      'propertyName l',
      'punctuation :',
      'number 2',
    ],
  ],
  ['- |\n  a: 1\n- b', ['punctuation -', 'meta |', 'string   a: 1', 'punctuation -', 'string b']],
])('%j has its colours', (source, colours) => {
  expect(coloured(source)).toEqual(colours);
});

it('what stands further in is folded away', () => {
  const state = EditorState.create({ doc: 'a:\n  b: 1\n\n  c: 2\nd: 3\n', extensions: [language, folding] });
  expect(foldable(state, 0, 2)).toEqual({ from: 2, to: 17 });
  expect(foldable(state, 18, 22)).toBeNull();
});

it('a list is folded into its name, and an element of it ends before the next', () => {
  const state = EditorState.create({ doc: 'a:\n- b: 1\n  c: 2\n- d\ne: 3\n', extensions: [language, folding] });
  expect(foldable(state, 0, 2)).toEqual({ from: 2, to: 20 });
  expect(foldable(state, 3, 9)).toEqual({ from: 9, to: 16 });
});
