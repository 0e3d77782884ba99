/** A request is sent through the gateway, and its way is seen. */

import { expect, it } from 'vitest';
import { barriers, choose, input, picture } from './browser';
import { stage } from './stage';

const on = stage({
  furnish: async (gateway) => {
    const { host, port } = gateway.origin;
    await gateway.admin('POST', '/services', { name: 'api', host, port });
    await gateway.admin('POST', '/services/api/routes', { name: 'guarded', paths: ['/guarded'], strip_path: false });
    await gateway.admin('POST', '/routes/guarded/plugins', { name: 'key-auth' });
    await gateway.admin('POST', '/routes/guarded/plugins', {
      name: 'response-transformer',
      config: { add: { headers: ['X-Seen:yes'] } },
    });
    await gateway.admin('POST', '/consumers', { username: 'ann' });
    await gateway.admin('POST', '/consumers/ann/key-auth', { key: 'k3y' });
  },
});

const part = (name: string) => on.window.page.getByRole('region', { name, exact: true });

it('a request that is refused says by whom', async () => {
  const { page } = on.window;
  await page.goto('/try');
  await page.getByRole('heading', { name: 'Request tester', level: 1 }).waitFor();
  await choose(page, 'Begin with a route', 'guarded');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await part('Its way').getByText('Refused: key-auth').waitFor();
  await part('The answer').getByText('No API key found').waitFor();
});

it('one that passes shows each plugin, where it went, and what came back', async () => {
  const { page } = on.window;
  await input(page, 'Headers').fill('apikey: k3y');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await part('Its way').getByText('Found the route guarded').waitFor();
  await part('Its way').getByText('key-auth, before the upstream').waitFor();
  await part('Its way')
    .getByText(`Sent to ${on.gateway.origin.host}:${on.gateway.origin.port}`, { exact: true })
    .waitFor();
  await part('Its way').getByText('response-transformer, on the answer').waitFor();
  await part('The answer').getByText('"consumer":"ann"').waitFor();
  await part('The answer').getByText('x-seen').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'try');
  expect(on.window.faults).toEqual([]);
});
