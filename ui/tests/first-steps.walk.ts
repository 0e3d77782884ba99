/** A new gateway greets with three steps that end with a 401 and a 200. */

import { expect, it } from 'vitest';
import { barriers, input, openWindow, picture } from './browser';
import { eventually, startGateway } from './gateway';
import { stage } from './stage';

const on = stage();

/** The request in a line of curl, as it would be sent. */
async function asked(section: string): Promise<number> {
  const line = (await on.window.page.getByRole('region', { name: section }).locator('pre').textContent()) ?? '';
  const url = /'(http[^']+)'/.exec(line)?.[1] ?? '';
  const token = /Authorization: ([^']+)'/.exec(line)?.[1];
  return (await fetch(url, { headers: token ? { Authorization: token } : {} })).status;
}

it('a new gateway is begun with in three steps', async () => {
  const { page } = on.window;
  await page.goto('/');
  await page.getByRole('heading', { name: 'First steps', level: 1 }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'first-steps');
  await input(page, 'Address of your API').fill(`http://${on.gateway.origin.host}:${on.gateway.origin.port}`);
  await page.getByRole('button', { name: 'Make service and route' }).click();
  await page.getByText('Everybody may use /hello now').waitFor();
  await eventually(async () => (await asked('As a line of curl')) === 200);
  await page.getByRole('button', { name: 'Ask for tokens' }).click();
  await page.getByRole('region', { name: 'With a token: 200' }).waitFor();
  await eventually(async () => (await asked('Without a token: 401')) === 401);
  expect(await asked('With a token: 200')).toBe(200);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'first-steps-done');
});

it('the token can be read at once', async () => {
  const { page } = on.window;
  await page.getByRole('link', { name: 'Read the token in the JWT studio' }).click();
  await page.getByText('This token is accepted').waitFor();
});

it('who has something to serve is not greeted again', async () => {
  const { page } = on.window;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  expect(on.window.faults).toEqual([]);
});

it('what half works is taken back', async () => {
  const { page } = on.window;
  await page.goto('/first-steps');
  await input(page, 'Address of your API').fill('http://127.0.0.1:1');
  await input(page, 'Path at the gateway').fill('no path');
  await page.getByRole('button', { name: 'Make service and route' }).click();
  await page.getByRole('alert').waitFor();
  await page.goto('/services');
  await page.getByText('1 service', { exact: true }).waitFor();
});

it('a gateway without a database gets a file to begin with', async () => {
  const without = await startGateway({ GIBBON_DATABASE: 'off' });
  const { page, faults } = await openWindow(on.browser, without.manager);
  try {
    await page.goto('/');
    await page.getByText('This gateway has no database').waitFor();
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'first-steps-declared');
    await page.getByRole('link', { name: 'See what it would change' }).click();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('5 new, 0 changed, 0 deleted, 0 as they are').waitFor();
    expect(faults).toEqual([]);
  } finally {
    await without.stop();
  }
});
