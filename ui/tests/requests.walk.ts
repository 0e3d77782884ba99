/** Requests are seen while they come in, without what is secret in them. */

import { expect, it } from 'vitest';
import { barriers, choose, input, picture } from './browser';
import { stage } from './stage';

const on = stage({
  furnish: async (gateway) => {
    const { host, port } = gateway.origin;
    await gateway.admin('POST', '/services', { name: 'api', host, port });
    await gateway.admin('POST', '/services/api/routes', { name: 'open', paths: ['/open'] });
    await gateway.admin('POST', '/services/api/routes', { name: 'guarded', paths: ['/guarded'] });
    await gateway.admin('POST', '/routes/guarded/plugins', { name: 'jwt' });
  },
});

const send = async (path: string) => {
  await (await fetch(`${on.gateway.proxy}${path}`)).text();
};

const following = () => on.window.page.getByText('Following.').waitFor();

it('a request is seen when it comes in, with its way and the reason of its refusal', async () => {
  const { page } = on.window;
  await page.goto('/requests');
  await page.getByRole('heading', { name: 'Live requests', level: 1 }).waitFor();
  await following();
  await send('/open/orders?apikey=s3cr3t');
  await send('/guarded');
  await page.getByRole('cell', { name: '/open/orders?apikey=…', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Details of GET /guarded' }).click();
  await page.getByText('jwt: no token').waitFor();
  await page.getByRole('button', { name: 'Details of GET /open/orders' }).click();
  await page.getByText(`${on.gateway.origin.host}:${on.gateway.origin.port}`, { exact: true }).waitFor();
  expect(await page.content()).not.toContain('s3cr3t');
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'requests');
});

it('only what is wanted is shown, and nothing while it is paused', async () => {
  const { page } = on.window;
  await page.getByRole('button', { name: 'Clear' }).click();
  await input(page, 'Route').fill('guarded');
  await choose(page, 'Status', '4xx');
  await following();
  await send('/open/other');
  await send('/guarded/wanted');
  await page.getByRole('cell', { name: '/guarded/wanted', exact: true }).waitFor();
  expect(await page.getByText('/open/other').count()).toBe(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused').waitFor();
  await send('/guarded/meanwhile');
  await page.getByRole('button', { name: 'Go on' }).click();
  await following();
  await send('/guarded/later');
  await page.getByRole('cell', { name: '/guarded/later', exact: true }).waitFor();
  expect(await page.getByText('/guarded/meanwhile').count()).toBe(0);
  expect(on.window.faults).toEqual([]);
});
