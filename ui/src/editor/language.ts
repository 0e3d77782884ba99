/** YAML, and JSON with it, as far as colours and folding need it: the parser of a whole language weighs more than the rest. */

import { foldService, StreamLanguage, type StringStream } from '@codemirror/language';
import type { EditorState, Text } from '@codemirror/state';

interface Reading {
  /** How far the line stands in that a text of several lines began on; none outside of such a text. */
  block?: number;
  /** What a text within quotes ends with, while it goes on. */
  quote?: string;
}

const BLOCK = /[|>][+-]?\d?[+-]?\s*(#.*)?$/;

export const language = StreamLanguage.define<Reading>({
  name: 'yaml',
  startState: () => ({}),
  copyState: (reading) => ({ ...reading }),
  token: (stream, reading) => {
    if (stream.sol() && reading.block !== undefined && !goesOn(stream, reading.block)) reading.block = undefined;
    if (reading.block !== undefined && stream.sol()) {
      stream.skipToEnd();
      return 'string';
    }
    if (reading.quote) return quoted(stream, reading, reading.quote);
    if (stream.eatSpace()) return null;
    return word(stream, reading);
  },
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
});

/** How far what a text of several lines belongs to stands in: a name, or else the dash of an element. */
function depthOf(line: string): number {
  const [before = ''] = /^\s*(?:- +)*/.exec(line) ?? [];
  return /^[|>]/.test(line.slice(before.length)) ? before.lastIndexOf('-') : before.length;
}

/** Whether a line belongs to the text of several lines above it. */
const goesOn = (stream: StringStream, indent: number) => stream.string.trim() === '' || stream.indentation() > indent;

function word(stream: StringStream, reading: Reading): string | null {
  if (stream.match(/^#.*/)) return 'comment';
  if (stream.match(/^(---|\.\.\.)\s*$/)) return 'meta';
  if (stream.match(/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},:&*!|>-][^\s:,[\]{}]*)(?=\s*:(\s|$))/))
    return 'propertyName';
  const quote = stream.match(/^["']/);
  if (quote) {
    reading.quote = stream.current();
    return quoted(stream, reading, reading.quote);
  }
  if (stream.match(BLOCK)) {
    reading.block = depthOf(stream.string);
    return 'meta';
  }
  if (stream.match(/^[&*!]\S+/)) return 'meta';
  if (stream.match(/^-?\d[\d_.]*([eE][+-]?\d+)?(?=\s*([,\]}#]|$))/)) return 'number';
  if (stream.match(/^(true|false|null|~)(?=\s*([,\]}#]|$))/i)) return 'bool';
  if (stream.match(/^[[\]{},:]/) || stream.match(/^-(?=\s|$)/)) return 'punctuation';
  if (stream.match(/^(?:[^\s,[\]{}:]|:(?=[^\s,[\]{}]))+/)) return 'string';
  stream.next();
  return null;
}

function quoted(stream: StringStream, reading: Reading, quote: string): string {
  const end = quote === '"' ? /^(?:[^"\\]|\\.)*"/ : /^(?:[^']|'')*'/;
  if (stream.match(end)) reading.quote = undefined;
  else stream.skipToEnd();
  return 'string';
}

/** What stands further in than a line belongs to it. */
export const folding = foldService.of(({ doc }: EditorState, from) => {
  const first = doc.lineAt(from);
  const own = indentOf(first.text);
  if (own === undefined) return null;
  // The elements of a list may stand below its name.
  const isName = !isElement(first.text);
  let last = first.number;
  for (let number = first.number + 1; number <= doc.lines; number += 1) {
    const { text } = doc.line(number);
    const indent = indentOf(text);
    if (indent === undefined) continue;
    if (indent < own || (indent === own && !(isName && isElement(text)))) break;
    last = number;
  }
  return last === first.number ? null : { from: first.to, to: endOf(doc, last) };
});

const isElement = (line: string) => /^\s*-(\s|$)/.test(line);

const endOf = (doc: Text, number: number) => doc.line(number).to;

/** None for a line that is empty. */
function indentOf(line: string): number | undefined {
  const indent = line.search(/\S/);
  return indent < 0 ? undefined : indent;
}
