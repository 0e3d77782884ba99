import { SimpleGrid, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import type { ChartProps, Curve } from '../../overview/Chart';
import type { Sample } from '../../overview/live';
import { text } from '../../text';
import { Titled } from './Titled';

const Chart = lazy(() => import('../../overview/Chart'));

/** From 2xx on. */
const COLOURS = ['teal-6', 'blue-6', 'orange-6', 'red-6'];

/** What goes on, over time. */
export function Charts({ samples }: { samples: Sample[] }) {
  const words = text.overview;
  const curve = (label: string, colour: string, of: (sample: Sample) => number | null): Curve => ({
    label,
    colour,
    values: samples.map(of),
  });
  return (
    <>
      <Lines title={words.perSecond} samples={samples} shown={words.rate}>
        {[curve(words.perSecond, 'cyan-7', ({ requests }) => requests)]}
      </Lines>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Lines title={words.statuses} samples={samples} shown={words.rate}>
          {COLOURS.map((colour, index) =>
            curve(words.classes[index + 1] ?? '', colour, ({ classes }) => classes[index + 1] ?? null),
          )}
        </Lines>
        <Lines title={words.latency} samples={samples} shown={words.milliseconds}>
          {[
            curve(words.p50, 'teal-6', ({ latency }) => latency?.p50 ?? null),
            curve(words.p95, 'orange-6', ({ latency }) => latency?.p95 ?? null),
            curve(words.p99, 'red-6', ({ latency }) => latency?.p99 ?? null),
          ]}
        </Lines>
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {words.since}
      </Text>
    </>
  );
}

interface LinesProps {
  title: string;
  samples: Sample[];
  shown: ChartProps['shown'];
  children: Curve[];
}

function Lines({ title, samples, shown, children }: LinesProps) {
  const times = useMemo(() => samples.map(({ at }) => at), [samples]);
  return (
    <Titled title={title}>
      <Suspense fallback={<Skeleton height={240} />}>
        <Chart label={text.overview.chart(title)} times={times} curves={children} shown={shown} />
      </Suspense>
    </Titled>
  );
}
