/** What the Admin API says against a record, by the path of each field. */

import type { FieldFaults } from '../api/client';
import type { Faults } from './checks';
import { keyOf, type Path } from './values';

/** Entity checks stand under this name: they belong to no single field. */
const OF_ENTITY = '@entity';

/** The faults of fields, and those of the whole. */
export interface Refusal {
  fields: Faults;
  whole: string[];
}

export function refusalOf(faults: FieldFaults): Refusal {
  const refusal: Refusal = { fields: {}, whole: [] };
  collect(faults, [], refusal);
  return refusal;
}

function collect(faults: FieldFaults, at: Path, refusal: Refusal): void {
  for (const [name, fault] of Object.entries(faults)) {
    const path = [...at, name];
    if (name === OF_ENTITY) refusal.whole.push(...[fault].flat().map(String));
    else if (typeof fault === 'string') refusal.fields[keyOf(path)] = fault;
    else if (Array.isArray(fault)) collectElements(fault, path, refusal);
    else collect(fault, path, refusal);
  }
}

/** Elements that are right are null; a list may also have more than one fault as a whole. */
function collectElements(faults: (FieldFaults | string | null)[], at: Path, refusal: Refusal): void {
  for (const [index, fault] of faults.entries()) {
    if (typeof fault === 'string') refusal.fields[keyOf([...at, index])] = fault;
    else if (fault) collect(fault, [...at, index], refusal);
  }
}
