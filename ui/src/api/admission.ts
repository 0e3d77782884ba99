/** Requests that were refused for want of a token wait here until one has been shown, and are sent again: nobody loses a page. */

type Listener = () => void;

let reason: string | null = null;
let granted = 0;
let waiting: Listener[] = [];
const listeners = new Set<Listener>();

function tell(why: string | null): void {
  reason = why;
  for (const listener of listeners) listener();
}

export const admission = {
  /** Why somebody is waiting; null where nobody is. */
  reason: (): string | null => reason,
  subscribe: (listener: Listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** How often it was granted: what was sent before the last time may be sent again at once. */
  times: (): number => granted,
  /** Waits until it is granted, unless nobody wants the answer any more. */
  wait: (why: string, signal?: AbortSignal | null): Promise<void> =>
    new Promise((goOn, giveUp) => {
      signal?.addEventListener('abort', () => giveUp(signal.reason), { once: true });
      waiting.push(goOn);
      tell(why);
    }),
  grant: (): void => {
    const all = waiting;
    waiting = [];
    granted += 1;
    tell(null);
    for (const goOn of all) goOn();
  },
};
