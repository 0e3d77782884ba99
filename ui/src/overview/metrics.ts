/** What the gateway counts, in the text format of Prometheus. */

/** One line of the text. */
export interface Line {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The lines of those names; the others are not even taken apart. */
export function linesOf(text: string, names: ReadonlySet<string>): Line[] {
  return text.split('\n').flatMap((line) => {
    const end = line.search(/[{ ]/);
    if (end < 1 || !names.has(line.slice(0, end))) return [];
    const close = line.lastIndexOf('}');
    const value = Number(line.slice(Math.max(close, end - 1) + 1));
    return [{ name: line.slice(0, end), labels: labelsIn(line.slice(end + 1, close)), value }];
  });
}

function labelsIn(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value?.replaceAll(/\\(.)/g, unescaped)]));
}

const unescaped = (_: string, letter: string) => (letter === 'n' ? '\n' : letter);
