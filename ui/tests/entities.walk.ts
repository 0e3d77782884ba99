/** Each kind of record is made, changed and deleted by clicks alone. */

import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { busyFor, choose, input } from './browser';
import { eventually } from './gateway';
import { AUTHORITY, CERTIFICATE, KEY } from './pems';
import { stage } from './stage';

const ids: Record<string, string> = {};

const on = stage({
  furnish: async (gateway) => {
    ids.service = (await gateway.admin('POST', '/services', { name: 'base', host: 'base.example' })).id;
    ids.consumer = (await gateway.admin('POST', '/consumers', { username: 'base' })).id;
    ids.upstream = (await gateway.admin('POST', '/upstreams', { name: 'base.internal' })).id;
    ids.certificate = (await gateway.admin('POST', '/certificates', { cert: CERTIFICATE, key: KEY })).id;
  },
});

interface Walk {
  kind: string;
  /** Where the form for a new one is. */
  form: () => string;
  fill: (page: Page) => Promise<unknown>;
  change: (page: Page) => Promise<unknown>;
}

const fill = (label: string, value: string) => (page: Page) => input(page, label).fill(value);

const tag = (page: Page) =>
  input(page, 'Tags')
    .fill('walked')
    .then(() => page.keyboard.press('Enter'));

const inTurn =
  (...steps: ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const step of steps) await step(page);
  };

const below = (kind: string, path: string) => () => `/${kind}s/${ids[kind]}/${path}/new`;

const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });

const WALKS: Walk[] = [
  {
    kind: 'service',
    form: () => '/services/new',
    fill: inTurn(fill('Name', 'made'), fill('Host', 'a.example')),
    change: tag,
  },
  {
    kind: 'route',
    form: () => `/routes/new?service=${ids.service}`,
    fill: inTurn(fill('Name', 'made'), fill('Paths', '/made'), (page) => page.keyboard.press('Enter')),
    change: tag,
  },
  {
    kind: 'consumer',
    form: () => '/consumers/new',
    fill: fill('Username', 'made'),
    change: fill('Custom ID', 'made-1'),
  },
  {
    kind: 'plugin',
    form: () => '/plugins/new/rate-limiting',
    fill: inTurn(fill('Instance name', 'made'), fill('Minute', '5')),
    change: fill('Hour', '100'),
  },
  { kind: 'upstream', form: () => '/upstreams/new', fill: fill('Name', 'made.internal'), change: tag },
  {
    kind: 'target',
    form: below('upstream', 'targets'),
    fill: fill('Target', '10.0.0.1:80'),
    change: fill('Weight', '7'),
  },
  {
    kind: 'certificate',
    form: () => '/certificates/new',
    fill: inTurn(fill('Cert', CERTIFICATE), fill('Key', KEY)),
    change: tag,
  },
  { kind: 'CA certificate', form: () => '/ca_certificates/new', fill: fill('Cert', AUTHORITY), change: tag },
  {
    kind: 'SNI',
    form: () => `/snis/new?certificate=${ids.certificate}`,
    fill: fill('Name', 'made.example'),
    change: fill('Name', 'made-again.example'),
  },
  { kind: 'key set', form: () => '/key-sets/new', fill: fill('Name', 'made'), change: tag },
  {
    kind: 'key',
    form: () => '/keys/new',
    fill: inTurn(fill('Name', 'made'), fill('Kid', 'k1'), fill('Public key', String(publicKey))),
    change: fill('Name', 'made-again'),
  },
  {
    kind: 'vault',
    form: () => '/vaults/new',
    fill: fill('Prefix', 'my-vault'),
    change: fill('Description', 'of the walk'),
  },
  { kind: 'JWT credential', form: below('consumer', 'jwt'), fill: fill('Key', 'issuer'), change: tag },
  {
    kind: 'JWT credential with a public key',
    form: below('consumer', 'jwt'),
    fill: inTurn(
      fill('Key', 'issuer-2'),
      (page) => choose(page, 'Algorithm', 'RS256'),
      fill('Public key (PEM)', String(publicKey)),
    ),
    change: tag,
  },
  { kind: 'key-auth key', form: below('consumer', 'key-auth'), fill: fill('Key', 'open-sesame'), change: tag },
  {
    kind: 'basic-auth credential',
    form: below('consumer', 'basic-auth'),
    fill: inTurn(fill('Username', 'made'), fill('Password', 'secret')),
    change: tag,
  },
  { kind: 'HMAC credential', form: below('consumer', 'hmac-auth'), fill: fill('Username', 'made'), change: tag },
  {
    kind: 'OAuth 2.0 application',
    form: below('consumer', 'oauth2'),
    fill: inTurn(fill('Name', 'made'), fill('Redirect uris', 'https://a.example/back'), (page) =>
      page.keyboard.press('Enter'),
    ),
    change: fill('Name', 'made-again'),
  },
  {
    kind: 'ACL group',
    form: below('consumer', 'acls'),
    fill: fill('Group', 'admins'),
    change: fill('Group', 'owners'),
  },
];

