import { text } from '../text';

/** Why a request was refused, in words. */
export function reasonOf(by: string | null, reason: string | null): string {
  const words = reason ? (text.reasons[reason] ?? reason) : text.overview.refusedIt;
  return by ? `${by}: ${words}` : words;
}
