import { useEffect, useState } from 'react';
import { listen } from '../api/events';
import { more, nothing, pathFor, type Seen, type Wanted } from './followed';

export type State = 'waiting' | 'following' | 'lost';

/** Follows requests while it is not paused. What was seen stays. */
export function useFollowing(wanted: Wanted, isPaused: boolean) {
  const [seen, setSeen] = useState<Seen>(nothing);
  const [state, setState] = useState<State>('waiting');
  const [error, setError] = useState<Error>();
  const path = pathFor(wanted);
  useEffect(() => {
    if (isPaused) return;
    setState('waiting');
    const becomes = (state: State) => (error?: Error) => {
      setState(state);
      setError(error);
    };
    return listen(path, {
      take: { requests: (told: Seen) => setSeen((seen) => more(seen, told)) },
      begun: () => becomes('following')(),
      lost: becomes('lost'),
    });
  }, [path, isPaused]);
  return { seen, state, error, forget: () => setSeen(nothing) };
}
