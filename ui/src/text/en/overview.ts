const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** How the gateway is. */
export const overview = {
  perSecond: 'Requests a second',
  underWay: 'Under way',
  connections: 'Connections',
  memory: 'Memory',
  revision: 'Revision',
  requests: 'Requests since the start',
  bytes: (megabytes: number) => `${megabytes.toLocaleString('en', { maximumFractionDigits: 1 })} MB`,
  rate: (value: number) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 }),
  milliseconds: (value: number) =>
    value > 0 && value < 0.1
      ? `${Math.round(value * 1000)} µs`
      : `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} ms`,
  storeAway: 'The database does not answer. What was configured is served all the same.',
  faults: (count: number) => `${plural(count, 'stored record')} cannot be served.`,
  since: 'The last 15 minutes of this node. Times are those until there was the head of an answer.',
  lost: 'Nothing is heard of the gateway. Trying again …',
  statuses: 'Answers a second, by status',
  /** By the first digit, less one. */
  classes: ['1xx', '2xx', '3xx', '4xx', '5xx'],
  latency: 'How long requests took',
  p50: 'half',
  p95: '95 %',
  p99: '99 %',
  refusals: 'Refused',
  refusalsHint: 'In the last 15 minutes, by this node, by reason.',
  noRefusals: 'None.',
  refusedIt: 'refused',
  nodes: 'Nodes',
  atRevision: (revision: number) => `revision ${revision.toLocaleString('en')}`,
  thisNode: (version: string) => `${version}, this one`,
  upstreams: 'Upstreams',
  noUpstreams: 'There are no upstreams.',
  healthy: (healthy: number, all: number) => `${healthy} of ${plural(all, 'target')} healthy`,
  moreUpstreams: (count: number) => `and ${plural(count, 'more')}`,
  time: 'Time',
  chart: (what: string) => `Chart: ${what}`,
};