describe.each(WALKS)('$kind', (walk) => {
  it('is made, changed and deleted', async () => {
    const { page } = on.window;
    await page.goto(walk.form());
    await walk.fill(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('was created').first().waitFor();
    const shown = page.url();
    await page.getByRole('link', { name: 'Edit' }).click();
    await expectNothingChanged(page);
    await walk.change(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('was saved').first().waitFor();
    expect(page.url()).toBe(shown);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('was deleted').first().waitFor();
    await page.goto(shown);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    // The browser itself says so of every answer that is no success.
    on.window.faults = on.window.faults.filter((fault) => !fault.includes('status of 404'));
    expect(on.window.faults).toEqual([]);
  });
});

/** A form that was only opened would change nothing. */
async function expectNothingChanged(page: Page): Promise<void> {
  await page.getByText('Nothing has been changed yet.').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
}

describe('a form', () => {
  it('shows on its field what the gateway refuses', async () => {
    const { page } = on.window;
    await page.goto('/services/new');
    await input(page, 'Name').fill('base');
    await input(page, 'Host').fill('not a host');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    expect(await input(page, 'Host').getAttribute('aria-invalid')).toBe('true');
    on.window.faults = on.window.faults.filter((fault) => !fault.includes('status of 400'));
  });

  it('tells what is missing, and goes there', async () => {
    const { page } = on.window;
    await page.goto('/services/new');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This has to be filled in').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
  });

  it('shows the difference and its copies for other tools', async () => {
    const { page } = on.window;
    await page.goto(`/services/${ids.service}/edit`);
    await input(page, 'Port').fill('8080');
    const changes = page.getByRole('region', { name: 'Changes' });
    await changes.getByText('8080').waitFor();
    for (const [how, what] of [
      ['curl', "-X PATCH '"],
      ['decK', '_format_version'],
      ['Terraform', 'kong-gateway_service'],
    ] as const) {
      await page.getByRole('button', { name: 'Copy as' }).click();
      await page.getByRole('menuitem', { name: how }).click();
      await page.getByRole('dialog').getByText(what).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
  });

  it('does not overwrite what somebody else has changed meanwhile', async () => {
    const { page } = on.window;
    await page.goto(`/services/${ids.service}/edit`);
    await input(page, 'Port').fill('8081');
    await on.gateway.admin('PATCH', `/services/${ids.service}`, { retries: 1 });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed this record').waitFor();
    on.window.faults = on.window.faults.filter((fault) => !fault.includes('status of 412'));
    expect(on.window.faults).toEqual([]);
  });
});

describe('a list', () => {
  it('is searched, filtered by tags, and changed many at a time', async () => {
    const { page } = on.window;
    for (const name of ['one', 'two', 'three']) {
      await on.gateway.admin('POST', '/services', {
        name: `many-${name}`,
        host: 'many.example',
        tags: [name === 'two' ? 'even' : 'odd'],
      });
    }
    await page.goto('/services');
    await page.getByLabel('Search Services').fill('many');
    await page.getByText('3 of 4 services').waitFor();
    await page.getByRole('button', { name: 'Sort by Name' }).click();
    await page.getByLabel('Select all that are shown').click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('3 records changed').waitFor();
    await input(page, 'Only with these tags').fill('odd');
    await page.keyboard.press('Enter');
    await page.getByText('2 services').waitFor();
    await page.getByLabel('Select all that are shown').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('2 records deleted').waitFor();
    expect(on.window.faults).toEqual([]);
  });

  it('of ten thousand consumers is searched with no more of them on the page than are seen', async () => {
    const { page } = on.window;
    const data = Array.from({ length: 10_000 }, (_, number) => ({ username: `many-${number}` }));
    await page.route('**/api/consumers?**', (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get('offset') ?? 0);
      const next = from + 1000 < data.length ? { offset: String(from + 1000) } : {};
      const some = data
        .slice(from, from + 1000)
        .map((record, index) => ({ id: `id-${from + index}`, created_at: 1, ...record }));
      return route.fulfill({ json: { data: some, next: null, ...next } });
    });
    await page.goto('/consumers');
    await page.getByText('10,000 consumers').waitFor();
    const rows = page.getByRole('row');
    const shown = async () => expect(await rows.count()).toBeLessThanOrEqual(1 + 50);
    await shown();
    const busy = await busyFor(page, async () => {
      await page.getByLabel('Search Consumers').pressSequentially('many-9999');
      await page.getByText('1 of 10,000 consumers').waitFor();
      await page.getByLabel('Search Consumers').fill('');
      await page.getByText('10,000 consumers').waitFor();
      await page.getByRole('button', { name: 'Page 200' }).click();
      await page.getByRole('link', { name: 'many-9999' }).scrollIntoViewIfNeeded();
      await shown();
      await page.getByRole('button', { name: 'Sort by Username' }).click();
      await page.getByRole('button', { name: 'Page 1', exact: true }).click();
      await page.getByRole('link', { name: 'many-0' }).scrollIntoViewIfNeeded();
      await shown();
    });
    console.log(`16 things done with 10,000 consumers: ${Math.round(busy * 1000)} ms of computing`);
    await page.unroute('**/api/consumers?**');
  });

  it('of targets knows how they are, and marks them', async () => {
    const { page } = on.window;
    await on.gateway.admin('PATCH', `/upstreams/${ids.upstream}`, {
      healthchecks: { passive: { unhealthy: { http_failures: 3 } } },
    });
    await on.gateway.admin('POST', `/upstreams/${ids.upstream}/targets`, { target: '127.0.0.1:9' });
    await page.goto(`/upstreams/${ids.upstream}/targets`);
    await page.getByText('Healthy', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Health of 127.0.0.1:9' }).click();
    await page.getByRole('menuitem', { name: 'Mark as unhealthy' }).click();
    await page.getByText('Unhealthy', { exact: true }).waitFor();
    expect(on.window.faults).toEqual([]);
  });
});

it('everything is found by its name with Ctrl-K', async () => {
  const { page } = on.window;
  await page.goto('/services');
  await page.getByRole('heading', { level: 1 }).waitFor();
  // Records that come in after something was typed are found as well.
  let isTyped = false;
  await page.route('**/api/upstreams?size=1000', async (route) => {
    await eventually(async () => isTyped);
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search pages and records…').fill('base.internal');
  await page.getByText('Nothing found').waitFor();
  isTyped = true;
  await page
    .getByRole('button', { name: /base\.internal/ })
    .or(page.getByRole('option', { name: /base\.internal/ }))
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'base.internal', level: 1 }).waitFor();
});
