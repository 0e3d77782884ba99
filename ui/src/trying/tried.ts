/** A request that is sent to see its way. */

import type { Followed } from '../following/followed';

/** What is to be sent. */
export interface Draft {
  method: string;
  path: string;
  host: string;
  /** A field a line: `name: value`. */
  headers: string;
  body: string;
}

export const nothing: Draft = { method: 'GET', path: '/', host: '', headers: '', body: '' };

/** One thing that the gateway did, with times in milliseconds. */
export interface Step {
  phase: 'routing' | 'access' | 'response';
  plugin: string | null;
  begun: number;
  took: number;
}

export interface Tried {
  answer: { status: number; headers: [string, string][]; body: string; body_is_cut: boolean };
  /** In milliseconds, the whole answer read. */
  took: number;
  way: (Followed & { steps: Step[] }) | null;
}

/** The draft as the Admin API takes it. */
export function bodyOf({ method, path, host, headers, body }: Draft) {
  return { method, path, host: host || 'localhost', headers: fieldsIn(headers), body };
}

/** Lines that are no fields are left out. */
function fieldsIn(lines: string): Record<string, string> {
  const pairs = lines.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
  });
  return Object.fromEntries(pairs);
}

/** What of a route a draft begins with. */
export interface Route {
  paths?: string[] | null;
  hosts?: string[] | null;
  methods?: string[] | null;
}

/** The draft with what a route asks for; of a regular expression nothing can be made. */
export function draftFor(draft: Draft, { paths, hosts, methods }: Route): Draft {
  const path = paths?.find((path) => path.startsWith('/')) ?? draft.path;
  const host = hosts?.[0]?.replace('*', 'any') ?? draft.host;
  return { ...draft, path, host, method: methods?.[0] ?? draft.method };
}
