// Every package may be used by anybody for anything. What is only a tool, and in no page, may be under the MPL as well:
// it binds whoever changes that tool.
import { readFileSync } from 'node:fs';

const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'];
const FOR_TOOLS = ['MPL-2.0', 'CC-BY-4.0', 'BlueOak-1.0.0', 'Python-2.0'];

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const problems = Object.entries(packages).flatMap(([path, { license = 'none', dev }]) => {
  const allowed = dev ? [...PERMISSIVE, ...FOR_TOOLS] : PERMISSIVE;
  const choices = license.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => allowed.includes(choice)) ? [] : [`${path}: ${license}`];
});
problems.forEach((problem) => {
  console.error(problem);
});
console.log(`${Object.keys(packages).length} packages, ${problems.length} with a licence that is not allowed`);
process.exit(problems.length > 0 ? 1 : 0);
