/** The schemas of entities and plugins, which do not change while a gateway runs. */

import { useQuery } from '@tanstack/react-query';
import { combine, type Schema } from '../forms/schema';
import { ask, pathOf } from './client';

export function useSchema(name: string) {
  return useQuery({
    queryKey: ['schema', name],
    queryFn: () => fetchSchema(name),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The schema of a plugin: what all plugins have, and what this one has or sees otherwise. */
export function usePluginSchema(plugin: string) {
  return useQuery({
    queryKey: ['schema', 'plugins', plugin],
    queryFn: async () => {
      const [general, own] = await Promise.all([fetchSchema('plugins'), fetchSchema(`plugins${pathOf(plugin)}`)]);
      return combine(general, own);
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: plugin !== '',
  });
}

/** The schema of a vault: what all vaults have, and what this kind has. */
export function useVaultSchema(kind: string) {
  return useQuery({
    queryKey: ['schema', 'vaults', kind],
    queryFn: async () => {
      const [general, own] = await Promise.all([fetchSchema('vaults'), fetchSchema(`vaults${pathOf(kind)}`)]);
      return combine(general, own);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function fetchSchema(name: string): Promise<Schema> {
  return (await ask<Schema>(`/schemas/${name}`)).body;
}
