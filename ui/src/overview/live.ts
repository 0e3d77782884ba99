/** What the gateway tells of itself, second by second. */

/** How far back is remembered, in seconds. */
const REMEMBERED = 15 * 60;

/** One second. */
export interface Sample {
  /** In seconds since 1970. */
  at: number;
  /** A second. */
  requests: number;
  /** Answers a second, from 1xx to 5xx. */
  classes: number[];
  /** In milliseconds, until there was the head of an answer; none where there was no answer. */
  latency: { p50: number; p95: number; p99: number } | null;
}

export interface NodeNow {
  hostname: string;
  revision: number;
  faults: number;
  connections: number;
  under_way: number;
  requests: number;
  /** In bytes. */
  memory: number | null;
}

/** How often was refused in the last minutes, by whom and why. */
export interface Refusal {
  /** A plugin, or the gateway itself. */
  by: string | null;
  reason: string | null;
  count: number;
}

export interface Around {
  database: { reachable: boolean };
  nodes: { id: string; hostname: string; version: string; revision: number }[];
  /** Those with sick targets first, and not more than the gateway tells of. */
  upstreams: { name: string; targets: number; healthy: number }[];
  upstreams_total: number;
}

export interface Live {
  samples: Sample[];
  node: NodeNow;
  refusals: Refusal[];
  around?: Around;
}

export type Told =
  | { what: 'past'; data: Omit<Live, 'around'> }
  | { what: 'now'; data: { sample: Sample; node: NodeNow; refusals: Refusal[] } }
  | { what: 'around'; data: Around };

/** What is known after something more was told. */
export function after(live: Live | undefined, told: Told): Live | undefined {
  if (told.what === 'past') return { ...told.data, around: live?.around };
  if (!live) return undefined;
  if (told.what === 'around') return { ...live, around: told.data };
  const { sample, node, refusals } = told.data;
  const samples = live.samples.filter(({ at }) => at > sample.at - REMEMBERED && at < sample.at);
  return { ...live, node, refusals, samples: [...samples, sample] };
}
