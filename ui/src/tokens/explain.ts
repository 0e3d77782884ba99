/** What would become of a request with a token: `POST /explain` of the Admin API. */

import { ask, type Json, type JsonObject } from '../api/client';
import type { RecordBody } from '../api/records';
import { text } from '../text';
import type { Step } from './verdict';

/** A request that nobody has sent. */
export interface Tried {
  method: string;
  scheme: string;
  host: string;
  path: string;
  headers: Record<string, string[]>;
}

interface Named {
  id: string;
  name: string | null;
}

export interface NearRoute extends Named {
  because: string;
  wanted: JsonObject;
}

export interface PluginInChain {
  name: string;
  id: string;
  scope: 'everything' | Record<string, string>;
  decision: 'refuses' | 'lets pass' | 'is not reached' | 'is not tried here';
  steps?: PluginStep[];
}

export interface PluginStep {
  step: string;
  outcome: 'holds' | 'fails' | 'noted';
  found?: Json;
  wanted?: Json;
  remark?: string;
}

export interface Target {
  target: string;
  address: string | null;
  health: string;
}

export interface Explanation {
  request: { method: string; scheme: string; host: string | null; path: string };
  route: (Named & { matched_path: string | null }) | null;
  near_routes: NearRoute[];
  plugins: PluginInChain[];
  consumer: { id: string; username: string | null; custom_id: string | null } | null;
  upstream: { service: Named; url: string; targets: { upstream: string; one_of: Target[] } | null } | null;
  outcome: { passes: boolean; answer?: { status: number; body?: Json } };
}

export async function explain(tried: Tried, token: string): Promise<Explanation> {
  const { host, ...others } = tried;
  const body = { ...others, ...(host === '' ? {} : { host }), token };
  return (await ask<Explanation>('/explain', { method: 'POST', body })).body;
}

/** A request that a route takes, as far as that can be said without regular expressions. */
export function requestTo(route: RecordBody | undefined): Tried {
  const list = (field: string) => {
    const value = route?.[field];
    return Array.isArray(value) ? value.map(String) : [];
  };
  const protocols = list('protocols');
  return {
    method: list('methods')[0] ?? 'GET',
    scheme: protocols.length > 0 && !protocols.includes('http') ? 'https' : 'http',
    host: (list('hosts')[0] ?? '').replace(/^\*\./, 'any.').replace(/\.\*$/, '.example'),
    path: list('paths').find((path) => !path.startsWith('~')) ?? '/',
    headers: headersOf(route),
  };
}

/** One value for each header field that a route asks for. */
function headersOf(route: RecordBody | undefined): Record<string, string[]> {
  const wanted = Object.entries((route?.headers as JsonObject | null | undefined) ?? {});
  const first = (values: Json) => (Array.isArray(values) ? values.slice(0, 1).map(String) : []);
  return Object.fromEntries(wanted.map(([name, values]) => [name, first(values)]));
}

const OUTCOMES = { holds: 'passed', fails: 'failed', noted: 'noted' } as const;

/** A step of a plugin, in the words in which steps are shown. */
export function stepOf({ step, outcome, found, wanted, remark }: PluginStep): Step {
  const words = text.explain;
  const said = [
    found === undefined ? undefined : words.is(shown(found)),
    wanted === undefined ? undefined : words.wanted(shown(wanted)),
    remark && plain(remark),
  ];
  const why = said.filter(Boolean).join('; ');
  return { what: capital(plain(step)), outcome: OUTCOMES[outcome], why: capital(why) };
}

/** A value as people write it: names in a list are a list of names. */
export function shown(value: Json): string {
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return typeof value === 'string' ? plain(value) : JSON.stringify(value);
}

/** Without the marks of names. */
const plain = (words: string) => words.replaceAll('`', '');

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
