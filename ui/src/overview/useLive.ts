/** The last minutes, as long as these pages are open. */

import { useQuery } from '@tanstack/react-query';
import { askText } from '../api/client';
import { type Counts, countsOf, type Rates, ratesOf } from './samples';

/** How far back is remembered, in milliseconds. */
const REMEMBERED = 15 * 60_000;

/** How often is asked, in milliseconds; more seldom where an answer takes long. */
const EVERY = 2_000;

/** How much of the time the gateway may spend with answering, at most. */
const SHARE = 0.05;

export interface Live {
  now: Counts;
  rates: Rates[];
}

/** Kept outside of the page, so that it is there when somebody comes back to it. */
let last: Counts | undefined;
let rates: Rates[] = [];
let pause = EVERY;

async function sample(signal: AbortSignal): Promise<Live> {
  const asked = Date.now();
  const text = await askText('/metrics', signal);
  const now = countsOf(text, Date.now());
  pause = Math.max(EVERY, (now.at - asked) / SHARE);
  const oldest = (now.at - REMEMBERED) / 1000;
  if (last) rates = [...rates.filter(({ at }) => at > oldest), ratesOf(last, now)];
  last = now;
  return { now, rates };
}

/** Asks again and again while it is looked at. */
export function useLive() {
  return useQuery({
    queryKey: ['live'],
    queryFn: ({ signal }) => sample(signal),
    refetchInterval: () => pause,
    staleTime: 0,
    structuralSharing: false,
  });
}
