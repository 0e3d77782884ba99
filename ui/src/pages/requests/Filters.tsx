import { Select, SimpleGrid, TextInput } from '@mantine/core';
import type { Wanted } from '../../following/followed';
import { text } from '../../text';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const STATUSES = ['2xx', '3xx', '4xx', '5xx'];
const NAMES = ['route', 'service', 'consumer', 'path'] as const;

/** Which requests are wanted; the gateway itself leaves out the others. */
export function Filters({ wanted, change }: { wanted: Wanted; change: (changed: Partial<Wanted>) => void }) {
  const words = text.following;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
      {NAMES.map((name) => (
        <TextInput
          key={name}
          label={words.filters[name]}
          placeholder={words.any}
          value={wanted[name]}
          onChange={({ currentTarget }) => change({ [name]: currentTarget.value.trim() })}
        />
      ))}
      <Select
        label={words.filters.method}
        placeholder={words.any}
        data={METHODS}
        value={wanted.method || null}
        onChange={(method) => change({ method: method ?? '' })}
        clearable
      />
      <Select
        label={words.filters.status}
        placeholder={words.any}
        data={STATUSES}
        value={wanted.status || null}
        onChange={(status) => change({ status: status ?? '' })}
        clearable
      />
    </SimpleGrid>
  );
}
