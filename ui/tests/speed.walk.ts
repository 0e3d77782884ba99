/** The pages are there at once, with little and with much to show. */

import { expect, it } from 'vitest';
import { busyFor, openWindow } from './browser';
import { stage } from './stage';

const on = stage({
  furnish: async (gateway) => {
    const { host, port } = gateway.origin;
    await gateway.admin('POST', '/services', { name: 'api', host, port });
  },
});

/** For how much a browser may ask before a page can be used: modules, most of them at once, and what the page shows. */
const ASKED = 60;

it.each([
  ['/', 'Overview'],
  ['/services', 'Services'],
])('%s takes a browser that has never seen it little computing and few questions', async (path, title) => {
  const { page, faults } = await openWindow(on.browser, on.gateway.manager);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const busy = await busyFor(page, async () => {
    await page.goto(path);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Consumers' }).click({ trial: true });
  });
  console.log(`${path}: ${Math.round(busy * 1000)} ms of computing, ${asked.length} questions`);
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(ASKED);
  expect(faults).toEqual([]);
  await page.context().close();
});
