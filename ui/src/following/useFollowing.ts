import { useEffect, useState } from 'react';
import { listen } from '../api/events';
import { more, nothing, pathFor, type Seen, type Wanted } from './followed';

export type State = 'waiting' | 'following' | 'lost';

/** How it goes with following a path. */
interface Told {
  path?: string;
  state: State;
  error?: Error;
}

const unheard: Told = { state: 'waiting' };

/** Follows requests while it is not paused. What was seen stays. */
export function useFollowing(wanted: Wanted, isPaused: boolean) {
  const [seen, setSeen] = useState<Seen>(nothing);
  const [told, setTold] = useState(unheard);
  const path = pathFor(wanted);
  useEffect(() => {
    if (isPaused) return;
    const becomes = (state: State) => (error?: Error) => setTold({ path, state, error });
    const stop = listen(path, {
      take: { requests: (told: Seen) => setSeen((seen) => more(seen, told)) },
      begun: () => becomes('following')(),
      lost: becomes('lost'),
    });
    return () => {
      stop();
      setTold(unheard);
    };
  }, [path, isPaused]);
  // What was told of one path says nothing of the next.
  const { state, error } = told.path === path ? told : unheard;
  return { seen, state, error, forget: () => setSeen(nothing) };
}
