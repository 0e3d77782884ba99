import { Alert, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconInfoSmall, IconX } from '@tabler/icons-react';
import { text } from '../../text';
import type { Step } from '../../tokens/verdict';

const LOOKS: Record<Step['outcome'], { color: string; Icon: typeof IconX }> = {
  passed: { color: 'teal', Icon: IconCheck },
  failed: { color: 'red', Icon: IconX },
  noted: { color: 'gray', Icon: IconInfoSmall },
};

/** Steps that led to an answer, and the answer. */
export function Verdict({ steps }: { steps: Step[] }) {
  const isRefused = steps.some(({ outcome }) => outcome === 'failed');
  const has = (what: string, outcome: Step['outcome']) =>
    steps.some((step) => step.what === what && step.outcome === outcome);
  const { signature, others } = text.studio.steps;
  const isSure = isRefused || (has(signature, 'passed') && !has(others, 'noted'));
  const title = isRefused ? text.studio.refused : isSure ? text.studio.accepted : text.studio.undecided;
  return (
    <Card withBorder component="section" aria-label={text.studio.verdict}>
      <Title order={2} size="h5" mb="sm">
        {text.studio.verdict}
      </Title>
      <Alert color={isRefused ? 'red' : isSure ? 'teal' : 'gray'} role="status" title={title} mb="md" />
      <Stack gap="xs">
        {steps.map(({ what, outcome, why }) => {
          const { color, Icon } = LOOKS[outcome];
          return (
            <Group key={what} gap="sm" wrap="nowrap" align="flex-start">
              <ThemeIcon size="sm" radius="xl" variant="light" color={color}>
                <Icon size={14} aria-hidden />
              </ThemeIcon>
              <div className="grow">
                <Text size="sm" fw={600}>
                  {what}
                  <span className="only-read"> {text.studio.outcomes[outcome]}</span>
                </Text>
                <Text size="sm" className="breakable">
                  {why}
                </Text>
              </div>
            </Group>
          );
        })}
      </Stack>
    </Card>
  );
}
