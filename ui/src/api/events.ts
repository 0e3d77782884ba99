/** What the gateway tells while it goes on: server-sent events. */

import { address, ask } from './client';

/** How long is waited before a stream that was refused is asked for again, in milliseconds. */
const AGAIN = 5_000;

export interface Listening {
  /** The names of events, and what becomes of each. */
  take: Record<string, (data: never) => void>;
  /** The stream has come about. */
  begun: () => void;
  /** It is interrupted; with a reason where the gateway tells one. */
  lost: (error?: Error) => void;
}

/**
 * Listens until it is told to stop. Who looks elsewhere does not listen: browsers have few connections for one origin, and
 * all windows share them.
 */
export function listen(path: string, { take, begun, lost }: Listening): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    source?.close();
    clearTimeout(again);
    source = undefined;
  };
  const open = () => {
    close();
    const opened = new EventSource(address(path));
    source = opened;
    opened.onopen = begun;
    for (const [name, tell] of Object.entries(take)) {
      opened.addEventListener(name, ({ data }) => tell(JSON.parse(data) as never));
    }
    opened.onerror = () => {
      // An interruption is mended by the browser; an answer that is no stream is not.
      if (opened.readyState !== EventSource.CLOSED) return lost();
      // Who has to show a token is asked for it by this.
      const asked = ask('/').then(
        () => lost(),
        (error: Error) => lost(error),
      );
      void asked.then(() => {
        if (source === opened) again = setTimeout(open, AGAIN);
      });
    };
  };
  const look = () => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    close();
  };
}
