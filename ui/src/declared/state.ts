/** All records of the gateway, as a file of configuration would list them. */

import { ask, type JsonObject, pathOf } from '../api/client';
import type { RecordBody } from '../api/records';
import { combine, type Schema } from '../forms/schema';
import { isObject } from '../forms/values';
import { kinds } from './kinds';

/** By the name of their kind. */
export type State = Map<string, RecordBody[]>;

interface Page {
  data: RecordBody[];
  offset?: string;
}

export async function fetchState(): Promise<State> {
  const lists = kinds.filter(({ name }) => name !== 'targets');
  const found = await Promise.all(
    lists.map(async ({ name, collection }) => [name, await all(`/${collection}`)] as const),
  );
  const state: State = new Map(found);
  const upstreams = state.get('upstreams') ?? [];
  const targets: RecordBody[] = [];
  for (const { id } of upstreams) targets.push(...(await all(`${pathOf('upstreams', id)}/targets`)));
  state.set('targets', targets);
  // The names of a certificate are records of their own, and shown with it only for reading.
  state.set(
    'certificates',
    (state.get('certificates') ?? []).map(({ snis: _, ...record }) => record as RecordBody),
  );
  return state;
}

async function all(path: string): Promise<RecordBody[]> {
  const records: RecordBody[] = [];
  let offset: string | undefined;
  do {
    const parameters = new URLSearchParams({ size: '1000', ...(offset ? { offset } : {}) });
    const { body } = await ask<Page>(`${path}?${parameters}`);
    records.push(...body.data);
    offset = body.offset;
  } while (offset);
  return records;
}

/** The schema of a record, which for plugins and vaults depends on their name. */
export type Schemas = (kind: string, record: JsonObject) => Schema | undefined;

/** The schemas of all kinds, and of all plugins and vaults among these records. */
export async function fetchSchemas(records: { kind: string; record: JsonObject }[]): Promise<Schemas> {
  const special = records.filter(({ kind, record }) => isSpecial(kind) && typeof record.name === 'string');
  const names = [...new Set(special.map(({ kind, record }) => `${kind}${pathOf(String(record.name))}`))];
  // What is unknown is told when the record is validated.
  const fetched = async (name: string) =>
    [
      name,
      await ask<Schema>(`/schemas/${name}`).then(
        ({ body }) => body,
        () => undefined,
      ),
    ] as const;
  const found = new Map(await Promise.all([...kinds.map(({ name }) => name), ...names].map(fetched)));
  return (kind, record) => {
    const general = found.get(kind);
    const own = isSpecial(kind) ? found.get(`${kind}${pathOf(String(record.name))}`) : undefined;
    return general && own ? combine(general, own) : general;
  };
}

const isSpecial = (kind: string) => kind === 'plugins' || kind === 'vaults';

/** All records with their kinds. */
export function flat(state: State): { kind: string; record: RecordBody }[] {
  return [...state].flatMap(([kind, records]) => records.map((record) => ({ kind, record })));
}

/** The id in a reference. */
export function idIn(value: unknown): string | undefined {
  if (isObject(value as JsonObject)) return String((value as JsonObject).id);
  return typeof value === 'string' ? value : undefined;
}
