/** The last minutes and what comes behind them, while it is looked at. */

import { useEffect, useState } from 'react';
import { listen } from '../api/events';
import { after, type Live, type Told } from './live';

export interface Listened {
  live?: Live;
  /** Whether nothing is heard at the moment. */
  isLost: boolean;
  /** Why, where the gateway tells. */
  error?: Error;
}

export function useLive(): Listened {
  const [listened, setListened] = useState<Listened>({ isLost: false });
  useEffect(() => {
    const taking = (what: Told['what']) => (data: never) =>
      setListened((known) => ({ ...known, live: after(known.live, { what, data }) }));
    return listen('/live/overview', {
      take: { past: taking('past'), now: taking('now'), around: taking('around') },
      begun: () => setListened(({ live }) => ({ live, isLost: false })),
      lost: (error) => setListened(({ live }) => ({ live, isLost: true, error })),
    });
  }, []);
  return listened;
}
