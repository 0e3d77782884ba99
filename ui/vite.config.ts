import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gateway serves the pages below any path, so that addresses are relative to the `<base>` of the first page, which
// the gateway writes. While developing, the Admin API is asked for on its own port.
const gateway = process.env.GIBBON_ADMIN ?? 'http://127.0.0.1:8001';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2022',
    // What has not been asked for yet is fetched when it is: nothing is inlined, as the policy of the pages wants it.
    assetsInlineLimit: 0,
    manifest: '.vite/manifest.json',
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { '/api': { target: gateway, rewrite: (path) => path.replace(/^\/api/, ''), changeOrigin: true } },
  },
  // Keys of RSA take a busy machine long to make.
  test: { include: ['src/**/*.test.{ts,tsx}'], testTimeout: 120_000 },
} as Parameters<typeof defineConfig>[0]);
