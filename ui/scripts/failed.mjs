// failed.mjs <results>: the files with a test that failed, by the results of a run as vitest writes them.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { name, status } of testResults) {
  if (status !== 'passed') console.log(relative(process.cwd(), name));
}
