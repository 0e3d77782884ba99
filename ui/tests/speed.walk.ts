/** The pages are there at once, with little and with much to show. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busyFor, openWindow, startBrowser } from './browser';
import { type Gateway, startGateway } from './gateway';

let gateway: Gateway;
let browser: Browser;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), startBrowser()]);
  const { host, port } = gateway.origin;
  await gateway.admin('POST', '/services', { name: 'api', host, port });
});

afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

const ROUNDS = 5;

it.each([
  ['/', 'Overview'],
  ['/services', 'Services'],
])('%s can be used within a second, by a browser that has never seen it', async (path, title) => {
  const computed: number[] = [];
  const passed: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page, faults } = await openWindow(browser, gateway.manager);
    const began = Date.now();
    const busy = await busyFor(page, async () => {
      await page.goto(path);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Consumers' }).click({ trial: true });
    });
    computed.push(busy);
    passed.push(Date.now() - began);
    expect(faults).toEqual([]);
    await page.context().close();
  }
  console.log(`${path}: ${Math.round(median(computed) * 1000)} ms of computing, ${median(passed)} ms by the clock`);
  expect(median(computed)).toBeLessThan(1);
});

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
