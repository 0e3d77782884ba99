import { expect, it } from 'vitest';
import { everything, type Followed, KEPT, more, nothing, pathFor } from './followed';

const request = (id: string) => ({ id }) as Followed;

it('the newest come first, and the oldest go', () => {
  const first = more(nothing, { requests: [request('a'), request('b')], missed: 3 });
  expect(first.requests.map(({ id }) => id)).toEqual(['b', 'a']);
  const many = Array.from({ length: KEPT }, (_, index) => request(String(index)));
  const then = more(first, { requests: many, missed: 1 });
  expect([then.requests.length, then.requests[0]?.id, then.missed]).toEqual([KEPT, String(KEPT - 1), 4]);
});

it('only what is said is asked for', () => {
  expect(pathFor(everything)).toBe('/live/requests?');
  expect(pathFor({ ...everything, route: 'a&b', status: '4xx' })).toBe('/live/requests?route=a%26b&status=4xx');
});
