/** The Admin API, on the port that these pages come from. */

import { text } from '../text';
import { admission } from './admission';
import { proofs } from './proofs';

/** What a record is: the JSON of the Admin API. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What the Admin API says against a single field, nested as the record is. */
export type FieldFaults = { [key: string]: FieldFaults | string | (FieldFaults | string | null)[] };

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: FieldFaults = {},
    /** The whole of what was answered. */
    readonly answer: unknown = {},
  ) {
    super(message);
  }
}

/** An answer with the entity tag of the record in it, if it has one. */
export interface Answer<T> {
  body: T;
  tag: string | null;
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: Json;
  /** The state of the record that the user has seen. */
  ifMatch?: string | null;
  signal?: AbortSignal;
  /** An Admin token that is shown with this request alone; it waits for no other. */
  token?: string;
  /** Whether to wait for a token where one is asked for, as is usual, and send it again then. */
  waits?: boolean;
}

/** The address of a path of the Admin API. */
export function address(path: string): URL {
  return new URL(`api${path}`, document.baseURI);
}

/** Asks the Admin API; `path` starts with `/`. */
export async function ask<T = Json>(
  path: string,
  { method = 'GET', body, ifMatch, signal, token, waits = token === undefined }: Ask = {},
): Promise<Answer<T>> {
  const headers = new Headers({ Accept: 'application/json' });
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (ifMatch) headers.set('If-Match', ifMatch);
  const init = { method, headers, body: JSON.stringify(body), signal };
  const response = await (waits ? admitted : inSession)(path, init);
  const answer = response.status === 204 ? null : await parsed(response);
  if (!response.ok) throw refusal(response.status, answer);
  return { body: answer as T, tag: response.headers.get('ETag') };
}

/** Asks for something that comes bit by bit. */
export async function askStream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await admitted(path, { signal });
  if (!response.ok || !response.body) throw refusal(response.status, await parsed(response));
  return response.body;
}

/** Sends a request; where a token is asked for, once more after one was shown. */
async function admitted(path: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const times = admission.times();
    const response = await inSession(path, init);
    if (response.status !== 401) return response;
    const { message } = refusal(response.status, await parsed(response));
    if (times === admission.times()) await admission.wait(message, init.signal);
  }
}

/** Sends a request, with what says whose session it is. */
function inSession(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const proof = proofs.kept();
  if (proof) headers.set('X-Gibbon-Session', proof);
  return reach(address(path), { ...init, headers });
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, text.failures.unreachable);
  }
}

async function parsed(response: Response): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function refusal(status: number, answer: unknown): ApiError {
  const { message, fields } = (answer ?? {}) as { message?: string; fields?: FieldFaults };
  if (status === 412) return new ApiError(status, text.failures.changedMeanwhile);
  return new ApiError(status, message ?? text.failures.status(status), fields, answer ?? {});
}

/** A path of segments, each of which may hold any letter. */
export function pathOf(...segments: string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
