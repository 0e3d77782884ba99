import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { text } from '../../text';

interface StepCardProps {
  number: number;
  title: string;
  hint?: string;
  state: 'waiting' | 'open' | 'done';
  children?: ReactNode;
}

/** One of the steps: what it is for, and, once its turn has come, what is to be done. */
export function StepCard({ number, title, hint, state, children }: StepCardProps) {
  return (
    <Card
      withBorder
      component="section"
      aria-label={title}
      className={state === 'waiting' ? 'step-waiting' : undefined}
    >
      <Stack gap="sm">
        <Group gap="sm">
          <Badge variant={state === 'open' ? 'filled' : 'default'} tt="none">
            {text.firstSteps.step(number)}
          </Badge>
          <Title order={2} size="h4">
            {title}
          </Title>
          {state === 'done' && (
            <Badge color="teal" variant="light" tt="none" leftSection={<IconCheck size={12} aria-hidden />}>
              {text.firstSteps.done}
            </Badge>
          )}
        </Group>
        {hint && state !== 'done' && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
        {state !== 'waiting' && children}
      </Stack>
    </Card>
  );
}
