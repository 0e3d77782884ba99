/** The configuration as a file: written, compared with what there is, and put in place. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { barriers, input, openWindow, picture } from './browser';
import { eventually, startGateway } from './gateway';
import { stage } from './stage';

const on = stage();

const FILE = `_format_version: "3.0"
services:
- name: orders
  url: http://orders.internal:8080
  routes:
  - name: orders-api
    paths: [/orders]
    plugins:
    - name: jwt
      config:
        claims_to_verify: [exp]
- name: old
  host: old.internal
consumers:
- username: ann
  jwt_secrets:
  - key: issuer-of-ann
    secret: a-secret-of-ann-that-is-long-enough-to-be-one
  acls:
  - group: staff
upstreams:
- name: orders.internal
  targets:
  - target: 10.0.0.1:8080
`;

async function put(text: string, page = on.window.page): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name: 'kong.yml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(text),
  });
}

const press = (name: string | RegExp, page = on.window.page) => page.getByRole('button', { name }).last().click();

async function applied(counts: string, page = on.window.page): Promise<void> {
  await press('Compare', page);
  await page.getByText(counts).waitFor();
  await press(/^Apply/, page);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Apply/ })
    .click();
  await page.getByText('Nothing would change').waitFor();
}

it('a file is compared, and becomes what the gateway has', async () => {
  const { page } = on.window;
  await page.goto('/configuration');
  await page.getByRole('textbox', { name: 'Configuration to import' }).waitFor();
  await put(FILE);
  await press('Compare');
  await page.getByText('9 new, 0 changed, 0 deleted, 0 as they are').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'configuration-import');
  await applied('9 new, 0 changed, 0 deleted, 0 as they are');
  await page.goto('/services');
  await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
});

it('only what is different is written', async () => {
  const { page } = on.window;
  await page.goto('/configuration');
  await put(FILE.replace('[exp]', '[exp, nbf]').replace(/- name: old\n.*\n/, ''));
  await press('Compare');
  await page.getByText('0 new, 1 changed, 0 deleted, 7 as they are').waitFor();
  await page.getByText('is deleted').click();
  await press('Compare');
  await page.getByText('0 new, 1 changed, 1 deleted, 7 as they are').waitFor();
  await picture(page, 'configuration-changes');
  await applied('0 new, 1 changed, 1 deleted, 7 as they are');
});

it('what is wrong is told with its line before anything is written', async () => {
  const { page } = on.window;
  await page.goto('/configuration');
  await put(FILE.replace('[/orders]', '[orders]').replace('10.0.0.1:8080', '"not a target"'));
  await press('Compare');
  await page.getByText('2 things to put right').waitFor();
  await page.getByRole('button', { name: 'Go to line 7' }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('textbox');
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'configuration-faults');
  // The browser itself says so of every answer that is no success.
  on.window.faults = on.window.faults.filter((fault) => !fault.includes('status of 400'));
});

it('what was exported is what there is', async () => {
  const { page } = on.window;
  await page.goto('/configuration/export');
  await page.getByText('orders.internal').first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'configuration-export');
  const [download] = await Promise.all([page.waitForEvent('download'), press('Download')]);
  const file = readFileSync(await download.path(), 'utf8');
  expect(download.suggestedFilename()).toBe('kong.yml');
  await page.getByRole('tab', { name: 'Import' }).click();
  await put(file);
  await page.getByText('is deleted').click();
  await press('Compare');
  await page.getByText('Nothing would change').waitFor();
});

it('an OpenAPI document becomes a service with its routes', async () => {
  const { page } = on.window;
  await page.goto('/configuration/openapi');
  await put(`openapi: 3.1.0
info: {title: Pet Store}
servers: [{url: /v1}]
paths:
  /pets: {get: {}, post: {}}
  /pets/{id}: {get: {}}
`);
  await page.getByText('3 operations').waitFor();
  expect(await page.getByRole('button', { name: 'See what it would change' }).isDisabled()).toBe(true);
  await input(page, 'Address of the API').fill(`http://${on.gateway.origin.host}:${on.gateway.origin.port}/v1`);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'configuration-openapi');
  await press('See what it would change');
  await page.getByRole('tab', { name: 'Import', selected: true }).waitFor();
  await applied('3 new, 0 changed, 0 deleted, 0 as they are');
  await eventually(async () => (await fetch(`${on.gateway.proxy}/pets/7`)).status === 200);
  expect(await (await fetch(`${on.gateway.proxy}/pets/7`)).json()).toMatchObject({ path: '/v1/pets/7' });
  expect((await fetch(`${on.gateway.proxy}/pets/7/toys`)).status).toBe(404);
});

it('a gateway without a database gets the whole at once', async () => {
  const without = await startGateway({ GIBBON_DATABASE: 'off' });
  const { page, faults } = await openWindow(on.browser, without.manager);
  try {
    await page.goto('/configuration');
    await page.getByText('This gateway has no database').waitFor();
    await put(FILE, page);
    await applied('9 new, 0 changed, 0 deleted, 0 as they are', page);
    await put(FILE.replace(/- name: old\n.*\n/, ''), page);
    await applied('0 new, 0 changed, 1 deleted, 8 as they are', page);
    expect(faults).toEqual([]);
  } finally {
    await without.stop();
  }
});

it('nothing of it was an error', () => {
  expect(on.window.faults).toEqual([]);
});
