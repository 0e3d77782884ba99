import { defineConfig } from 'vitest/config';

// The walks: a browser, a gateway with these pages in it, and something behind it, for each file its own.
export default defineConfig({
  test: {
    include: ['tests/**/*.walk.ts'],
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
