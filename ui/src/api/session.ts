/** Who one is: a token is shown once, and a session goes on without it. */

import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { admission } from './admission';
import { ApiError, ask } from './client';
import { proofs } from './proofs';

export interface Session {
  /** The name of the token; none where nobody is asked for one. */
  token: string | null;
  access: 'full' | 'read-only';
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => (await ask<Session>('/login', { signal })).body,
  staleTime: 60_000,
});

export function useSession() {
  return useQuery(sessionQuery);
}

/** Whether somebody may do more than look. What they may is decided by the gateway; this is for not offering it in vain. */
export function useMayChange(): boolean {
  return useSession().data?.access !== 'read-only';
}

/** Why a token has to be shown before anything goes on; null while that is not so. */
export function useTokenNeeded(): string | null {
  return useSyncExternalStore(admission.subscribe, admission.reason);
}

/** Logging in: what was waiting for it goes on. */
export function useLogin() {
  const queries = useQueryClient();
  return async (token: string) => {
    const { body } = await ask<Session & { proof?: string }>('/login', { method: 'POST', token });
    const { proof, ...session } = body;
    if (proof) proofs.keep(proof);
    queries.setQueryData<Session>(sessionQuery.queryKey, session);
    admission.grant();
  };
}

/** Logging out: the page begins anew, so that nothing of what was seen stays in the browser's memory. */
export async function logout(): Promise<void> {
  try {
    await ask('/login', { method: 'DELETE', waits: false });
  } catch (error) {
    // A session that has ended already is as good.
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
  proofs.forget();
  location.reload();
}

/** Who logs in or out in one window does so in all of them. */
export function useOtherWindows(): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      proofs.follow((proof) => {
        if (proof) admission.grant();
        void queries.invalidateQueries(sessionQuery);
      }),
    [queries],
  );
}
