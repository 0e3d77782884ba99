/** What the members of a token mean. */

import type { Json } from '../api/client';
import { text } from '../text';

export interface Meaning {
  words: string;
  /** Whether it keeps the token from being good. */
  isBad?: boolean;
}

/** What a claim says, `now` in seconds since 1970. */
export function meaningOfClaim(name: string, value: Json, now: number): Meaning {
  if (name === 'exp' || name === 'nbf' || name === 'iat') return meaningOfTime(name, value, now);
  return { words: text.studio.registered[name] ?? text.studio.ownClaim };
}

function meaningOfTime(name: 'exp' | 'nbf' | 'iat', value: Json, now: number): Meaning {
  if (typeof value !== 'number') return { words: text.studio.noTime, isBad: name !== 'iat' };
  const distance = spanOf(Math.abs(value - now));
  const { past, future } = text.studio.times[name];
  const isPast = value <= now;
  return { words: (isPast ? past : future)(distance), isBad: name === 'iat' ? false : isPast === (name === 'exp') };
}

export function meaningOfHeader(name: string, value: Json): Meaning {
  if (name === 'alg') {
    const isNone = String(value).toLowerCase() === 'none';
    return { words: isNone ? text.studio.unsigned : text.studio.algorithm(String(value)), isBad: isNone };
  }
  return { words: text.studio.headers[name] ?? text.studio.ownHeader };
}

const UNITS: [number, keyof typeof text.studio.units][] = [
  [31_557_600, 'year'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** A time in the largest unit that it holds at least once. */
export function spanOf(seconds: number): string {
  const [length, unit] = UNITS.find(([unitLength]) => seconds >= unitLength) ?? [1, 'second' as const];
  return text.studio.units[unit](Math.floor(seconds / length));
}
