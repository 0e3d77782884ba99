/** Where the gateway asks for a token, it is shown once, and who may only read is offered nothing else. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, input, picture } from './browser';
import { makeToken } from './gateway';
import { stage } from './stage';

const full = makeToken('walk');
const reader = makeToken('screens', '--read-only');

const on = stage({
  settings: { GIBBON_ADMIN_TOKENS: `${full.setting},${reader.setting}` },
});

async function logIn(page: Page, token: string): Promise<void> {
  await input(page, 'Admin token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Both halves of the session that the browser has. */
async function halves(): Promise<{ cookie: string; proof: string }> {
  const cookies = await on.window.page.context().cookies(`${on.gateway.manager}/api/`);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const proof = await on.window.page.evaluate(() => localStorage.getItem('gibbon-session'));
  return { cookie, proof: proof ?? '' };
}

/** Asks with these fields, as somebody would who has come by them. */
const ask = async (method: string, path: string, headers: Record<string, string>) =>
  (await fetch(`${on.gateway.manager}/api${path}`, { method, headers })).status;

it('a token is asked for, and a wrong one is told', async () => {
  const { page } = on.window;
  await page.goto('/services');
  await page.getByRole('heading', { name: 'Log in to Gibbon', level: 1 }).waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'login');
  await logIn(page, 'gibbon_wrong');
  await page.getByText('No such token').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'login-wrong');
});

it('who has shown one is where they wanted to go, and goes on without it, in other windows too', async () => {
  const { page } = on.window;
  await logIn(page, full.token);
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'New service' }).click();
  await input(page, 'Name').fill('made');
  await input(page, 'Host').fill('a.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('was created').first().waitFor();
  const another = await page.context().newPage();
  await another.goto(`${on.gateway.manager}/services`);
  await another.getByRole('link', { name: 'made', exact: true }).waitFor();
  await another.close();
});

it('neither half of a session is enough, and scripts see only one', async () => {
  const { page } = on.window;
  const [kept] = await page.context().cookies(`${on.gateway.manager}/api/`);
  const name = `gibbon_session_${new URL(on.gateway.manager).port}`;
  expect(kept).toMatchObject({ name, httpOnly: true, sameSite: 'Strict', path: '/api' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(full.token);
  const { cookie, proof } = await halves();
  for (const method of ['GET', 'DELETE']) {
    expect(await ask(method, '/services/made', { Cookie: cookie })).toBe(401);
    expect(await ask(method, '/services/made', { 'X-Gibbon-Session': proof })).toBe(401);
  }
  expect(await ask('GET', '/services/made', { Cookie: cookie, 'X-Gibbon-Session': proof })).toBe(200);
});

it('where a session ends, what was typed is still there and is saved after the next login', async () => {
  const { page } = on.window;
  await page.goto('/services/new');
  await input(page, 'Name').fill('typed');
  await input(page, 'Host').fill('typed.example');
  const { cookie, proof } = await halves();
  expect(await ask('DELETE', '/login', { Cookie: cookie, 'X-Gibbon-Session': proof })).toBe(204);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog', { name: 'The session has ended' }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'login-again');
  await logIn(page, full.token);
  await page.getByText('typed was created').waitFor();
  await page.getByRole('heading', { name: 'typed', level: 1 }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

it('who logs out is out', async () => {
  const { page } = on.window;
  const before = await halves();
  await page.getByRole('button', { name: 'Logged in with walk' }).click();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in to Gibbon' }).waitFor();
  expect(await halves()).toEqual({ cookie: '', proof: '' });
  expect(await ask('GET', '/services', { Cookie: before.cookie, 'X-Gibbon-Session': before.proof })).toBe(401);
});

it('who may only read is offered nothing else, and told why', async () => {
  const { page } = on.window;
  await logIn(page, reader.token);
  await page.getByText('Read-only', { exact: true }).waitFor();
  await page.goto('/services');
  await page.getByRole('link', { name: 'made', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'New service' }).count()).toBe(0);
  expect(await page.getByRole('switch', { name: 'Enable made' }).isDisabled()).toBe(true);
  await page.getByRole('link', { name: 'made', exact: true }).click();
  await page.getByRole('heading', { name: 'made', level: 1 }).waitFor();
  expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
  await page.goto('/history');
  await page.getByText('Created').first().waitFor();
  expect(await page.getByRole('button', { name: /^Undo/ }).count()).toBe(0);
  await page.goto('/services/new');
  await page.getByRole('note').getByText('This token may look at everything and change nothing').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'read-only');
  const { cookie, proof } = await halves();
  expect(await ask('DELETE', '/services/made', { Cookie: cookie, 'X-Gibbon-Session': proof })).toBe(403);
});

it('nothing of it was an error', () => {
  // The browser itself says so of every answer that is no success.
  expect(on.window.faults.filter((fault) => !fault.includes('status of 401'))).toEqual([]);
});
