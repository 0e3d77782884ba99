/** A token in its compact form (RFC 7515 section 7.1), taken apart. */

import type { JsonObject } from '../api/client';
import { isObject } from '../forms/values';
import { text } from '../text';

export interface Decoded {
  /** As it was signed. */
  token: string;
  header: JsonObject;
  claims: JsonObject;
}

/** The parts of a token, or why there are none. A header line around it does no harm. */
export function decode(pasted: string): Decoded | { fault: string } {
  const token = pasted
    .replaceAll(/\s+/g, ' ')
    .replace(/^.*\bbearer /i, '')
    .replaceAll(' ', '');
  const parts = token.split('.');
  if (parts.length === 5) return { fault: text.studio.encrypted };
  if (parts.length !== 3) return { fault: text.studio.noToken(parts.length) };
  const [head = '', body = '', signature = ''] = parts;
  const header = objectIn(head);
  if (!header) return { fault: text.studio.unreadable(text.studio.header) };
  const claims = objectIn(body);
  if (!claims) return { fault: text.studio.unreadable(text.studio.claims) };
  if (!/^[\w-]*$/.test(signature)) return { fault: text.studio.unreadable(text.studio.signature) };
  return { token, header, claims };
}

function objectIn(part: string): JsonObject | undefined {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What base64url stands for; what stands outside of its letters is an error. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
