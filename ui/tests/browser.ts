/** A browser that notes down every error, and what is seen of its pages. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';

const CHROMIUM = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const SCREENSHOTS = process.env.SCREENSHOTS ?? new URL('../screenshots', import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Window {
  page: Page;
  /** What the console said that it should not have. */
  faults: string[];
}

export async function startBrowser(): Promise<Browser> {
  if (!CHROMIUM) throw new Error('Chromium is not installed: apt-get install chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function openWindow(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
      faults.push(`elsewhere: ${request.url()}`);
  });
  return { page, faults };
}

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What keeps somebody out of the page: findings of axe that are serious or worse. */
export async function barriers(page: Page): Promise<string[]> {
  await settled(page);
  // As a script of the page it would be refused, and rightly: it is run from outside.
  await page.evaluate(AXE);
  const found: Violation[] = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: unknown) => Promise<{ violations: Violation[] }> };
    };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const { pathname } = new URL(page.url());
  return serious.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${pathname}: ${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** Waits until nothing is loaded or moves any more: what fades in has no contrast yet. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // What is behind a dialog may be waiting for it.
    const seen = document.querySelector('[role="dialog"]') ?? document.body;
    const loading = seen.querySelector('.mantine-Skeleton-root[data-visible], .mantine-Loader-root');
    const moving = seen.getAnimations({ subtree: true }).filter(({ playState }) => playState === 'running');
    return loading === null && moving.length === 0;
  });
}

/** A picture of the page at two widths, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await settled(page);
    // What slides into its place is given the time.
    const message = `${name} is cut off at ${width}`;
    await expect.poll(() => page.evaluate(overflow), { message, timeout: 10_000 }).toBeLessThanOrEqual(0);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** By how many pixels the page is wider than its window. */
const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

/** How many seconds the page has computed meanwhile: to be printed, for it says as much of the machine as of the page. */
export async function busyFor(page: Page, act: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const computed = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = await computed();
  await act();
  const after = await computed();
  await session.detach();
  return after - before;
}

/** What the page looked like when a walk came to grief. */
export function pictureOfFailure(page: () => Page): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page().screenshot({
      path: join(SCREENSHOTS, `failed-${task.name.replaceAll(/\W+/g, '-')}.png`),
      fullPage: true,
    });
  });
}

/** The input of that name: what marks it as wanted is no part of the name. */
export function input(page: Page, name: string): Locator {
  const named = { name, exact: true };
  const shown = page.getByRole('textbox', named).or(page.getByRole('combobox', named));
  // Passwords have no role.
  return shown.or(page.locator('input[type=password]').and(page.getByLabel(new RegExp(`^${name}( \\*)?$`)))).first();
}

/** Chooses a word from a list that opens. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await input(page, label).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
