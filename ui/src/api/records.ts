/** Records of the Admin API, kept as long as they are fresh. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Answer, ask, type JsonObject, pathOf } from './client';

/** A record with what all of them have. */
export type RecordBody = JsonObject & { id: string };

interface Page {
  data: RecordBody[];
  offset?: string;
}

const PAGE_SIZE = 1000;

/** More is fetched only when it is asked for: a browser should not hold a million records. */
const FETCHED_UNASKED = 20_000;

/** All records below a path, fetched page after page; search and sorting then need no server. */
export function useRecords(path: string, tags: string[] = []) {
  const query = useInfiniteQuery({
    queryKey: ['records', path, tags],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => (await ask<Page>(pageAddress(path, tags, pageParam), { signal })).body,
    getNextPageParam: (page) => page.offset,
  });
  const records = query.data?.pages.flatMap((page) => page.data) ?? [];
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  const goesOn = hasNextPage && !isFetchingNextPage && !isError && records.length < FETCHED_UNASKED;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  return { ...query, records };
}

function pageAddress(path: string, tags: string[], offset?: string): string {
  const parameters = new URLSearchParams({ size: String(PAGE_SIZE) });
  if (tags.length > 0) parameters.set('tags', tags.join(','));
  if (offset) parameters.set('offset', offset);
  return `${path}?${parameters}`;
}

/** One record, with the entity tag of the state that is shown. */
export function useRecord(path: string) {
  return useQuery({
    queryKey: ['record', path],
    queryFn: ({ signal }) => ask<RecordBody>(path, { signal }),
  });
}

/** What `GET /` tells about the gateway. */
export interface NodeInfo {
  version: string;
  gibbon?: { version: string };
  hostname: string;
  node_id: string;
  plugins: { available_on_server: Record<string, unknown> };
  configuration: {
    database: string;
    router_flavor: string;
    proxy_listeners: { ssl: boolean; port: number; ip: string }[];
  };
}

export function useNode() {
  return useQuery({
    queryKey: ['node'],
    queryFn: async ({ signal }) => (await ask<NodeInfo>('/', { signal })).body,
    staleTime: 60_000,
  });
}

export interface Write {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: JsonObject;
  ifMatch?: string | null;
}

/** A change; whatever may look different after it is fetched anew. */
export function useWrite() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body, ifMatch }: Write): Promise<Answer<RecordBody>> =>
      ask<RecordBody>(path, { method, body, ifMatch }),
    onSuccess: (_, { method, path }) => {
      if (method === 'DELETE') queries.removeQueries({ queryKey: ['record', path] });
      return queries.invalidateQueries({ predicate: ({ queryKey }) => KINDS_THAT_CHANGE.includes(queryKey[0]) });
    },
  });
}

const KINDS_THAT_CHANGE: unknown[] = ['records', 'record', 'health', 'lint'];

/** The path of a record below a collection. */
export function recordPath(collection: string, id: string): string {
  return `${collection}${pathOf(id)}`;
}
