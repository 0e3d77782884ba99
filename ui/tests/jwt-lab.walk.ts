/** The JWT lab by clicks alone: from an open route to one that lets in whoever has a token. */

import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { choose, input, picture } from './browser';
import { stage } from './stage';

const on = stage();

const through = (token?: string) =>
  fetch(`${on.gateway.proxy}/lab/hello`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });

it('a service and a route make something that everybody may use', async () => {
  const { page } = on.window;
  await page.goto('/services');
  await page.getByRole('link', { name: 'New service' }).click();
  await input(page, 'Name').fill('lab');
  await input(page, 'Host').fill(on.gateway.origin.host);
  await input(page, 'Port').fill(String(on.gateway.origin.port));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'lab', level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'Routes' }).click();
  await page.getByRole('link', { name: 'New route' }).click();
  await input(page, 'Name').fill('lab-route');
  await input(page, 'Paths').fill('/lab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'lab-route' }).waitFor();
  expect((await through()).status).toBe(200);
});

it('the plugin jwt asks for a token that expires', async () => {
  const { page } = on.window;
  await page.getByRole('navigation').getByRole('link', { name: 'Plugins' }).click();
  await page.getByRole('link', { name: 'New plugin' }).click();
  await page.getByLabel('Search plugins').fill('jwt');
  await picture(page, 'plugins-new');
  await page.getByRole('main').getByRole('link', { name: /^JWT/ }).click();
  await input(page, 'Instance name').fill('lab-jwt');
  await choose(page, 'Claims to verify', 'exp');
  await page.keyboard.press('Escape');
  await input(page, 'Key claim name').fill('iss');
  await input(page, 'Maximum expiration').fill('3600');
  await picture(page, 'plugins-new-jwt');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'lab-jwt', level: 1 }).waitFor();
  expect((await through()).status).toBe(401);
});

it('a consumer with a credential is known by a token that it verifies', async () => {
  const { page } = on.window;
  await page.getByRole('navigation').getByRole('link', { name: 'Consumers' }).click();
  await page.getByRole('link', { name: 'New consumer' }).click();
  await input(page, 'Username').fill('ada');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'ada', level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'JWT' }).click();
  await page.getByRole('link', { name: 'New JWT credential' }).click();
  await input(page, 'Key').fill('lab-issuer');
  await choose(page, 'Algorithm', 'HS256');
  await input(page, 'Secret').fill('a-secret-of-the-lab');
  await picture(page, 'consumers-jwt-new');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'lab-issuer' }).waitFor();

  const secret = new TextEncoder().encode('a-secret-of-the-lab');
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('lab-issuer')
    .setExpirationTime('10m')
    .sign(secret);
  const answer = await through(token);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ consumer: 'ada' });
  expect((await through(`${token}x`)).status).toBe(401);
  const distant = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('lab-issuer')
    .setExpirationTime('2h')
    .sign(secret);
  expect((await through(distant)).status).toBe(401);
});

it('a rule between two fields is told before anything is sent', async () => {
  const { page } = on.window;
  await page.goto('/plugins/new/jwt');
  await input(page, 'Maximum expiration').fill('60');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Because of maximum_expiration, this has to be a list with exp').waitFor();
});

it('nothing of it was an error', () => {
  expect(on.window.faults).toEqual([]);
});
