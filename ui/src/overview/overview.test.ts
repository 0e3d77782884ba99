import { expect, it } from 'vitest';
import { linesOf } from './metrics';
import { type Counts, countsOf, ratesOf } from './samples';

const TEXT = `# HELP kong_http_requests_total HTTP status codes
kong_nginx_requests_total{node_id="n",subsystem="stream"} 9
kong_nginx_requests_total{node_id="n",subsystem="http"} 120
kong_nginx_connections_total{node_id="n",subsystem="http",state="active"} 3
kong_nginx_connections_total{node_id="n",subsystem="http",state="writing"} 1
kong_datastore_reachable 1
gibbon_configuration_revision 7
kong_http_requests_total{service="a } b",route="\\"r\\"",code="200",source="service",consumer=""} 90
kong_http_requests_total{service="a",route="r",code="401",source="kong",consumer=""} 10
kong_http_requests_total{service="a",route="r",code="404",source="service",consumer=""} 5
kong_request_latency_ms_bucket{service="a",le="25"} 50
kong_request_latency_ms_bucket{service="a",le="50"} 90
kong_request_latency_ms_bucket{service="a",le="+Inf"} 100
other{le="1"} 1
`;

const nothing: Counts = { ...countsOf('', 0), classes: {}, latencies: new Map() };

it('lines are taken apart, whatever stands in their labels', () => {
  const [first] = linesOf(TEXT, new Set(['kong_http_requests_total']));
  expect(first).toEqual({
    name: 'kong_http_requests_total',
    labels: { service: 'a } b', route: '"r"', code: '200', source: 'service', consumer: '' },
    value: 90,
  });
});

it('counts are those of HTTP, and refusals those of the gateway itself', () => {
  expect(countsOf(TEXT, 5)).toMatchObject({
    at: 5,
    requests: 120,
    connections: 3,
    underWay: 1,
    hasStore: true,
    revision: 7,
    classes: { '2': 90, '4': 15 },
    refusals: { '401': 10 },
  });
  expect(countsOf('kong_datastore_reachable 0\n', 5)).toMatchObject({ hasStore: false, requests: 0 });
});

it('rates are what came in between', () => {
  const rates = ratesOf(nothing, countsOf(TEXT, 2_000));
  expect(rates).toMatchObject({ at: 2, requests: 60, classes: { '2': 45, '3': 0, '4': 7.5, '5': 0 } });
  expect([rates.p50, rates.p95, rates.p99]).toEqual([25, 50, 50]);
  const again = ratesOf(countsOf(TEXT, 2_000), countsOf(TEXT, 4_000));
  expect(again).toMatchObject({ requests: 0, p50: null });
});

it('a gateway that was started anew has no rates below nothing', () => {
  expect(ratesOf(countsOf(TEXT, 0), { ...nothing, at: 1_000 }).requests).toBe(0);
});

it('what nothing counts is not there', () => {
  const bare = countsOf('kong_nginx_requests_total{subsystem="http"} 1\n', 1);
  expect(bare.classes).toBeUndefined();
  expect(ratesOf(bare, bare)).toMatchObject({ p50: null, classes: { '2': null } });
});
