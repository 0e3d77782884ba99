import { Card, SimpleGrid, Text } from '@mantine/core';
import type { Live } from '../../overview/live';
import { text } from '../../text';

const MEGABYTE = 1_000_000;

/** Single numbers. */
export function Tiles({ live: { node, samples } }: { live: Live }) {
  const words = text.overview;
  const last = samples.at(-1);
  const tiles = [
    { label: words.perSecond, value: last ? words.rate(last.requests) : '–' },
    { label: words.requests, value: node.requests.toLocaleString('en') },
    { label: words.underWay, value: node.under_way.toLocaleString('en') },
    { label: words.connections, value: node.connections.toLocaleString('en') },
    { label: words.memory, value: node.memory === null ? '–' : words.bytes(node.memory / MEGABYTE) },
    { label: words.revision, value: String(node.revision) },
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
