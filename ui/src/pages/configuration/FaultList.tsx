import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { Fault } from '../../declared/document';
import { text } from '../../text';

/** More than that nobody reads at once. */
const SHOWN = 50;

/** What is wrong, each with its line. */
export function FaultList({ faults, title, goTo }: { faults: Fault[]; title?: string; goTo: (line: number) => void }) {
  if (faults.length === 0) return null;
  return (
    <Alert color="red" role="alert" icon={<IconAlertCircle />} title={title ?? text.declared.faults(faults.length)}>
      <Stack gap={4}>
        {faults.slice(0, SHOWN).map(({ line, message }) => (
          <Group key={`${line} ${message}`} gap="xs" wrap="nowrap" align="baseline">
            <Anchor
              component="button"
              type="button"
              size="sm"
              className="no-wrap"
              aria-label={text.declared.goTo(line)}
              onClick={() => goTo(line)}
            >
              {text.declared.line(line)}
            </Anchor>
            <Text size="sm" className="breakable">
              {message}
            </Text>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
