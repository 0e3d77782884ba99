/** Schemas as `/schemas/*` gives them. */

import type { Json } from '../api/client';

export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'set' | 'map' | 'record' | 'foreign';

export interface Pattern {
  pattern: string;
  err?: string;
}

/** A field: its type, and what has to hold for its value. */
export interface Field {
  type?: FieldType;
  description?: string;
  required?: boolean;
  default?: Json;
  auto?: boolean;
  abstract?: boolean;
  timestamp?: boolean;
  uuid?: boolean;
  referenceable?: boolean;
  encrypted?: boolean;
  reference?: string;
  fields?: NamedField[];
  elements?: Field;
  keys?: Field;
  values?: Field;
  entity_checks?: EntityCheck[];
  shorthand_fields?: unknown;
  deprecation?: { message: string };
  one_of?: Json[];
  not_one_of?: Json[];
  between?: [number, number];
  gt?: number;
  len_min?: number;
  len_max?: number;
  len_eq?: number;
  eq?: Json;
  ne?: Json;
  starts_with?: string;
  match?: string;
  match_none?: Pattern[];
  match_all?: Pattern[];
  match_any?: { patterns: string[]; err?: string };
  contains?: Json;
  is_regex?: boolean;
  mutually_exclusive_subsets?: string[][];
}

export type NamedField = { [name: string]: Field };

export interface Conditional {
  if_field: string;
  if_match: Field;
  then_field: string;
  then_match: Field;
  then_err?: string;
}

/** What has to hold between fields. */
export interface EntityCheck {
  at_least_one_of?: string[];
  only_one_of?: string[];
  mutually_required?: string[];
  mutually_exclusive?: string[];
  distinct?: string[];
  conditional?: Conditional;
}

export interface Schema {
  fields: NamedField[];
  entity_checks?: EntityCheck[];
}

/** Fields in their order, with their names. */
export function named(fields: NamedField[] = []): [string, Field][] {
  return fields.flatMap((field) => Object.entries(field));
}

/** A field of that name. */
export function fieldOf(schema: { fields?: NamedField[] }, name: string): Field | undefined {
  return named(schema.fields).find(([other]) => other === name)?.[1];
}

/** The same schema without fields that are settled, so that nobody misses them. */
export function without(schema: Schema, names: string[] = []): Schema {
  return { ...schema, fields: schema.fields.filter((field) => !names.some((name) => name in field)) };
}

/** The general schema of a kind of record, with the fields that a particular one has or sees otherwise. */
export function combine(general: Schema, own: Schema): Schema {
  const fields = named(general.fields).map(([name, field]) => ({ [name]: fieldOf(own, name) ?? field }));
  const more = named(own.fields).filter(([name]) => !fieldOf(general, name));
  return {
    fields: [...fields, ...more.map(([name, field]) => ({ [name]: field }))],
    entity_checks: [...(general.entity_checks ?? []), ...(own.entity_checks ?? [])],
  };
}

/** Whether a field can be anything but empty: a plugin that is not for single consumers says so. */
export function isClosed(field: Field): boolean {
  return field.eq === null;
}

/** Whether a person may fill it in. */
export function isEditable(name: string, field: Field): boolean {
  const isStamp = field.timestamp === true && field.auto === true;
  return name !== 'id' && !isStamp && !isClosed(field) && !field.abstract;
}
