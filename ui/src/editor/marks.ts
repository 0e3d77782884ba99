/** Lines with something that is wrong. */

import { type EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';

export interface Mark {
  line: number;
  message: string;
}

/** From now on these lines are marked. */
export const setMarks = StateEffect.define<readonly Mark[]>();

/** Marked lines stay so while others are changed. */
export const marking = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marked, { effects, changes, state }) => {
    const set = effects.find((effect) => effect.is(setMarks));
    return set ? decorated(state, set.value) : marked.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorated(state: EditorState, marks: readonly Mark[]): DecorationSet {
  const messages = new Map<number, string[]>();
  for (const { line, message } of marks) {
    const { from } = lineOf(state, line);
    messages.set(from, [...(messages.get(from) ?? []), message]);
  }
  const lines = [...messages].map(([from, said]) =>
    Decoration.line({ class: 'fault', attributes: { title: said.join('\n') } }).range(from),
  );
  return Decoration.set(lines, true);
}

/** A line of that number, or the one that is nearest to it. */
export function lineOf({ doc }: EditorState, line: number) {
  return doc.line(Math.min(Math.max(line, 1), doc.lines));
}
