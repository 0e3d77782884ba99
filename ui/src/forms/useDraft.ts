/** A record while it is filled in. */

import { useMemo, useState } from 'react';
import { ApiError, type JsonObject } from '../api/client';
import { type Faults, faultsOf } from './checks';
import { refusalOf } from './faults';
import type { Schema } from './schema';
import { changes, isObject, type Path, valueAt } from './values';

/** What the gateway said against the last state that was sent. */
interface Refused {
  fields: Faults;
  message: string;
  of: JsonObject;
}

const NOTHING: Refused = { fields: {}, message: '', of: {} };

export function useDraft(schema: Schema, before: JsonObject) {
  const [value, setValue] = useState(before);
  const [isSent, setSent] = useState(false);
  const [refused, setRefused] = useState(NOTHING);
  const found = useMemo(() => faultsOf(schema, value), [schema, value]);
  const faults = { ...stillRefused(refused, value), ...(isSent ? found : onlyTyped(found, before, value)) };
  return {
    value,
    setValue,
    faults,
    message: refused.message,
    changes: useMemo(() => changes(before, value), [before, value]),
    /** Whether it may be sent; from now on everything that is missing is told as well. */
    check: () => {
      setSent(true);
      setRefused(NOTHING);
      return Object.keys(found).length === 0;
    },
    refuse: (error: unknown) => {
      const fields = error instanceof ApiError ? refusalOf(error.fields) : { fields: {}, whole: [] };
      const message = error instanceof Error ? error.message : String(error);
      setRefused({ fields: fields.fields, message: [...fields.whole, message][0] ?? message, of: value });
    },
  };
}

const pathOfKey = (key: string): Path => key.split('.');

/** What the gateway refused stays marked until it is changed. */
function stillRefused(refused: Refused, value: JsonObject): Faults {
  const same = (key: string) =>
    JSON.stringify(valueAt(refused.of, pathOfKey(key))) === JSON.stringify(valueAt(value, pathOfKey(key)));
  return Object.fromEntries(Object.entries(refused.fields).filter(([key]) => same(key)));
}

/** Nobody is blamed for what they have not come to yet. */
function onlyTyped(faults: Faults, before: JsonObject, value: JsonObject): Faults {
  const isTyped = (key: string) => {
    const now = valueAt(value, pathOfKey(key));
    const isThere = now !== undefined && now !== null && now !== '' && !isObject(now);
    return isThere && JSON.stringify(now) !== JSON.stringify(valueAt(before, pathOfKey(key)));
  };
  return Object.fromEntries(Object.entries(faults).filter(([key]) => isTyped(key)));
}
