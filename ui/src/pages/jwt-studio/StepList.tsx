import { Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconInfoSmall, IconX } from '@tabler/icons-react';
import { text } from '../../text';
import type { Step } from '../../tokens/verdict';

const LOOKS: Record<Step['outcome'], { color: string; Icon: typeof IconX }> = {
  passed: { color: 'teal', Icon: IconCheck },
  failed: { color: 'red', Icon: IconX },
  noted: { color: 'gray', Icon: IconInfoSmall },
};

/** Steps that led to an answer. */
export function StepList({ steps }: { steps: Step[] }) {
  return (
    <Stack gap="xs">
      {steps.map(({ what, outcome, why }, index) => {
        const { color, Icon } = LOOKS[outcome];
        return (
          <Group key={`${index} ${what}`} gap="sm" wrap="nowrap" align="flex-start">
            <ThemeIcon size="sm" radius="xl" variant="light" color={color}>
              <Icon size={14} aria-hidden />
            </ThemeIcon>
            <div className="grow">
              <Text size="sm" fw={600} className="breakable">
                {what}
                <span className="only-read"> {text.studio.outcomes[outcome]}</span>
              </Text>
              {why && (
                <Text size="sm" className="breakable">
                  {why}
                </Text>
              )}
            </div>
          </Group>
        );
      })}
    </Stack>
  );
}
