import { expect, it } from 'vitest';
import { eventsIn } from './events';

it('events are taken one by one, and what is not whole yet is kept', () => {
  const { events, rest } = eventsIn('retry: 2000\n\nevent: now\ndata: {"a":1}\n\n: still here\n\nevent: no');
  expect(events).toEqual([{ name: 'now', data: '{"a":1}' }]);
  expect(rest).toBe('event: no');
  expect(eventsIn(`${rest}w\ndata: 2\n\n`)).toEqual({ events: [{ name: 'now', data: '2' }], rest: '' });
});
