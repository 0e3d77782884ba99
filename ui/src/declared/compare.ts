/** What would change if the gateway had what a file says. */

import type { Json, JsonObject } from '../api/client';
import type { RecordBody } from '../api/records';
import { fieldOf, named, type Schema } from '../forms/schema';
import { type Change, changed, changes, isEmpty, isObject, withDefaults } from '../forms/values';
import { text } from '../text';
import type { Declaration, Entry, Fault } from './document';
import { kinds } from './kinds';
import { newId } from './newId';
import type { Schemas, State } from './state';

/** One record that would be made, changed or deleted. */
export interface Step {
  act: 'create' | 'change' | 'delete';
  kind: string;
  id: string;
  title: string;
  /** What is sent. */
  body: JsonObject;
  differences: Change[];
  /** What of the file it comes from. */
  entry?: Entry;
  /** What it was, and what it belongs to. */
  record: JsonObject;
}

export interface Plan {
  steps: Step[];
  faults: Fault[];
  /** How many records of the file are as they should be. */
  same: number;
}

/** What becomes of records that the file does not name. */
export type Others = 'keep' | 'delete';

export function compare(declaration: Declaration, state: State, schemas: Schemas, others: Others): Plan {
  const plan: Plan = { steps: [], faults: [...declaration.faults], same: 0 };
  const found = identify(declaration, state, plan.faults);
  for (const kind of kinds) {
    for (const entry of declaration.entries.filter((other) => other.kind === kind)) {
      const identity = found.get(entry);
      if (identity) compareOne(entry, identity, schemas(kind.name, identity.record), plan);
    }
  }
  if (others === 'delete') plan.steps.push(...deletions(state, new Set([...found.values()].map(({ id }) => id))));
  if (!declaration.isPlain) plan.faults.push(...digestsThatCannotBeWritten(plan.steps));
  return plan;
}

/** Which record an entry is, with its references resolved. */
interface Identity {
  id: string;
  stored?: RecordBody;
  record: JsonObject;
}

/** In the order of kinds, so that what is referred to is known before what refers to it. */
function identify(declaration: Declaration, state: State, faults: Fault[]): Map<Entry, Identity> {
  const found = new Map<Entry, Identity>();
  for (const kind of kinds) {
    const taken = new Map<string, Entry>();
    for (const entry of declaration.entries.filter((other) => other.kind === kind)) {
      const record = resolved(entry, found, state, faults);
      const stored = storedFor(entry, record, state.get(kind.name) ?? []);
      const again = [...taken.values()].find((other) => isTwin(entry, record, found.get(other)?.record ?? {}));
      const id = stored?.id ?? (typeof record.id === 'string' ? record.id : newId());
      if (again || taken.has(id)) faults.push({ line: entry.lineOf(), message: text.declared.twice });
      taken.set(id, entry);
      found.set(entry, { id, stored, record });
    }
  }
  return found;
}

function resolved(entry: Entry, found: Map<Entry, Identity>, state: State, faults: Fault[]): JsonObject {
  const record = { ...entry.record };
  for (const [field, kind] of Object.entries(entry.kind.refers)) {
    if (isEmpty(record[field])) continue;
    const id = target(kind, record[field] as Json, found, state);
    if (id) record[field] = { id };
    else faults.push({ line: entry.lineOf([field]), message: text.declared.noTarget(field) });
  }
  if (entry.parent) {
    const outer = found.get(entry.parent.entry);
    record[entry.parent.field] = { id: outer?.id ?? '' };
  }
  return record;
}

/** The id that a reference means: `orders`, `{name: orders}` or `{id: …}`, in the file or in the gateway. */
function target(kind: string, value: Json, found: Map<Entry, Identity>, state: State): string | undefined {
  const words = isObject(value) ? Object.values(value) : [value];
  const isMeant = (record: JsonObject) =>
    words.every((word) =>
      [record.id, record.name, record.username].some((name) => name !== undefined && name === word),
    );
  const declared = [...found].find(([entry, { id, record }]) => entry.kind.name === kind && isMeant({ ...record, id }));
  return declared?.[1].id ?? state.get(kind)?.find(isMeant)?.id;
}

