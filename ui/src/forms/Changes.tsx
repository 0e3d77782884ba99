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
          <Difference key={change.path} schema={schema} change={change} />
        ))}
      </Stack>
    </Card>
  );
}

/** One field, as it was and as it would be. */
export function Difference({ schema, change: { path, before, after } }: { schema: string; change: Change }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {labelOfPath(path)}
      </Text>
      <Line sign="−" value={before} isHidden={isSecret(schema, path)} />
      <Line sign="+" value={after} isHidden={isSecret(schema, path)} />
    </div>
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
