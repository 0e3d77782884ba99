import { Card, Group, Stack, Text, Title } from '@mantine/core';
import type { Json } from '../api/client';
import { text } from '../text';
import { isSecret } from './hints';
import { labelOfPath } from './labels';
import type { Change } from './values';

/** What would be different after saving. */
export function Changes({ schema, changes }: { schema: string; changes: Change[] }) {
  return (
    <Card withBorder component="section" aria-label={text.forms.changes}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {text.forms.changes}
        </Title>
        {changes.length > 0 && (
          <Text size="sm" c="dimmed">
            {text.forms.unsaved(changes.length)}
          </Text>
        )}
      </Group>
      {changes.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.forms.noChanges}
        </Text>
      )}
      <Stack gap="xs">
        {changes.map((change) => (
          <div key={change.path}>
            <Text size="sm" fw={600}>
              {labelOfPath(change.path)}
            </Text>
            <Line sign="−" value={change.before} isHidden={isSecret(schema, change.path)} />
            <Line sign="+" value={change.after} isHidden={isSecret(schema, change.path)} />
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function Line({ sign, value, isHidden }: { sign: '−' | '+'; value: Json | undefined; isHidden: boolean }) {
  if (value === undefined || value === null) return null;
  const isRemoved = sign === '−';
  const shown = isHidden ? '••••••' : typeof value === 'string' ? value : JSON.stringify(value);
  return (
    <Text size="sm" className={isRemoved ? 'change removed' : 'change added'}>
      <span aria-hidden>{sign}</span>
      <span className="only-read">{isRemoved ? text.forms.before : text.forms.after}</span> {shown}
    </Text>
  );
}
