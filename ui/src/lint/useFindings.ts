/** What in the configuration is surely not meant, as the gateway finds it. */

import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client';

export type Severity = 'error' | 'warning' | 'info';

export interface Finding {
  code: string;
  severity: Severity;
  entity: { type: string; id: string; name: string | null };
  message: string;
}

interface Findings {
  /** The worst first. */
  data: Finding[];
  total: number;
}

/** All of them; they are looked for anew after each change that is made here. */
export function useFindings() {
  return useQuery({
    queryKey: ['lint'],
    queryFn: async ({ signal }) => (await ask<Findings>('/lint', { signal })).body,
    staleTime: 60_000,
  });
}

const NONE: Finding[] = [];

/** Those about each record, by its id. */
export function useFindingsById(): (id: string) => Finding[] {
  const { data } = useFindings();
  return (id) => (data ? (byId(data).get(id) ?? NONE) : NONE);
}

/** Sorted once for all that ask. */
const sorted = new WeakMap<Findings, Map<string, Finding[]>>();

function byId(findings: Findings): Map<string, Finding[]> {
  const known = sorted.get(findings);
  if (known) return known;
  const found = new Map<string, Finding[]>();
  for (const finding of findings.data) {
    found.set(finding.entity.id, [...(found.get(finding.entity.id) ?? []), finding]);
  }
  sorted.set(findings, found);
  return found;
}
