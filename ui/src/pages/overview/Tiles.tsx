import { Card, SimpleGrid, Text } from '@mantine/core';
import type { Live } from '../../overview/useLive';
import { text } from '../../text';

const MEGABYTE = 1_000_000;

/** Single numbers. */
export function Tiles({ live: { now, rates } }: { live: Live }) {
  const words = text.overview;
  const last = rates.at(-1);
  const tiles = [
    { label: words.perSecond, value: last ? words.rate(last.requests) : '–' },
    { label: words.requests, value: now.requests.toLocaleString('en') },
    { label: words.underWay, value: now.underWay.toLocaleString('en') },
    { label: words.connections, value: now.connections.toLocaleString('en') },
    { label: words.memory, value: words.bytes(now.memory / MEGABYTE) },
    { label: words.revision, value: String(now.revision) },
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
      {tiles.map(({ label, value }) => (
        <Card key={label} withBorder padding="sm" component="section" aria-label={label}>
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          <Text size="xl" fw={700} className="tile-value">
            {value}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}
