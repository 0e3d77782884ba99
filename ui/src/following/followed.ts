/** Requests as they are told of, and which ones are wanted. */

/** As many are kept; older ones go. */
export const KEPT = 200;

export interface Followed {
  id: string;
  /** In seconds since 1970. */
  at: number;
  client_ip: string;
  method: string;
  host: string;
  path: string;
  status: number;
  route: string | null;
  service: string | null;
  consumer: string | null;
  /** In milliseconds. */
  latency: { total: number; gateway: number; upstream: number | null };
  tries: { address: string; connected_in: number | null; failure: number | null }[];
  refused: { by: string | null; reason: string | null } | null;
}

/** What there is to be seen. */
export interface Seen {
  /** The newest first. */
  requests: Followed[];
  /** How many more there were than were told of. */
  missed: number;
}

export const nothing: Seen = { requests: [], missed: 0 };

export function more(seen: Seen, told: Seen): Seen {
  return {
    requests: [...told.requests.toReversed(), ...seen.requests].slice(0, KEPT),
    missed: seen.missed + told.missed,
  };
}

/** What is said of the requests that are wanted; empty where it does not matter. */
export const everything = { route: '', service: '', consumer: '', status: '', method: '', path: '' };

export type Wanted = typeof everything;

/** The path of the stream of those. */
export function pathFor(wanted: Wanted): string {
  const said = Object.entries(wanted).filter(([, value]) => value !== '');
  return `/live/requests?${new URLSearchParams(said)}`;
}
