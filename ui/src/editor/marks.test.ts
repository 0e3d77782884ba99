import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { marking, setMarks } from './marks';

const state = EditorState.create({ doc: 'one\ntwo\nthree', extensions: [marking] });

/** Where lines are marked, and with what. */
function marked(now: EditorState): [number, string][] {
  const found: [number, string][] = [];
  now.field(marking).between(0, now.doc.length, (from, _, { spec }) => {
    found.push([now.doc.lineAt(from).number, spec.attributes.title]);
  });
  return found;
}

it('a line is marked with all that is wrong in it, and a number that is none with the nearest', () => {
  const marks = [
    { line: 9, message: 'c' },
    { line: 2, message: 'a' },
    { line: 2, message: 'b' },
    { line: 0, message: 'd' },
  ];
  const wanted = [
    [1, 'd'],
    [2, 'a\nb'],
    [3, 'c'],
  ];
  expect(marked(state.update({ effects: setMarks.of(marks) }).state)).toEqual(wanted);
});

it('a mark stays with its line, and goes when others are set', () => {
  const one = state.update({ effects: setMarks.of([{ line: 2, message: 'a' }]) }).state;
  const moved = one.update({ changes: { from: 0, insert: 'zero\n' } }).state;
  expect(marked(moved)).toEqual([[3, 'a']]);
  expect(marked(moved.update({ effects: setMarks.of([]) }).state)).toEqual([]);
});
