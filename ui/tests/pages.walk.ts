/** Every page in both colours: nobody is kept out, nothing is an error, nothing is cut off. */

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { barriers, choose, openWindow, picture } from './browser';
import { AUTHORITY, CERTIFICATE, KEY } from './pems';
import { stage } from './stage';

const ids: Record<string, string> = {};

const on = stage({
  furnish,
});

/** Something of each kind. */
async function furnish(): Promise<void> {
  const make = async (kind: string, path: string, body: unknown) => {
    ids[kind] = (await on.gateway.admin('POST', path, body)).id;
    return ids[kind];
  };
  const service = await make('service', '/services', {
    name: 'orders',
    host: 'orders.internal',
    tags: ['shop', 'team-a'],
  });
  await on.gateway.admin('POST', '/services', {
    name: 'a-service-with-quite-a-long-name-for-a-narrow-list',
    host: 'x.example',
    enabled: false,
  });
  const paths = ['/orders', '/orders/archive', '/v2/orders'];
  await make('route', '/routes', { name: 'orders-api', paths, methods: ['GET', 'POST'], service: { id: service } });
  await make('plugin', '/plugins', { name: 'jwt', instance_name: 'tokens', service: { id: service } });
  await on.gateway.admin('POST', '/plugins', { name: 'rate-limiting', config: { minute: 100 } });
  const consumer = await make('consumer', '/consumers', { username: 'ada', custom_id: 'c-1', tags: ['staff'] });
  await make('jwt', `/consumers/${consumer}/jwt`, { key: 'issuer-of-ada', secret: 'open' });
  await make('key-auth', `/consumers/${consumer}/key-auth`, { key: 'sesame' });
  await make('basic-auth', `/consumers/${consumer}/basic-auth`, { username: 'ada', password: 'x' });
  const upstream = await make('upstream', '/upstreams', { name: 'orders.internal' });
  await make('target', `/upstreams/${upstream}/targets`, { target: '127.0.0.1:8080', weight: 10 });
  const certificate = await make('certificate', '/certificates', {
    cert: CERTIFICATE,
    key: KEY,
    snis: ['walk.example'],
  });
  await make('sni', '/snis', { name: 'other.example', certificate: { id: certificate } });
  await make('ca', '/ca_certificates', { cert: AUTHORITY });
  const set = await make('set', '/key-sets', { name: 'signing' });
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'k1' });
  await make('key', '/keys', { name: 'first', kid: 'k1', jwk, set: { id: set } });
  const { id: gone } = await on.gateway.admin('POST', '/services', { name: 'gone', host: 'x.example' });
  await on.gateway.admin('DELETE', `/services/${gone}`);
  await make('vault', '/vaults', { name: 'env', prefix: 'my-env', description: 'Secrets of the environment' });
}

/** A name for the picture, the address, and a text that is there once the page is. */
const PAGES: [string, () => string, string | RegExp][] = [
  ['services', () => '/services', 'orders'],
  ['services-new', () => '/services/new', 'New service'],
  ['services-one', () => `/services/${ids.service}`, 'orders.internal'],
  ['services-edit', () => `/services/${ids.service}/edit`, 'Edit orders'],
  ['services-routes', () => `/services/${ids.service}/routes`, 'orders-api'],
  ['services-plugins', () => `/services/${ids.service}/plugins`, 'tokens'],
  ['routes', () => '/routes', 'orders-api'],
  ['routes-new', () => '/routes/new', 'New route'],
  ['routes-one', () => `/routes/${ids.route}`, 'orders-api'],
  ['plugins', () => '/plugins', 'rate-limiting'],
  ['plugins-pick', () => '/plugins/new', 'Verifies tokens'],
  ['plugins-jwt', () => '/plugins/new/jwt', 'New JWT'],
  ['plugins-rate-limiting', () => '/plugins/new/rate-limiting', 'New Rate limiting'],
  ['plugins-request-transformer', () => '/plugins/new/request-transformer', 'New Request transformer'],
  ['plugins-one', () => `/plugins/${ids.plugin}`, 'tokens'],
  ['upstreams', () => '/upstreams', 'orders.internal'],
  ['upstreams-new', () => '/upstreams/new', 'New upstream'],
  ['upstreams-one', () => `/upstreams/${ids.upstream}`, 'orders.internal'],
  ['upstreams-targets', () => `/upstreams/${ids.upstream}/targets`, '127.0.0.1:8080'],
  ['consumers', () => '/consumers', 'ada'],
  ['consumers-one', () => `/consumers/${ids.consumer}`, 'ada'],
  ['consumers-jwt', () => `/consumers/${ids.consumer}/jwt`, 'issuer-of-ada'],
  ['consumers-jwt-form', () => `/consumers/${ids.consumer}/jwt/new`, 'New JWT credential'],
  ['consumers-jwt-one', () => `/consumers/${ids.consumer}/jwt/${ids.jwt}`, 'issuer-of-ada'],
  ['consumers-basic-auth', () => `/consumers/${ids.consumer}/basic-auth`, 'ada'],
  ['consumers-acls', () => `/consumers/${ids.consumer}/acls`, 'New group'],
  ['certificates', () => '/certificates', 'walk.example'],
  ['certificates-new', () => '/certificates/new', 'New certificate'],
  ['certificates-one', () => `/certificates/${ids.certificate}`, 'walk.example'],
  ['ca-certificates', () => '/ca_certificates', 'CA certificates'],
  ['ca-certificates-one', () => `/ca_certificates/${ids.ca}`, 'BEGIN CERTIFICATE'],
  ['snis', () => '/snis', 'other.example'],
  ['snis-new', () => '/snis/new', 'New SNI'],
  ['keys', () => '/keys', 'first'],
  ['keys-new', () => '/keys/new', 'New key'],
  ['key-sets-one', () => `/key-sets/${ids.set}/keys`, 'first'],
  ['vaults', () => '/vaults', 'my-env'],
  ['vaults-new', () => '/vaults/new', 'New vault'],
  ['vaults-one', () => `/vaults/${ids.vault}`, 'Secrets of the environment'],
  ['warnings', () => '/warnings', 'Tokens that have expired pass'],
  ['history', () => '/history', 'Deleted'],
  ['not-found', () => '/nowhere', 'There is no such page'],
];

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('every page is for everybody and says nothing in the console', { timeout: 600_000 }, async () => {
    const { page, faults } = await openWindow(on.browser, on.gateway.manager, { colorScheme });
    const found: string[] = [];
    for (const [name, address, words] of PAGES) {
      await page.goto(address());
      await page.getByText(words).filter({ visible: true }).first().waitFor();
      expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
      found.push(...(await barriers(page)));
      if (colorScheme === 'light' || DARK_PICTURES.includes(name)) await picture(page, `${name}-${colorScheme}`);
    }
    await page.context().close();
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });
});

