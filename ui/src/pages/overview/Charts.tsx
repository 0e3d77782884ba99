import { Card, Group, SimpleGrid, Skeleton, Text, Title } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import type { ChartProps, Curve } from '../../overview/Chart';
import { CLASSES, type Rates } from '../../overview/samples';
import type { Live } from '../../overview/useLive';
import { text } from '../../text';
import { NotCounted } from './NotCounted';

const Chart = lazy(() => import('../../overview/Chart'));

const COLOURS: Record<string, string> = { '2': 'teal-6', '3': 'blue-6', '4': 'orange-6', '5': 'red-6' };

/** What goes on, over time. */
export function Charts({ live: { now, rates } }: { live: Live }) {
  const words = text.overview;
  const curve = (label: string, colour: string, of: (rates: Rates) => number | null): Curve => ({
    label,
    colour,
    values: rates.map(of),
  });
  const isCounted = now.classes !== undefined;
  return (
    <>
      <Lines title={words.perSecond} rates={rates} shown={words.rate}>
        {[curve(words.perSecond, 'cyan-7', ({ requests }) => requests)]}
      </Lines>
      {!isCounted && <NotCounted />}
      {isCounted && (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Lines title={words.statuses} rates={rates} shown={words.rate}>
            {CLASSES.map((digit) =>
              curve(words.classes[digit] ?? '', COLOURS[digit] ?? 'gray-6', ({ classes }) => classes[digit] ?? null),
            )}
          </Lines>
          <Lines title={words.latency} rates={rates} shown={words.milliseconds}>
            {[
              curve(words.p50, 'teal-6', ({ p50 }) => p50),
              curve(words.p95, 'orange-6', ({ p95 }) => p95),
              curve(words.p99, 'red-6', ({ p99 }) => p99),
            ]}
          </Lines>
        </SimpleGrid>
      )}
      <Text size="xs" c="dimmed">
        {words.since}
      </Text>
      {now.refusals && <Refusals refusals={now.refusals} />}
    </>
  );
}

interface LinesProps {
  title: string;
  rates: Rates[];
  shown: ChartProps['shown'];
  children: Curve[];
}

function Lines({ title, rates, shown, children }: LinesProps) {
  const times = useMemo(() => rates.map(({ at }) => at), [rates]);
  return (
    <Titled title={title}>
      <Suspense fallback={<Skeleton height={240} />}>
        <Chart label={text.overview.chart(title)} times={times} curves={children} shown={shown} />
      </Suspense>
    </Titled>
  );
}

/** What the gateway did not let through, or could not. */
function Refusals({ refusals }: { refusals: Record<string, number> }) {
  const counted = Object.entries(refusals).filter(([, count]) => count > 0);
  return (
    <Titled title={text.overview.refusals}>
      {counted.length === 0 && <Text size="sm">{text.overview.noRefusals}</Text>}
      <Group gap="xl">
        {counted.map(([code, count]) => (
          <div key={code}>
            <Text size="sm" c="dimmed">
              {[code, text.overview.reasons[code]].filter(Boolean).join(': ')}
            </Text>
            <Text fw={700}>{count.toLocaleString('en')}</Text>
          </div>
        ))}
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        {text.overview.refusalsHint}
      </Text>
    </Titled>
  );
}

export function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}
