/** What the gateway has counted at one moment, and what that makes of the time between two. */

import { type Line, linesOf } from './metrics';

/** Counts since the gateway was started, at one moment. */
export interface Counts {
  /** In milliseconds since 1970. */
  at: number;
  requests: number;
  underWay: number;
  connections: number;
  /** In bytes. */
  memory: number;
  revision: number;
  faults: number;
  hasStore: boolean;
  /** By the first digit of the status; none while nothing counts them. */
  classes?: Record<string, number>;
  /** Answers that the gateway gave itself, by their status. */
  refusals?: Record<string, number>;
  /** Requests that took no longer than each bound, in milliseconds. */
  latencies?: Map<number, number>;
}

const REQUESTS = 'kong_nginx_requests_total';
const CONNECTIONS = 'kong_nginx_connections_total';
const MEMORY = 'kong_memory_workers_lua_vms_bytes';
const REVISION = 'gibbon_configuration_revision';
const FAULTS = 'gibbon_configuration_faults';
const STORE = 'kong_datastore_reachable';
const STATUSES = 'kong_http_requests_total';
const LATENCIES = 'kong_request_latency_ms_bucket';
const NAMES = new Set([REQUESTS, CONNECTIONS, MEMORY, REVISION, FAULTS, STORE, STATUSES, LATENCIES]);

export function countsOf(text: string, at: number): Counts {
  const lines = linesOf(text, NAMES);
  const one = (name: string, state?: string) =>
    lines.find((line) => line.name === name && isOfHttp(line) && (!state || line.labels.state === state))?.value ?? 0;
  return {
    at,
    requests: one(REQUESTS),
    underWay: one(CONNECTIONS, 'writing'),
    connections: one(CONNECTIONS, 'active'),
    memory: one(MEMORY),
    revision: one(REVISION),
    faults: one(FAULTS),
    hasStore: one(STORE) === 1,
    ...statusesIn(lines.filter(({ name }) => name === STATUSES)),
    ...latenciesIn(lines.filter(({ name }) => name === LATENCIES)),
  };
}

const isOfHttp = ({ labels }: Line) => labels.subsystem === undefined || labels.subsystem === 'http';

function statusesIn(lines: Line[]): Pick<Counts, 'classes' | 'refusals'> {
  if (lines.length === 0) return {};
  const classes: Record<string, number> = {};
  const refusals: Record<string, number> = {};
  for (const { labels, value } of lines) {
    const code = labels.code ?? '';
    classes[code.charAt(0)] = (classes[code.charAt(0)] ?? 0) + value;
    if (labels.source !== 'service' && /^[45]/.test(code)) refusals[code] = (refusals[code] ?? 0) + value;
  }
  return { classes, refusals };
}

function latenciesIn(lines: Line[]): Pick<Counts, 'latencies'> {
  if (lines.length === 0) return {};
  const latencies = new Map<number, number>();
  for (const { labels, value } of lines) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    latencies.set(bound, (latencies.get(bound) ?? 0) + value);
  }
  return { latencies };
}

/** What went on between two moments. */
export interface Rates {
  /** In seconds since 1970, as charts have it. */
  at: number;
  requests: number;
  classes: Record<string, number | null>;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export const CLASSES = ['2', '3', '4', '5'];

export function ratesOf(before: Counts, after: Counts): Rates {
  const seconds = Math.max((after.at - before.at) / 1000, 0.001);
  // A gateway that was started anew counts from nothing.
  const rate = (then: number, now: number) => Math.max(now - then, 0) / seconds;
  const classes = CLASSES.map((digit) => [
    digit,
    after.classes ? rate(before.classes?.[digit] ?? 0, after.classes[digit] ?? 0) : null,
  ]);
  const share = (part: number) => percentile(before.latencies, after.latencies, part);
  return {
    at: after.at / 1000,
    requests: rate(before.requests, after.requests),
    classes: Object.fromEntries(classes),
    p50: share(0.5),
    p95: share(0.95),
    p99: share(0.99),
  };
}

/** The time that a part of the requests did not exceed, by assuming that they are spread evenly within each bound. */
function percentile(before: Map<number, number> | undefined, after: Map<number, number> | undefined, part: number) {
  if (!after) return null;
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const counted = (bound: number) => Math.max((after.get(bound) ?? 0) - (before?.get(bound) ?? 0), 0);
  const all = counted(Number.POSITIVE_INFINITY);
  if (all === 0) return null;
  let [lower, below] = [0, 0];
  for (const bound of bounds) {
    const count = counted(bound);
    if (count >= part * all) {
      if (bound === Number.POSITIVE_INFINITY) return lower;
      return lower + ((bound - lower) * (part * all - below)) / (count - below);
    }
    [lower, below] = [bound, count];
  }
  return lower;
}
