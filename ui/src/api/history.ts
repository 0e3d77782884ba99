/** What was changed through the Admin API, and taking it back. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, type JsonObject } from './client';

/** One write. */
export interface Write {
  revision: number;
  /** In seconds since 1970. */
  at: number;
  who: { token: string | null; peer: string | null };
  method: string;
  path: string;
  entity: { kind: string; id: string; name: string | null } | null;
  /** The revision that it took back. */
  undoes: number | null;
  /** How many records it touched. */
  records: number;
}

export interface RecordChange {
  kind: string;
  id: string;
  before: JsonObject | null;
  after: JsonObject | null;
}

/** Why a write cannot be taken back. */
export interface Conflict {
  kind: string;
  id: string;
  reason: string;
}

const PAGE_SIZE = 50;

/** The newest first. */
export function useHistory() {
  const query = useInfiniteQuery({
    queryKey: ['history'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const parameters = new URLSearchParams({ size: String(PAGE_SIZE), ...(pageParam ? { offset: pageParam } : {}) });
      return (await ask<{ data: Write[]; offset?: string }>(`/history?${parameters}`, { signal })).body;
    },
    getNextPageParam: (page) => page.offset,
    staleTime: 0,
  });
  return { ...query, writes: query.data?.pages.flatMap(({ data }) => data) ?? [] };
}

/** What a write did to each record; that does not change any more. */
export function useRecordChanges(revision: number) {
  return useQuery({
    queryKey: ['write', revision],
    queryFn: async ({ signal }) =>
      (await ask<{ changes: RecordChange[] }>(`/history/${revision}`, { signal })).body.changes,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Puts everything back as it was before a write. */
export function useUndo() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) => ask(`/history/${revision}/undo`, { method: 'POST' }),
    onSuccess: () => queries.invalidateQueries(),
  });
}
