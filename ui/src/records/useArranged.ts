/** Records in the order and the selection that somebody asked for. */

import { useMemo, useState } from 'react';
import type { RecordBody } from '../api/records';
import type { Column } from '../entities/entity';
import { sortable } from './values';

export interface Order {
  field: string;
  direction: 'ascending' | 'descending';
}

export interface Arranged {
  rows: RecordBody[];
  order?: Order;
  sortBy: (field: string) => void;
  page: number;
  setPage: (page: number) => void;
}

export function useArranged(records: RecordBody[], columns: Column[], search: string): Arranged {
  const [order, setOrder] = useState<Order>();
  const [page, setPage] = useState(1);
  const texts = useMemo(() => records.map((record) => JSON.stringify(record).toLowerCase()), [records]);
  const rows = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = records.filter((_, index) => words.every((word) => texts[index]?.includes(word)));
    const column = columns.find(({ field }) => field === order?.field);
    return column && order ? sorted(found, column, order) : found;
  }, [records, texts, columns, search, order]);
  const sortBy = (field: string) => {
    const again = order?.field === field && order.direction === 'ascending';
    setOrder({ field, direction: again ? 'descending' : 'ascending' });
  };
  const last = Math.max(1, Math.ceil(rows.length / 50));
  return { rows, order, sortBy, page: Math.min(page, last), setPage };
}

function sorted(records: RecordBody[], column: Column, { direction }: Order): RecordBody[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const keyed = records.map((record) => ({ record, key: sortable(column, record) }));
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ record }) => record);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Numbers by their size, all else as people sort it. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}
