/** Makes a plan come true. */

import { ApiError, ask, type FieldFaults, type JsonObject, pathOf } from '../api/client';
import { refusalOf } from '../forms/faults';
import { text } from '../text';
import type { Plan, Step } from './compare';
import type { Declaration, Fault } from './document';
import { kindOf } from './kinds';
import { idIn } from './state';

/** How many questions are under way at the same time. */
const AT_ONCE = 4;

/** Asks the gateway about each record before any of them is written: all that is wrong, by its line. */
export async function validate({ steps }: Plan): Promise<Fault[]> {
  const waiting = steps.filter(({ act }) => act !== 'delete');
  const faults: Fault[] = [];
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) faults.push(...(await faultsOf(step)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return faults.sort((a, b) => a.line - b.line);
}

async function faultsOf(step: Step): Promise<Fault[]> {
  try {
    await ask(`/schemas/${step.kind}/validate`, { method: 'POST', body: step.record });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error;
    return placed(step, error);
  }
}

/** What the gateway says against a record, in the lines of the file. */
function placed({ entry, title }: Step, error: ApiError): Fault[] {
  const { fields, whole } = refusalOf(error.fields);
  const inFields = Object.entries(fields).map(([key, message]) => ({
    line: entry?.lineOf(key.split('.')) ?? 1,
    message: text.declared.ofField(title, key, message),
  }));
  const ofAll = whole.map((message) => ({
    line: entry?.lineOf() ?? 1,
    message: text.declared.ofRecord(title, message),
  }));
  const found = [...inFields, ...ofAll];
  return found.length > 0 ? found : [{ line: entry?.lineOf() ?? 1, message: error.message }];
}

export interface Outcome {
  done: number;
  /** What stopped it. */
  faults: Fault[];
}

/** Writes record after record, and stops at the first that is refused. */
export async function carryOut({ steps }: Plan, progress: (done: number) => void): Promise<Outcome> {
  for (const [index, step] of steps.entries()) {
    try {
      await written(step);
    } catch (error) {
      return { done: index, faults: error instanceof ApiError ? placed(step, error) : [asFault(error)] };
    }
    progress(index + 1);
  }
  return { done: steps.length, faults: [] };
}

const asFault = (error: unknown): Fault => ({
  line: 1,
  message: error instanceof Error ? error.message : String(error),
});

async function written({ act, kind, id, body, record }: Step): Promise<void> {
  const collection = collectionOf(kind, record);
  if (act === 'create') await ask(collection, { method: 'POST', body });
  else if (act === 'change') await ask(`${collection}${pathOf(id)}`, { method: 'PATCH', body });
  else await ask(`${collection}${pathOf(id)}`, { method: 'DELETE' });
}

function collectionOf(kind: string, record: JsonObject): string {
  if (kind === 'targets') return `${pathOf('upstreams', idIn(record.upstream) ?? '')}/targets`;
  return `/${kindOf(kind)?.collection ?? kind}`;
}

/** What a gateway without a database refuses, as it lists that. */
interface Flattened {
  entity_type: string;
  entity_name?: string;
  entity_id?: string;
  errors: { field?: string; message?: string; messages?: string[] }[];
}

/** Exchanges the whole configuration of a gateway without a database. */
export async function exchange(config: string, { entries }: Declaration): Promise<Fault[]> {
  try {
    await ask('/config?flatten_errors=1', { method: 'POST', body: { config } });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error;
    const { flattened_errors: flattened = [] } = error.answer as { flattened_errors?: Flattened[] };
    const found = flattened.flatMap(({ entity_type, entity_name, entity_id, errors }) => {
      const entry = entries.find(
        ({ kind, record }) =>
          kind.name.startsWith(entity_type) &&
          [record.name, record.username, record.id].some(
            (name) => name && (name === entity_name || name === entity_id),
          ),
      );
      return errors.map(({ field, message, messages }) => ({
        line: entry?.lineOf(field?.split('.')) ?? 1,
        message: text.declared.ofField(entity_name ?? entity_type, field ?? '', message ?? messages?.join(', ') ?? ''),
      }));
    });
    return found.length > 0 ? found : [{ line: 1, message: outside(error) }];
  }
}

const outside = ({ message, fields }: ApiError): string =>
  Object.keys(fields).length > 0 ? JSON.stringify(fields satisfies FieldFaults) : message;