function storedFor({ kind }: Entry, record: JsonObject, stored: RecordBody[]): RecordBody | undefined {
  const byId = typeof record.id === 'string' ? stored.find(({ id }) => id === record.id) : undefined;
  if (byId) return byId;
  for (const fields of kind.known) {
    if (isEmpty(record[fields[0] ?? ''])) continue;
    const same = stored.find((other) => fields.every((field) => isAlike(record[field], other[field])));
    if (same) return same;
  }
  return undefined;
}

function isTwin({ kind }: Entry, record: JsonObject, other: JsonObject): boolean {
  return kind.known.some(
    (fields) => !isEmpty(record[fields[0] ?? '']) && fields.every((field) => isAlike(record[field], other[field])),
  );
}

/** Text of several lines is the same with and without an end of line. */
function isAlike(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.trim() === b.trim();
  if (isObject(a) && isObject(b)) return a.id === b.id;
  return (isEmpty(a) && isEmpty(b)) || a === b;
}

function compareOne(entry: Entry, { id, stored, record }: Identity, schema: Schema | undefined, plan: Plan): void {
  const step = { kind: entry.kind.name, id, title: titleOf(record, id), entry, record };
  if (!stored) {
    const body = { ...record, id };
    plan.steps.push({ ...step, act: 'create', body, differences: changes(undefined, record) });
    return;
  }
  const whole = withUnsaid(schema, record, stored);
  const unknown = Object.fromEntries(Object.entries(record).filter(([name]) => schema && !fieldOf(schema, name)));
  const body = { ...changed(schema ?? { fields: [] }, inOrder(schema, stored), inOrder(schema, whole)), ...unknown };
  if (Object.keys(body).length === 0) {
    plan.same += 1;
    return;
  }
  const differences = Object.keys(body).flatMap((name) => changes(stored[name], whole[name], [name]));
  plan.steps.push({ ...step, act: 'change', body, differences });
}

/** What the file leaves to its default has it; what the gateway makes by itself stays as it is. */
function withUnsaid(schema: Schema | undefined, record: JsonObject, stored: JsonObject): JsonObject {
  const made = named(schema?.fields)
    .filter(([name, field]) => field.auto && isEmpty(record[name]))
    .map(([name]) => [name, stored[name] ?? null] as const);
  return { ...withDefaults(schema ?? {}, record), ...Object.fromEntries(made), id: stored.id ?? null };
}

/** Sets have no order: they are compared in one that is always the same. */
function inOrder(schema: { fields?: Schema['fields'] } | undefined, record: JsonObject): JsonObject {
  const entries = named(schema?.fields).map(([name, field]): [string, Json] => {
    const value = record[name] ?? null;
    if (field.type === 'set' && Array.isArray(value)) return [name, [...value].sort()];
    return [name, field.type === 'record' && isObject(value) ? inOrder(field, value) : value];
  });
  return { ...record, ...Object.fromEntries(entries) };
}

/** What belongs to something that goes, goes before it. */
function deletions(state: State, kept: ReadonlySet<string>): Step[] {
  return [...kinds].reverse().flatMap(({ name }) =>
    (state.get(name) ?? [])
      .filter(({ id }) => !kept.has(id))
      .map((record) => ({
        act: 'delete' as const,
        kind: name,
        id: record.id,
        title: titleOf(record, record.id),
        body: {},
        differences: [],
        record,
      })),
  );
}

/** A digest that is written as a password becomes the password of nobody: of these, only what there is can be kept. */
function digestsThatCannotBeWritten(steps: Step[]): Fault[] {
  const written = steps.filter(({ kind, body }) => kind === 'basicauth_credentials' && !isEmpty(body.password));
  return written.map(({ entry }) => ({ line: entry?.lineOf(['password']) ?? 1, message: text.declared.digest }));
}

const NAMES = ['instance_name', 'name', 'username', 'custom_id', 'target', 'prefix', 'group', 'key', 'kid', 'host'];

function titleOf(record: JsonObject, id: string): string {
  const name = NAMES.map((field) => record[field]).find((value) => typeof value === 'string' && value !== '');
  return typeof name === 'string' && !name.includes('\n') ? name : id;
}
