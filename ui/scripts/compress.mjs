// Puts a compressed copy beside each file that gets smaller by it: the gateway serves these as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const site = new URL('../dist/site', import.meta.url).pathname;

for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
  // The first page is written anew for each request.
  if (!entry.isFile() || entry.name === 'manifest.json' || !/\.(js|css|svg|json)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const copies = {
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: gzipSync(plain, { level: 9 }),
  };
  for (const [kind, bytes] of Object.entries(copies)) {
    if (bytes.length < plain.length * 0.9) writeFileSync(`${path}.${kind}`, bytes);
  }
}
