import { Group, Text } from '@mantine/core';
import type { Refusal } from '../../overview/live';
import { reasonOf } from '../../overview/reason';
import { text } from '../../text';
import { Titled } from './Titled';

/** What the gateway did not let through, or could not. */
export function Refusals({ refusals }: { refusals: Refusal[] }) {
  return (
    <Titled title={text.overview.refusals}>
      {refusals.length === 0 && <Text size="sm">{text.overview.noRefusals}</Text>}
      <Group gap="xl">
        {refusals.map(({ by, reason, count }) => (
          <div key={`${by} ${reason}`}>
            <Text size="sm" c="dimmed">
              {reasonOf(by, reason)}
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
