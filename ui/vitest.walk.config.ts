import { defineConfig } from 'vitest/config';

// The walks: a browser, a gateway with these pages in it, and something behind it. One file after the other, since each
// starts all three.
export default defineConfig({
  test: {
    include: ['tests/**/*.walk.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
