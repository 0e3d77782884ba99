/** The text of a file of configuration as its records, each with its place in the text. */

import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Json, JsonObject } from '../api/client';
import { isObject, type Path } from '../forms/values';
import { text } from '../text';
import { type Kind, kinds, within } from './kinds';

/** Something that is wrong, and in which line. */
export interface Fault {
  line: number;
  message: string;
}

/** A record of a file. What it stands within is one of its fields. */
export interface Entry {
  kind: Kind;
  record: JsonObject;
  /** The line that something of it stands in; without a path, the first. */
  lineOf: (path?: Path) => number;
  /** Where it stands within another one: that, and the field that refers to it. */
  parent?: { entry: Entry; field: string };
}

export interface Declaration {
  entries: Entry[];
  faults: Fault[];
  /** Whether passwords are given as they are, and not as their digests. */
  isPlain: boolean;
}

/** What stands at the top besides lists of records. */
const BESIDE = ['_format_version', '_transform', '_comment', '_ignore', '_info', '_workspace', '_konnect'];

/** What a record may say that is none of its fields. */
const REMARKS = ['_comment', '_ignore'];

const VERSIONS = ['3.0', '2.1', '1.1'];

/** More aliases than any person would write. */
const ALIASES = 1000;

export function read(source: string): Declaration {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const broken = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message }));
  if (broken.length > 0) return { entries: [], faults: broken, isPlain: true };
  const lineOf = (path: Path) => lineAt(offsetOf(document, path));
  let content: Json;
  try {
    content = document.toJS({ maxAliasCount: ALIASES }) as Json;
  } catch (error) {
    return { entries: [], faults: [{ line: 1, message: (error as Error).message }], isPlain: true };
  }
  if (!isObject(content)) {
    return { entries: [], faults: [{ line: 1, message: text.declared.notAFile }], isPlain: true };
  }
  const collected = new Collector(lineOf);
  collected.top(content);
  return { ...collected, isPlain: content._transform !== false };
}

/** Where the innermost part of a path that exists begins. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String((key as { value?: unknown }).value) === String(step));
      if (!pair) break;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

class Collector {
  entries: Entry[] = [];
  faults: Fault[] = [];

  constructor(private readonly lineOf: (path: Path) => number) {}

  top(content: JsonObject): void {
    if (!VERSIONS.includes(String(content._format_version))) this.fault(['_format_version'], text.declared.noVersion);
    for (const [name, value] of Object.entries(content)) {
      const kind = kinds.find((other) => other.name === name);
      if (kind) this.list(kind, value, [name]);
      else if (!BESIDE.includes(name)) this.fault([name], text.declared.unknownList(name));
    }
  }

  private list(kind: Kind, value: Json, path: Path, parent?: Entry['parent']): void {
    if (value === null) return;
    if (!Array.isArray(value)) {
      this.fault(path, text.declared.noList(kind.name));
      return;
    }
    for (const [index, element] of value.entries()) {
      const at = [...path, index];
      if (isObject(element)) this.record(kind, element, at, parent);
      else this.fault(at, text.declared.noRecord);
    }
  }

  private record(kind: Kind, whole: JsonObject, path: Path, parent?: Entry['parent']): void {
    const inner = within(kind.name).filter((child) => child.kind.name in whole);
    const names = new Set([...inner.map((child) => child.kind.name), ...REMARKS]);
    const record = Object.fromEntries(Object.entries(whole).filter(([name]) => !names.has(name)));
    const entry: Entry = {
      kind,
      record: kind.name === 'services' ? this.withUrl(record, path) : record,
      lineOf: (below = []) => this.lineOf([...path, ...below]),
      parent,
    };
    this.entries.push(entry);
    for (const child of inner) {
      const value = whole[child.kind.name] ?? null;
      this.list(child.kind, value, [...path, child.kind.name], { entry, field: child.field });
    }
  }

  /** A service may be given by an address, which is short for four fields. */
  private withUrl({ url, ...record }: JsonObject, path: Path): JsonObject {
    if (url === undefined) return record;
    const parts = /^([a-z]+):\/\/(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?(\/.*)?$/i.exec(String(url));
    if (!parts) {
      this.fault([...path, 'url'], text.declared.noUrl);
      return record;
    }
    const [, protocol = 'http', host = '', port, below] = parts;
    const usual = { https: 443, tls: 443, grpcs: 443 }[protocol] ?? 80;
    return { ...record, protocol, host, port: port ? Number(port) : usual, path: below ?? null };
  }

  private fault(path: Path, message: string): void {
    this.faults.push({ line: this.lineOf(path), message });
  }
}
