/** The JWT studio: a token is made, read, and told why it fails. */

import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { barriers, choose, input, picture } from './browser';
import { eventually } from './gateway';
import { stage } from './stage';

const SECRET = 'a-secret-that-is-long-enough-for-hs256';

const on = stage({
  furnish: async (gateway) => {
    const { host, port } = gateway.origin;
    await gateway.admin('POST', '/services', { name: 'api', host, port });
    await gateway.admin('POST', '/services/api/routes', { name: 'api', paths: ['/api'] });
    await gateway.admin('POST', '/plugins', { name: 'jwt', config: { claims_to_verify: ['exp'] } });
    await gateway.admin('POST', '/consumers', { username: 'ann' });
    await gateway.admin('POST', '/consumers/ann/jwt', { key: 'issuer-of-ann', secret: SECRET });
  },
});

const status = async (token: string) =>
  (await fetch(`${on.gateway.proxy}/api`, { headers: { Authorization: `Bearer ${token}` } })).status;

const minted = async () =>
  (await on.window.page.getByRole('region', { name: 'Token' }).locator('pre').textContent()) ?? '';

it('a token that is made there is let in', async () => {
  const { page } = on.window;
  await page.goto('/jwt-studio?tab=mint');
  await input(page, 'More claims (JSON)').fill('{"sub": "ann-1"}');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText(`${on.gateway.proxy}/api`).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-mint');
  const token = await minted();
  await eventually(async () => (await status(token)) === 200);
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByText('This token is accepted').waitFor();
  await page
    .getByText(/Good for another (10|9) minutes/)
    .first()
    .waitFor();
  await page.getByText('ann-1').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-read');
});

it('tells why a token fails', async () => {
  const { page } = on.window;
  await page.goto('/jwt-studio');
  const now = Math.floor(Date.now() / 1000);
  const sign = (claims: Record<string, unknown>, secret = SECRET) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  const late = await sign({ iss: 'issuer-of-ann', exp: now - 725 });
  await input(page, 'Token').fill(`Authorization: Bearer ${late}`);
  await page.getByText('This token is refused').waitFor();
  await page.getByText('Expired 12 minutes ago').first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-late');
  await input(page, 'Token').fill(await sign({ iss: 'issuer-of-ann', exp: now + 60 }, 'another'));
  await page.getByText('The key of the credential has not made it').waitFor();
  await input(page, 'Token').fill(await sign({ iss: 'nobody', exp: now + 60 }));
  await page.getByText('No credential has the key that iss names: nobody').waitFor();
  await input(page, 'Token').fill('not.a-token');
  await page.getByRole('alert').getByText('this has 2 parts').waitFor();
});

it('tells why a token fails on a route', async () => {
  const { page } = on.window;
  const now = Math.floor(Date.now() / 1000);
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
  await on.gateway.admin('POST', '/services/api/routes', { name: 'orders', methods: ['POST'], paths: ['/orders'] });
  await page.goto('/jwt-studio');
  await input(page, 'Token').fill(await sign({ iss: 'issuer-of-ann', exp: now - 725 }));
  // Once more makes no difference, as where it was offered from the beginning.
  for (let time = 0; time < 2; time += 1) await choose(page, 'Route', 'api');
  await page.getByRole('button', { name: 'Try it' }).click();
  const told = page.getByRole('region', { name: 'What would become of it' });
  await told.getByText('The request would be answered with 401').waitFor();
  await told.getByText('Taken by its path /api').waitFor();
  await told.getByText('Claim exp').waitFor();
  await told
    .getByText(/token expired/)
    .first()
    .waitFor();
  await told.getByText('refuses').waitFor();
  expect(await told.getByText('What would be called').count()).toBe(0);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-refused');

  await input(page, 'Token').fill(await sign({ iss: 'issuer-of-ann', exp: now + 3600 }));
  await told.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Try it' }).click();
  await told.getByText('The request would pass').waitFor();
  await told.getByRole('link', { name: 'ann' }).waitFor();
  await told.getByText(`http://${on.gateway.origin.host}:${on.gateway.origin.port}/`).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-passes');

  await input(page, 'Path').fill('/orders/7');
  await page.getByRole('button', { name: 'Try it' }).click();
  await told.getByText('The request would be answered with 404').waitFor();
  await told.getByText('the request does not fit its methods').waitFor();
  await told.getByText('methods: POST').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-unrouted');
});

it('keys are made, and the public one becomes a credential', async () => {
  const { page } = on.window;
  await page.goto('/jwt-studio?tab=pair');
  await choose(page, 'Algorithm', 'RS256');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('BEGIN PRIVATE KEY').waitFor();
  await choose(page, 'Consumer', 'ann');
  await input(page, 'Key').fill('another-of-ann');
  await page.getByRole('button', { name: 'Make the credential' }).click();
  await page.getByText('The credential was made').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'jwt-studio-pair');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await choose(page, 'Credential', 'another-of-ann (ann, RS256)');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('Authorization: Bearer').first().waitFor();
  const token = await minted();
  await eventually(async () => (await status(token)) === 200);
});

it('nothing of it was an error', () => {
  expect(on.window.faults).toEqual([]);
});
