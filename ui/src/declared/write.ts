/** Records as a file of configuration. */

import type { Json, JsonObject } from '../api/client';
import type { RecordBody } from '../api/records';
import { fieldOf, type NamedField } from '../forms/schema';
import { isEmpty, isObject } from '../forms/values';
import { type Kind, kinds, within } from './kinds';
import { idIn, type Schemas, type State } from './state';
import { asYaml } from './yaml';

export interface Style {
  notation: 'yaml' | 'json';
  /** With ids the file loads to the same records; without, it is shorter and good for another gateway. */
  ids: 'with' | 'without';
}

/** The file, in the form in which records stand within what they belong to. */
export function write(state: State, schemas: Schemas, style: Style): string {
  const source = { state, schemas, style };
  const lists = kinds.flatMap((kind): [string, Json][] => {
    const records = (state.get(kind.name) ?? []).filter((record) => outerOf(kind, record) === undefined);
    return records.length > 0 ? [[kind.name, records.map((record) => nested(kind, record, source))]] : [];
  });
  const file = { _format_version: '3.0', _transform: false, ...Object.fromEntries(lists) };
  return style.notation === 'json' ? `${JSON.stringify(file, null, 2)}\n` : asYaml(file);
}

/** What a record stands within: the one thing that it belongs to, if it is one. */
function outerOf(kind: Kind, record: JsonObject): { kind: string; id: string } | undefined {
  const outers = Object.entries(kind.within ?? {}).filter(([, field]) => isObject(record[field]));
  const [outer] = outers;
  if (!outer || outers.length > 1) return undefined;
  return { kind: outer[0], id: idIn(record[outer[1]]) ?? '' };
}

interface Source {
  state: State;
  schemas: Schemas;
  style: Style;
}

function nested(kind: Kind, record: RecordBody, source: Source): JsonObject {
  const { state, schemas, style } = source;
  const said = spoken(schemas(kind.name, record) ?? {}, record);
  const outer = outerOf(kind, record);
  const settled = outer ? kind.within?.[outer.kind] : undefined;
  const own = Object.entries(said).flatMap(([name, value]): [string, Json][] => {
    if (name === settled || isStamp(name)) return [];
    if (name === 'id') return style.ids === 'with' || !hasName(kind, record) ? [[name, value]] : [];
    return [[name, kind.refers[name] && value !== null ? nameOf(kind.refers[name], value, state, style) : value]];
  });
  const inner = within(kind.name).flatMap((child): [string, Json][] => {
    const records = (state.get(child.kind.name) ?? []).filter((other) => {
      const found = outerOf(child.kind, other);
      return found?.kind === kind.name && found.id === record.id;
    });
    return records.length > 0 ? [[child.kind.name, records.map((other) => nested(child.kind, other, source))]] : [];
  });
  return Object.fromEntries([...own, ...inner]);
}

const isStamp = (name: string) => name === 'created_at' || name === 'updated_at';

/** Whether it is known by something else than its id. */
function hasName({ known }: Kind, record: JsonObject): boolean {
  return known.some((fields) => !isEmpty(record[fields[0] ?? '']));
}

/** What a reference names: the id where files have ids, else the name where there is one. */
function nameOf(kind: string, value: Json, state: State, { ids }: Style): Json {
  const id = idIn(value) ?? '';
  const record = state.get(kind)?.find((other) => other.id === id);
  const name = record?.name ?? record?.username;
  return ids === 'without' && typeof name === 'string' ? name : id;
}

/** Leaves out what is empty where that goes without saying. */
function spoken(schema: { fields?: NamedField[] }, record: JsonObject): JsonObject {
  const entries = Object.entries(record).flatMap(([name, value]): [string, Json][] => {
    const field = fieldOf(schema, name);
    if (value === null) return isEmpty(field?.default) ? [] : [[name, value]];
    return [[name, field?.type === 'record' && isObject(value) ? spoken(field, value) : value]];
  });
  return Object.fromEntries(entries);
}
