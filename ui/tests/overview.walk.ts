/** The overview shows what goes on while it goes on. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { barriers, openWindow, picture, pictureOfFailure, startBrowser, type Window } from './browser';
import { type Gateway, startGateway } from './gateway';

let gateway: Gateway;
let browser: Browser;
let window: Window;

beforeAll(async () => {
  [gateway, browser] = await Promise.all([startGateway(), startBrowser()]);
  window = await openWindow(browser, gateway.manager);
  const { host, port } = gateway.origin;
  await gateway.admin('POST', '/upstreams', { name: 'api.internal' });
  await gateway.admin('POST', '/upstreams/api.internal/targets', { target: `${host}:${port}` });
  await gateway.admin('POST', '/services', { name: 'api', host: 'api.internal' });
  await gateway.admin('POST', '/services/api/routes', { name: 'api', paths: ['/api'] });
  await gateway.admin('POST', '/services/api/routes', { name: 'guarded', paths: ['/guarded'] });
  await gateway.admin('POST', '/routes/guarded/plugins', { name: 'jwt', config: { claims_to_verify: ['exp'] } });
});

pictureOfFailure(() => window.page);

afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

const send = async (count: number, path: string) => {
  for (let sent = 0; sent < count; sent += 1) await (await fetch(`${gateway.proxy}${path}`)).text();
};

const tile = (name: string) => window.page.getByRole('region', { name, exact: true });

it('requests are seen as they come in, without anything that would have to be switched on', async () => {
  const { page } = window;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.getByText('1 of 1 target healthy').waitFor();
  for (let round = 0; round < 4; round += 1) {
    await send(40, '/api');
    await send(5, '/guarded');
    await page.waitForTimeout(1_000);
  }
  await tile('Requests since the start').getByText('180').waitFor();
  await tile('Refused').getByText('jwt: no token').waitFor();
  await tile('Refused').getByText('20', { exact: true }).waitFor();
  await tile('Nodes').getByText('this one').waitFor();
  expect(await barriers(page)).toEqual([]);
});

it('what was before is there for who comes later', async () => {
  const { page } = window;
  await page.goto('/services');
  await page.goto('/overview');
  await tile('Refused').getByText('jwt: no token').waitFor();
  await page.getByRole('img', { name: 'Chart: How long requests took' }).waitFor();
  await page.locator('.chart canvas').nth(2).waitFor();
  await picture(page, 'overview');
  await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'overview-dark');
  expect(window.faults).toEqual([]);
});
