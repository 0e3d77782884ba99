import { expect, it } from 'vitest';
import { after, type Live, type Sample } from './live';

const node = { hostname: 'a', revision: 7, faults: 0, connections: 1, under_way: 0, requests: 9, memory: null };
const sample = (at: number): Sample => ({ at, requests: 1, classes: [0, 1, 0, 0, 0], latency: null });
const known: Live = { samples: [sample(100), sample(101)], node, refusals: [] };
const around = { database: { reachable: true }, nodes: [], upstreams: [], upstreams_total: 0 };

it('each second comes behind the others', () => {
  const told = after(known, { what: 'now', data: { sample: sample(102), node, refusals: [] } });
  expect(told?.samples.map(({ at }) => at)).toEqual([100, 101, 102]);
});

it('what is older than fifteen minutes goes', () => {
  const told = after(known, { what: 'now', data: { sample: sample(1000.5), node, refusals: [] } });
  expect(told?.samples.map(({ at }) => at)).toEqual([101, 1000.5]);
});

it('who comes back begins with what the gateway remembers', () => {
  const seen = after(known, { what: 'around', data: around });
  const told = after(seen, { what: 'past', data: { samples: [sample(500)], node, refusals: [] } });
  expect(told?.samples.map(({ at }) => at)).toEqual([500]);
  expect(told?.around).toEqual(around);
});

it('nothing is shown before the past is known', () => {
  expect(after(undefined, { what: 'around', data: around })).toBeUndefined();
});
