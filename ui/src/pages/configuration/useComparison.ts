import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { carryOut, exchange, validate } from '../../declared/carryOut';
import { compare, type Others, type Plan } from '../../declared/compare';
import type { Declaration, Fault } from '../../declared/document';
import { fetchSchemas, fetchState, flat } from '../../declared/state';
import { text } from '../../text';

export interface Comparison {
  faults: Fault[];
  /** What would change; none while something is wrong. */
  plan?: Plan;
  error?: unknown;
  isBusy: boolean;
  /** How many changes have been written, while they are. */
  done?: number;
  /** Why not all of them were. */
  stopped?: string;
  start: () => Promise<void>;
  apply: () => Promise<void>;
}

type Shown = Pick<Comparison, 'faults' | 'plan' | 'error' | 'stopped'> & { declaration?: Declaration };

const NOTHING: Shown = { faults: [] };

/** Compares a file with what the gateway has, and puts it in place. What was found is gone when the file changes. */
export function useComparison(source: string, others: Others, hasDatabase: boolean): Comparison {
  const [shown, setShown] = useState(NOTHING);
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<number>();
  const queries = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown belongs to exactly these
  useEffect(() => setShown(NOTHING), [source, others]);

  const busily = async (work: () => Promise<Shown>) => {
    setBusy(true);
    setShown(await work().catch((error: unknown) => ({ faults: [], error })));
    setBusy(false);
    setDone(undefined);
  };
  const start = () => busily(() => compared(source, others));
  const apply = () =>
    busily(async () => {
      const { plan, declaration } = shown;
      if (!plan || !declaration) return shown;
      const outcome = hasDatabase
        ? await carryOut(plan, setDone)
        : { done: plan.steps.length, faults: await exchange(source, declaration) };
      await queries.invalidateQueries();
      if (outcome.faults.length > 0) {
        return { faults: outcome.faults, stopped: text.declared.stopped(hasDatabase ? outcome.done : 0) };
      }
      notifications.show({ color: 'teal', message: text.declared.applied(outcome.done) });
      return compared(source, others);
    });
  return { ...shown, isBusy, done, start, apply };
}

async function compared(source: string, others: Others): Promise<Shown> {
  // What reads YAML is fetched once there is something to read.
  const { read } = await import('../../declared/document');
  const declaration = read(source);
  if (declaration.faults.length > 0) return { faults: declaration.faults };
  const state = await fetchState();
  const declared = declaration.entries.map(({ kind, record }) => ({ kind: kind.name, record }));
  const schemas = await fetchSchemas([...flat(state), ...declared]);
  const plan = compare(declaration, state, schemas, others);
  const faults = plan.faults.length > 0 ? plan.faults : await validate(plan);
  return faults.length > 0 ? { faults } : { faults, plan, declaration };
}
