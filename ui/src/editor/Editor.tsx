/** An editor for YAML and JSON, fetched when it is needed. */

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { nonce } from '../shell/nonce';
import { folding, language } from './language';
import { lineOf, type Mark, marking, setMarks } from './marks';
import './editor.css';

export interface EditorProps {
  label: string;
  value: string;
  /** Without it the text can only be read. */
  onChange?: (value: string) => void;
  marks?: Mark[];
  /** A line to go to; another object goes there again. */
  goTo?: { line: number };
}

/** JSON is YAML, so that one language does for both. */
export default function Editor({ label, value, onChange, marks, goTo }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const isReadOnly = onChange === undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is no reason to begin anew
  useEffect(() => {
    if (!host.current) return;
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged) change.current?.(update.state.doc.toString());
    });
    const extensions = [...common, told, attributes(label), EditorState.readOnly.of(isReadOnly)];
    view.current = new EditorView({ parent: host.current, state: EditorState.create({ doc: value, extensions }) });
    return () => view.current?.destroy();
  }, [isReadOnly, label]);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(marks ?? []) });
  }, [marks]);

  useEffect(() => {
    const { current } = view;
    if (!current || !goTo) return;
    const { from } = lineOf(current.state, goTo.line);
    current.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    current.focus();
  }, [goTo]);

  return <div ref={host} className="editor" />;
}

const attributes = (label: string) => EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' });

/** Tab leads out of it, as out of any other input. */
const common = [
  EditorView.cspNonce.of(nonce()),
  lineNumbers(),
  foldGutter(),
  marking,
  history(),
  language,
  folding,
  bracketMatching(),
  highlightActiveLine(),
  syntaxHighlighting(classHighlighter),
  keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap]),
];
