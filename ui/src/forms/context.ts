/** What the fields of one form share. */

import { createContext, useContext } from 'react';
import type { Json } from '../api/client';
import type { Faults } from './checks';
import { keyOf, type Path, valueAt } from './values';

export interface FormState {
  /** The name of the schema, by which hints are found. */
  schema: string;
  value: Json;
  faults: Faults;
  /** Whether an existing record is changed, so that null takes a value away. */
  isEdit: boolean;
  set: (path: Path, value: Json | undefined) => void;
}

const empty: FormState = { schema: '', value: {}, faults: {}, isEdit: false, set: () => undefined };

export const FormContext = createContext<FormState>(empty);

export function useForm(): FormState {
  return useContext(FormContext);
}

/** One value, and what is wrong with it. */
export function useValue(path: Path) {
  const { value, faults, set } = useForm();
  const fault = faults[keyOf(path)];
  return { value: valueAt(value, path), fault, set: (now: Json | undefined) => set(path, now) };
}

/** What is wrong with a list: the list itself, or the first of its elements that is. */
export function useListFault(path: Path): string | undefined {
  const { faults } = useForm();
  const key = keyOf(path);
  if (faults[key]) return faults[key];
  const inner = Object.entries(faults).find(([other]) => other.startsWith(`${key}.`));
  return inner?.[1];
}
