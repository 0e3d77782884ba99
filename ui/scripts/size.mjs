// What a browser has to load, in kilobytes of gzip: all that the first page needs, and what each other page adds, with all that
// it fetches while it is used, as the editor. A part of a page, as a tab, is measured with the page around it.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST_LOAD = 350;
const A_PAGE_MORE = 150;

const site = new URL('../dist/site/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', site), 'utf8'));

/** All chunks and styles that come with these, without those that are loaded later. */
function reach(keys, seen = new Set()) {
  for (const key of keys) {
    if (seen.has(key)) continue;
    seen.add(key);
    reach(manifest[key].imports ?? [], seen);
  }
  return seen;
}

function files(keys) {
  return new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
}

const kilobytes = (paths) =>
  [...paths].reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, site)), { level: 9 }).length, 0) / 1000;

const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry);
const first = files(reach(entries));
const firstSize = kilobytes(first);
console.log(`first load: ${firstSize.toFixed(1)} kB of at most ${FIRST_LOAD}`);

const isPage = (key) => key.startsWith('src/pages/');

/** These, and what is loaded later for them; what is a page or a part of one is measured by itself. */
function used(keys) {
  const seen = reach(keys);
  const later = [...seen].flatMap((key) => manifest[key].dynamicImports ?? []).filter((key) => !isPage(key));
  return later.every((key) => seen.has(key)) ? seen : used([...seen, ...later]);
}

let failed = firstSize > FIRST_LOAD;
const pages = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && isPage(key));
const outer = (key) => pages.filter((page) => (manifest[page].dynamicImports ?? []).includes(key));
for (const key of pages) {
  const more = kilobytes([...files(used([key, ...outer(key)]))].filter((path) => !first.has(path)));
  console.log(`${key}: ${more.toFixed(1)} kB more, of at most ${A_PAGE_MORE}`);
  failed ||= more > A_PAGE_MORE;
}
if (pages.length === 0) {
  console.error('no page was found: are they still loaded when they are asked for?');
  failed = true;
}
process.exit(failed ? 1 : 0);
