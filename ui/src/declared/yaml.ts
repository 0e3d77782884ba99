/** Values as YAML. Reading it takes a library that is fetched when it is needed; writing it does not. */

import type { Json, JsonObject } from '../api/client';
import { isObject } from '../forms/values';

/** A document with these members. */
export function asYaml(document: JsonObject): string {
  return members(document, '');
}

function members(value: JsonObject, indent: string): string {
  const entries = Object.entries(value);
  return entries.map(([name, inner]) => `${indent}${scalarOf(name)}:${after(inner, `${indent}  `)}`).join('');
}

/** What follows a name. */
function after(value: Json, indent: string): string {
  if (Array.isArray(value)) return value.length > 0 ? `\n${elements(value, indent)}` : ' []\n';
  if (!isObject(value)) return ` ${lines(value, indent)}\n`;
  return Object.keys(value).length > 0 ? `\n${members(value, indent)}` : ' {}\n';
}

/** The members of an object begin beside its dash. */
function elements(values: Json[], indent: string): string {
  return values.map((value) => `${indent}- ${after(value, `${indent}  `).trimStart()}`).join('');
}

/** A text of several lines, without anything that YAML would take for its own, is easier to read as a block. */
function lines(value: Json, indent: string): string {
  if (typeof value !== 'string' || !/^[!-~][ -~\n]*\n[ -~\n]*[!-~]\n?$/.test(value)) return scalarOf(value);
  const isWhole = value.endsWith('\n');
  const block = (isWhole ? value.slice(0, -1) : value)
    .split('\n')
    .map((line) => (line === '' ? '' : `${indent}${line}`));
  return `|${isWhole ? '' : '-'}\n${block.join('\n')}`;
}

/** Words that mean something else than themselves, to some readers. */
const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i;

/** JSON is YAML, but for letters that cannot be seen. */
function scalarOf(value: Json): string {
  if (typeof value === 'string' && /^[A-Za-z_/][\w/.@-]*$/.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escaped);
}

const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
