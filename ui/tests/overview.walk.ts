/** The overview shows what goes on while it goes on. */

import { expect, it } from 'vitest';
import { barriers, picture } from './browser';
import { stage } from './stage';

const on = stage({
  furnish: async (gateway) => {
    const { host, port } = gateway.origin;
    await gateway.admin('POST', '/upstreams', { name: 'api.internal' });
    await gateway.admin('POST', '/upstreams/api.internal/targets', { target: `${host}:${port}` });
    await gateway.admin('POST', '/services', { name: 'api', host: 'api.internal' });
    await gateway.admin('POST', '/services/api/routes', { name: 'api', paths: ['/api'] });
    await gateway.admin('POST', '/services/api/routes', { name: 'guarded', paths: ['/guarded'] });
    await gateway.admin('POST', '/routes/guarded/plugins', { name: 'jwt', config: { claims_to_verify: ['exp'] } });
  },
});

const send = async (count: number, path: string) => {
  for (let sent = 0; sent < count; sent += 1) await (await fetch(`${on.gateway.proxy}${path}`)).text();
};

const tile = (name: string) => on.window.page.getByRole('region', { name, exact: true });

it('requests are seen as they come in, without anything that would have to be switched on', async () => {
  const { page } = on.window;
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
  const { page } = on.window;
  await page.goto('/services');
  await page.goto('/overview');
  await tile('Refused').getByText('jwt: no token').waitFor();
  await page.getByRole('img', { name: 'Chart: How long requests took' }).waitFor();
  await page.locator('.chart canvas').nth(2).waitFor();
  await picture(page, 'overview');
  await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'overview-dark');
  expect(on.window.faults).toEqual([]);
});