const DARK_PICTURES = ['services', 'services-one', 'plugins-jwt', 'plugins-pick'];

it('dialogs, menus and the search are for everybody', async () => {
  const { page, faults } = await openWindow(on.browser, on.gateway.manager);
  await page.goto(`/services/${ids.service}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'dialog-delete');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search pages and records…').fill('orders');
  await page.getByText('orders-api').first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'search');
  await page.goto(`/services/${ids.service}/edit`);
  await page.getByRole('button', { name: 'Copy as' }).click();
  await page.getByRole('menuitem', { name: 'decK' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'dialog-copy');
  expect(faults).toEqual([]);
});

it('what is surely not meant stands beside the record, and leads to it', async () => {
  const { page, faults } = await openWindow(on.browser, on.gateway.manager);
  await page.goto('/plugins');
  const mark = page.getByRole('img', { name: /tokens that have expired pass/ });
  await mark.focus();
  await page.getByRole('tooltip').waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.goto('/warnings');
  await page.getByText('Error (').click();
  await page.getByText('jwt-without-exp').waitFor({ state: 'hidden' });
  await page.getByText('Warning (').click();
  await page.getByRole('main').getByRole('link', { name: 'issuer-of-ada' }).click();
  await page.getByRole('heading', { name: 'issuer-of-ada', level: 1 }).waitFor();
  await page.getByRole('note').getByText('tokens can be forged').waitFor();
  await page.goto(`/plugins/${ids.plugin}/edit`);
  await choose(page, 'Claims to verify', 'exp');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'tokens', level: 1 }).waitFor();
  await page.getByRole('note').waitFor({ state: 'hidden' });
  expect(faults).toEqual([]);
});

it('a change is taken back from the history, unless others stand in the way', async () => {
  const { page, faults } = await openWindow(on.browser, on.gateway.manager);
  const { id } = await on.gateway.admin('POST', '/services', { name: 'undone', host: 'a.example' });
  await on.gateway.admin('PATCH', `/services/${id}`, { host: 'b.example' });
  await page.goto('/history');
  const made = page.getByRole('article').filter({ hasText: 'POST /services' }).first();
  const changed = page
    .getByRole('article')
    .filter({ hasText: `PATCH /services/${id}` })
    .first();
  await changed.getByRole('button', { name: /^What it did/ }).click();
  await changed.getByText('b.example').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'history-changes');
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Undo' });
  await made.getByRole('button', { name: /^Undo/ }).click();
  await confirm.click();
  await page.getByRole('alert').getByText('it has changed since').waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await changed.getByRole('button', { name: /^Undo/ }).click();
  await confirm.click();
  await page.getByText(/was undone/).waitFor();
  await page.goto(`/services/${id}`);
  await page.getByText('a.example').first().waitFor();
  expect(faults.filter((fault) => !fault.includes('status of 409'))).toEqual([]);
});

it('colours are chosen once', async () => {
  const { page } = await openWindow(on.browser, on.gateway.manager, { colorScheme: 'light' });
  await page.goto('/services');
  await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
  expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
});

it('a gateway that does not answer is named as what it is', async () => {
  const { page } = await openWindow(on.browser, on.gateway.manager);
  await page.goto('/services');
  await page.getByRole('heading', { name: 'Services' }).waitFor();
  await page.route('**/api/consumers**', (route) => route.abort());
  await page.getByRole('navigation').getByRole('link', { name: 'Consumers' }).click();
  await page.getByText('The gateway does not answer').waitFor();
});
