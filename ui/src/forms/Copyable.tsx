import { Card, Code, Group, Text } from '@mantine/core';
import { text } from '../text';
import { CopyText } from './CopyAs';

/** A text that is there to be taken elsewhere. */
export function Copyable({ label, value }: { label: string; value: string }) {
  return (
    <Card withBorder padding="sm" component="section" aria-label={label}>
      <Group justify="space-between" mb={4} wrap="nowrap">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <CopyText value={value} label={`${text.records.copy}: ${label}`} />
      </Group>
      <Code block className="code wrapped">
        {value}
      </Code>
    </Card>
  );
}
