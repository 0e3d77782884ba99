/**
 * Schemas hold patterns of Lua (manual of Lua 5.1, section 5.4.1). The simple ones, which are nearly all, mean the same as
 * a regular expression; of the others only the gateway decides.
 */

const CLASSES: Record<string, string> = {
  a: 'A-Za-z',
  d: '0-9',
  l: 'a-z',
  s: '\\s',
  u: 'A-Z',
  w: 'A-Za-z0-9',
  x: '0-9A-Fa-f',
};

const SPECIAL = /[\\^$.|?*+(){}[\]/]/;

const literally = (letter: string) => (SPECIAL.test(letter) ? `\\${letter}` : letter);

/** The regular expression of a pattern, or nothing where there is no simple one. */
export function regexOf(pattern: string): RegExp | undefined {
  let source = '';
  let inSet = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    const piece = letter === '%' ? escaped(pattern.charAt(at + 1), inSet) : plain(letter, inSet);
    if (piece === undefined) return undefined;
    if (letter === '%') at += 1;
    else if (letter === '[' && !inSet) inSet = true;
    else if (letter === ']') inSet = false;
    source += piece;
  }
  return compiled(source);
}

/** What stands behind `%`: a class, or a letter that means itself. Captures, balances and frontiers are not simple. */
function escaped(letter: string, inSet: boolean): string | undefined {
  const members = CLASSES[letter];
  if (members) return inSet ? members : `[${members}]`;
  const complement = CLASSES[letter.toLowerCase()];
  if (complement) return inSet ? undefined : `[^${complement}]`;
  return /[A-Za-z0-9]/.test(letter) || letter === '' ? undefined : literally(letter);
}

function plain(letter: string, inSet: boolean): string {
  if (inSet) return letter === '\\' || letter === '[' ? `\\${letter}` : letter;
  // Behind an item, `-` asks for as few as possible.
  if (letter === '-') return '*?';
  return '\\|{}/'.includes(letter) ? `\\${letter}` : letter === '.' ? '[^]' : letter;
}

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** Whether a text matches; a pattern that is not understood refuses nothing. */
export function matches(value: string, pattern: string): boolean {
  return regexOf(pattern)?.test(value) ?? true;
}
