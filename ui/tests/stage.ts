/** What all walks of a file have in common: a gateway, a browser, and a window on the manager. */

import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openWindow, pictureOfFailure, startBrowser, type Window } from './browser';
import { type Gateway, startGateway } from './gateway';

export interface Stage {
  gateway: Gateway;
  browser: Browser;
  window: Window;
}

export interface Setting {
  /** Settings of the gateway. */
  settings?: Record<string, string>;
  options?: BrowserContextOptions;
  /** What there is before anybody comes. */
  furnish?: (gateway: Gateway) => Promise<void>;
}

/** Set up before the walks of a file, and cleared away behind them: until then there is nothing in it. */
export function stage({ settings, options, furnish }: Setting = {}): Stage {
  const on = {} as Stage;
  beforeAll(async () => {
    [on.gateway, on.browser] = await Promise.all([startGateway(settings), startBrowser()]);
    on.window = await openWindow(on.browser, on.gateway.manager, options);
    await furnish?.(on.gateway);
  });
  pictureOfFailure(() => on.window.page);
  afterAll(async () => {
    await on.browser?.close();
    await on.gateway?.stop();
  });
  return on;
}
