/** What the gateway tells while it goes on: server-sent events, which are read by hand since a session is more than a cookie. */

import { ApiError, askStream } from './client';

/** How long is waited before a stream is asked for again, in milliseconds: one that ended, and one that was refused. */
const AGAIN = { ended: 1_000, refused: 5_000 };

export interface Listening {
  /** The names of events, and what becomes of each. */
  take: Record<string, (data: never) => void>;
  /** The stream has come about. */
  begun: () => void;
  /** It is interrupted; with a reason where it was refused. */
  lost: (error?: Error) => void;
}

/**
 * Listens until it is told to stop. Who looks elsewhere does not listen: browsers have few connections for one origin, and
 * all windows share them.
 */
export function listen(path: string, listening: Listening): () => void {
  let looking: AbortController | undefined;
  const look = () => {
    looking?.abort();
    looking = undefined;
    if (document.hidden) return;
    looking = new AbortController();
    void follow(path, listening, looking.signal);
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    looking?.abort();
  };
}

async function follow(path: string, { take, begun, lost }: Listening, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let pause = AGAIN.ended;
    try {
      const stream = await askStream(path, signal);
      if (signal.aborted) return;
      begun();
      await tellAll(stream, take);
      if (!signal.aborted) lost();
    } catch (error) {
      if (signal.aborted) return;
      pause = AGAIN.refused;
      lost(error instanceof ApiError ? error : undefined);
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

async function tellAll(stream: ReadableStream<Uint8Array>, take: Listening['take']): Promise<void> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const { events, rest } = eventsIn(text + value);
    for (const { name, data } of events) take[name]?.(JSON.parse(data) as never);
    text = rest;
  }
}

/** The events that are whole, and the beginning of the next one. */
export function eventsIn(text: string): { events: { name: string; data: string }[]; rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.flatMap((block) => {
    const field = (name: string) => block.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1];
    const [name, data] = [field('event'), field('data')];
    return name && data ? [{ name, data }] : [];
  });
  return { events, rest };
}
