import { defineConfig } from 'vitest/config';

// The walks: a browser, a gateway with these pages in it, and something behind it, for each file its own.
export default defineConfig({
  test: {
    include: ['tests/**/*.walk.ts'],
    maxWorkers: 2,
    // Long enough for machines that do much else: what is there is not waited for.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 45_000, interval: 100 } },
  },
});
