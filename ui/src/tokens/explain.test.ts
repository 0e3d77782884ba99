import { expect, it } from 'vitest';
import { requestTo, stepOf } from './explain';

it('a request to a route is one that it takes', () => {
  const route = {
    id: 'r',
    protocols: ['https'],
    methods: ['POST', 'PUT'],
    hosts: ['*.shop.example'],
    paths: ['~/orders/(?<id>\\d+)$', '/orders'],
    headers: { 'x-tenant': ['acme', 'other'] },
  };
  expect(requestTo(route)).toEqual({
    method: 'POST',
    scheme: 'https',
    host: 'any.shop.example',
    path: '/orders',
    headers: { 'x-tenant': ['acme'] },
  });
});

it('without a route it is what anybody would ask', () => {
  expect(requestTo(undefined)).toEqual({ method: 'GET', scheme: 'http', host: '', path: '/', headers: {} });
});

it('a step is named in plain words', () => {
  expect(stepOf({ step: 'claim `exp`', outcome: 'noted' }).what).toBe('Claim exp');
});

it.each([
  [{ step: 'signature', outcome: 'holds' }, 'passed', ''],
  [
    { step: 'algorithm', outcome: 'fails', found: 'none', wanted: ['RS256', 'ES256'] },
    'failed',
    'Found none; wanted RS256, ES256',
  ],
  [{ step: 'claim `exp`', outcome: 'fails', found: 7, remark: 'token expired' }, 'failed', 'Found 7; token expired'],
  [
    { step: 'token', outcome: 'holds', found: ['the header `authorization`'] },
    'passed',
    'Found the header authorization',
  ],
] as const)('the step %o is told', (step, outcome, why) => {
  const told = stepOf(step as Parameters<typeof stepOf>[0]);
  expect(told).toMatchObject({ outcome, why });
});
