/** The values of a form: from a record to the form and back. */

import type { Json, JsonObject } from '../api/client';
import { type Field, type NamedField, named, type Schema } from './schema';

/** Where a value is: the names of fields, and numbers of elements. */
export type Path = (string | number)[];

/** The path as errors are kept under it. */
export const keyOf = (path: Path): string => path.join('.');

/** The value at a path. */
export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)];
    return inner !== null && typeof inner === 'object' ? inner[step] : undefined;
  }, value);
}

/** The same whole with another value in one place; `undefined` takes a field out. */
export function withValueAt(whole: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(whole)) {
    return whole.map((element, index) => (index === step ? (withValueAt(element, rest, value) ?? null) : element));
  }
  const object = { ...(isObject(whole) ? whole : {}) };
  const inner = withValueAt(object[step], rest, value);
  if (inner === undefined) delete object[step];
  else object[step] = inner;
  return object;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether nothing was filled in. */
export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(sorted(a ?? null)) === JSON.stringify(sorted(b ?? null));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}

/** What is sent to make a record: all that was filled in, and nothing of what was left to its default. */
export function filledIn(value: JsonObject): JsonObject {
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (isEmpty(inner)) return [];
    if (!isObject(inner)) return [[name, inner]];
    const object = filledIn(inner);
    return Object.keys(object).length > 0 ? [[name, object]] : [];
  });
  return Object.fromEntries(entries);
}

/** What is sent to change a record: what is different, down to single fields of records, and null for what was emptied. */
export function changed(schema: Pick<Schema, 'fields'>, before: JsonObject, after: JsonObject): JsonObject {
  const entries = named(schema.fields).flatMap(([name, field]): [string, Json][] => {
    const [old, now] = [before[name], after[name]];
    if (isSame(emptied(old), emptied(now))) return [];
    if (field.type === 'record' && isObject(old) && isObject(now)) {
      const inner = changed({ fields: field.fields ?? [] }, old, now);
      return Object.keys(inner).length > 0 ? [[name, inner]] : [];
    }
    return [[name, isEmpty(now) ? null : (now as Json)]];
  });
  return Object.fromEntries(entries);
}

const emptied = (value: Json | undefined): Json => (isEmpty(value) ? null : (value as Json));

/** A record as the gateway would complete it. */
export function withDefaults(schema: { fields?: NamedField[] }, value: JsonObject): JsonObject {
  const entries = named(schema.fields).map(([name, field]): [string, Json] => {
    const given = isEmpty(value[name]) ? (field.default ?? null) : (value[name] as Json);
    if (field.type !== 'record') return [name, given];
    return [name, given === null && !field.required ? null : withDefaults(field, isObject(given) ? given : {})];
  });
  return { ...value, ...Object.fromEntries(entries) };
}

/** One difference between two states of a record. */
export interface Change {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** All differences, down to single fields. */
export function changes(before: Json | undefined, after: Json | undefined, path: Path = []): Change[] {
  if (isSame(emptied(before), emptied(after))) return [];
  if (isObject(after) && (isObject(before) || before === undefined)) {
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
    return [...names].flatMap((name) => changes(before?.[name], after[name], [...path, name]));
  }
  return [{ path: keyOf(path), before, after }];
}

/** What a new element of a list, or a value of a map, starts with. */
export function blank(field: Field): Json {
  if (field.type === 'record' || field.type === 'map') return {};
  if (field.type === 'array' || field.type === 'set') return [];
  if (field.type === 'boolean') return false;
  return '';
}
